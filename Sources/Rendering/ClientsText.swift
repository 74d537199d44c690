public import Control
internal import NTPWire
public import TimeBase

/// Who asked the server.
public enum ClientsText {
    /// - Parameter names: what each address is called, in the order of the clients; nil where it has no name.
    public static func lines(_ clients: [ClientAccessReport.Client], names: [String?]) -> [String] {
        var table = Table(
            ["CLIENT", "NTP", "DROPPED", "EVERY", "LAST", "CONTROL", "DROPPED", "EVERY", "LAST"],
            right: [1, 2, 3, 4, 5, 6, 7, 8])
        for (index, client) in clients.enumerated() {
            let name = names.indices.contains(index) ? names[index] : nil
            table.add([
                name ?? "\(client.address)", "\(client.ntpHits)", "\(client.ntpDrops)", interval(client.ntpInterval),
                age(client.lastNTPHit), "\(client.commandHits)", "\(client.commandDrops)",
                interval(client.commandInterval), age(client.lastCommandHit),
            ])
        }
        return table.lines
    }

    public static func json(_ clients: [ClientAccessReport.Client], at now: Instant<Realtime>) -> JSON {
        .object([
            ("schema", .string("timeball.clients/1")), ("time", .time(now)),
            ("clients", .array(clients.map(json))),
        ])
    }

    private static func json(_ client: ClientAccessReport.Client) -> JSON {
        .object([
            ("address", .string("\(client.address)")), ("ntp_requests", .count(client.ntpHits)),
            ("ntp_dropped", .count(client.ntpDrops)), ("ntp_interval_seconds", seconds(client.ntpInterval)),
            ("ntp_interval_after_drops_seconds", seconds(client.ntpTimeoutInterval)),
            ("ntp_last_age_seconds", .known(client.lastNTPHit)), ("key_exchanges", .count(client.keyExchangeHits)),
            ("key_exchanges_dropped", .count(client.keyExchangeDrops)),
            ("control_requests", .count(client.commandHits)), ("control_dropped", .count(client.commandDrops)),
            ("control_interval_seconds", seconds(client.commandInterval)),
            ("control_last_age_seconds", .known(client.lastCommandHit)),
        ])
    }

    private static func duration(_ exponent: Int8) -> Duration { .interval(binaryLogarithm: Int(exponent)) }
    private static func interval(_ exponent: Int8?) -> String { exponent.map { HumanText.size(duration($0)) } ?? "-" }
    private static func seconds(_ exponent: Int8?) -> JSON { exponent.map { .seconds(duration($0)) } ?? .null }
    private static func age(_ seconds: UInt32?) -> String {
        HumanText.age(seconds.map { .seconds(Int64($0)) })
    }
}

/// How sources prove who they are.
public enum AuthenticationText {
    public static func lines(_ rows: [(name: String, report: AuthenticationReport)]) -> [String] {
        var table = Table(
            ["SOURCE", "PROVES ITSELF BY", "KEY", "TYPE", "BITS", "LAST KEY EXCHANGE", "COOKIES"], right: [2, 4, 6])
        for (name, report) in rows {
            let isSymmetric = report.mode == .symmetric
            let isNTS = report.mode == .nts
            table.add([
                name, way(report.mode), isSymmetric ? "\(report.key)" : "-",
                isSymmetric ? typeName(report.keyType) : "-",
                report.keyLength > 0 ? "\(report.keyLength)" : "-",
                isNTS ? HumanText.age(report.lastKeyExchangeAge) : "-", isNTS ? "\(report.cookies)" : "-",
            ])
        }
        return table.lines
    }

    public static func json(
        _ rows: [(name: String, report: AuthenticationReport)], at now: Instant<Realtime>
    ) -> JSON {
        .object([
            ("schema", .string("timeball.authdata/1")), ("time", .time(now)),
            (
                "sources",
                .array(
                    rows.map { name, report in
                        let isSymmetric = report.mode == .symmetric
                        let isNTS = report.mode == .nts
                        return .object([
                            ("source", .string(name)),
                            ("way", report.mode == .none ? .null : .string(way(report.mode))),
                            ("key", isSymmetric ? .count(report.key) : .null),
                            ("type", isSymmetric ? .string(typeName(report.keyType)) : .null),
                            ("key_bits", report.keyLength > 0 ? .count(report.keyLength) : .null),
                            ("key_exchange_attempts", isNTS ? .count(report.keyExchangeAttempts) : .null),
                            ("last_key_exchange_age_seconds", isNTS ? .seconds(report.lastKeyExchangeAge) : .null),
                            ("cookies", isNTS ? .count(report.cookies) : .null),
                            ("cookie_octets", isNTS ? .count(report.cookieLength) : .null),
                            ("refusals", isNTS ? .count(report.refusals) : .null),
                        ])
                    })
            ),
        ])
    }

    private static func way(_ mode: AuthenticationReport.Mode) -> String {
        switch mode {
        case .none: "nothing"
        case .symmetric: "a key"
        case .nts: "NTS"
        }
    }

    private static func typeName(_ number: UInt16) -> String {
        KeyAlgorithm(rawValue: number)?.name ?? (number == 0 ? "not in the key file" : "type \(number)")
    }
}
