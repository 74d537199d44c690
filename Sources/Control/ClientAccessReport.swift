/// A page of the list of clients.
public struct ClientAccessReport: Equatable, Sendable {
    public struct Client: Equatable, Sendable {
        public var address = SourceAddress.unspecified
        public var ntpHits: UInt32 = 0
        public var keyExchangeHits: UInt32 = 0
        public var commandHits: UInt32 = 0
        public var ntpDrops: UInt32 = 0
        public var keyExchangeDrops: UInt32 = 0
        public var commandDrops: UInt32 = 0
        /// Binary logarithms of seconds between requests; nil if not known.
        public var ntpInterval: Int8?
        public var keyExchangeInterval: Int8?
        public var commandInterval: Int8?
        public var ntpTimeoutInterval: Int8?
        /// Seconds since the last request; nil for never.
        public var lastNTPHit: UInt32?
        public var lastKeyExchangeHit: UInt32?
        public var lastCommandHit: UInt32?

        public init() {}
    }

    /// How many indices there are: ask until `next` reaches it.
    public var indexCount: UInt32 = 0
    /// Where the next page begins.
    public var next: UInt32 = 0
    /// At most 8.
    public var clients: [Client] = []

    public static let pageSize = 8

    public init() {}

    static func read(_ reader: inout OctetReader) -> ClientAccessReport {
        var report = ClientAccessReport()
        report.indexCount = reader.uint32()
        report.next = reader.uint32()
        let count = Int(min(reader.uint32(), UInt32(pageSize)))
        for _ in 0..<count {
            var client = Client()
            client.address = reader.address()
            client.ntpHits = reader.uint32()
            client.keyExchangeHits = reader.uint32()
            client.commandHits = reader.uint32()
            client.ntpDrops = reader.uint32()
            client.keyExchangeDrops = reader.uint32()
            client.commandDrops = reader.uint32()
            client.ntpInterval = interval(&reader)
            client.keyExchangeInterval = interval(&reader)
            client.commandInterval = interval(&reader)
            client.ntpTimeoutInterval = interval(&reader)
            client.lastNTPHit = reader.known32()
            client.lastKeyExchangeHit = reader.known32()
            client.lastCommandHit = reader.known32()
            report.clients.append(client)
        }
        return report
    }

    private static func interval(_ reader: inout OctetReader) -> Int8? {
        let value = reader.int8()
        return value == 127 ? nil : value
    }

    func write(_ writer: inout OctetWriter) {
        let shown = clients.prefix(Self.pageSize)
        writer.uint32(indexCount)
        writer.uint32(next)
        writer.uint32(UInt32(shown.count))
        for client in shown {
            writer.address(client.address)
            for count in [
                client.ntpHits, client.keyExchangeHits, client.commandHits, client.ntpDrops, client.keyExchangeDrops,
                client.commandDrops,
            ] { writer.uint32(count) }
            for interval in [
                client.ntpInterval, client.keyExchangeInterval, client.commandInterval, client.ntpTimeoutInterval,
            ] { writer.int8(interval ?? 127) }
            for age in [client.lastNTPHit, client.lastKeyExchangeHit, client.lastCommandHit] { writer.known32(age) }
        }
    }
}
