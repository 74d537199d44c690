/// What the server did since it started. Nil where the daemon does not count.
public struct ServerStatisticsReport: Equatable, Sendable {
    public var ntpHits: UInt64?
    public var keyExchangeHits: UInt64?
    public var commandHits: UInt64?
    public var ntpDrops: UInt64?
    public var keyExchangeDrops: UInt64?
    public var commandDrops: UInt64?
    public var logDrops: UInt64?
    public var authenticatedHits: UInt64?
    public var interleavedHits: UInt64?
    public var timestampsHeld: UInt64?
    /// Seconds that the timestamps held cover.
    public var timestampSpan: UInt64?
    /// Requests stamped by the daemon; like the following, not known of daemons before chrony 4.4.
    public var daemonReceiveStamps: UInt64?
    public var daemonTransmitStamps: UInt64?
    public var kernelReceiveStamps: UInt64?
    public var kernelTransmitStamps: UInt64?
    public var hardwareReceiveStamps: UInt64?
    public var hardwareTransmitStamps: UInt64?

    public init() {}

    /// The counters in the order of the protocol; the first 11 are in the old body too.
    private static var counters: [WritableKeyPath<ServerStatisticsReport, UInt64?>] {
        [
            \.ntpHits, \.keyExchangeHits, \.commandHits, \.ntpDrops, \.keyExchangeDrops, \.commandDrops, \.logDrops,
            \.authenticatedHits, \.interleavedHits, \.timestampsHeld, \.timestampSpan, \.daemonReceiveStamps,
            \.daemonTransmitStamps, \.kernelReceiveStamps, \.kernelTransmitStamps, \.hardwareReceiveStamps,
            \.hardwareTransmitStamps,
        ]
    }
    private static let oldCount = 11

    static func read(_ reader: inout OctetReader, isOld: Bool) -> ServerStatisticsReport {
        var report = ServerStatisticsReport()
        if isOld {
            for counter in counters.prefix(oldCount) { report[keyPath: counter] = UInt64(reader.uint32()) }
        } else {
            for counter in counters { report[keyPath: counter] = reader.known64() }
        }
        return report
    }

    func write(_ writer: inout OctetWriter, isOld: Bool) {
        if isOld {
            for counter in Self.counters.prefix(Self.oldCount) {
                writer.uint32(UInt32(truncatingIfNeeded: self[keyPath: counter] ?? 0))
            }
        } else {
            for counter in Self.counters { writer.known64(self[keyPath: counter]) }
            for _ in 0..<4 { writer.uint64(.max) }
        }
    }
}
