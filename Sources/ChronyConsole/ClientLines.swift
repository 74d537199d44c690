internal import Control

/// Who asked the server (`clients`).
enum ClientLines {
    static func line(_ client: ClientAccessReport.Client, name: String, keyExchange: Bool) -> String {
        let (hits, drops, interval, last) = second(client, keyExchange)
        let columns = [
            Columns.left(name, 25), " " + Columns.right(client.ntpHits, 6), " " + Columns.right(client.ntpDrops, 5),
            " " + Columns.right(Columns.exponent(client.ntpInterval), 2),
            " " + Columns.right(Columns.exponent(client.ntpTimeoutInterval), 2),
            " " + Columns.interval(client.lastNTPHit),
            " " + Columns.right(hits, 6), " " + Columns.right(drops, 5),
            " " + Columns.right(Columns.exponent(interval), 2), " " + Columns.interval(last),
        ]
        return columns.joined(separator: " ")
    }

    static func fields(_ client: ClientAccessReport.Client, name: String, keyExchange: Bool) -> [String] {
        let (hits, drops, interval, last) = second(client, keyExchange)
        return [
            name, "\(client.ntpHits)", "\(client.ntpDrops)", "\(client.ntpInterval ?? 127)",
            "\(client.ntpTimeoutInterval ?? 127)", Columns.raw(client.lastNTPHit), "\(hits)", "\(drops)",
            "\(interval ?? 127)", Columns.raw(last),
        ]
    }

    /// Beside NTP stand control requests, or key exchanges.
    private static func second(
        _ client: ClientAccessReport.Client, _ keyExchange: Bool
    ) -> (hits: UInt32, drops: UInt32, interval: Int8?, last: UInt32?) {
        keyExchange
            ? (
                client.keyExchangeHits, client.keyExchangeDrops, client.keyExchangeInterval,
                client.lastKeyExchangeHit
            ) : (client.commandHits, client.commandDrops, client.commandInterval, client.lastCommandHit)
    }
}
