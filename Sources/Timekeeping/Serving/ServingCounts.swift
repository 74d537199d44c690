internal import Control

/// What a process that answers clients has counted: the daemon adds up its own and its workers'.
public struct ServingCounts: Equatable, Sendable {
    public var hits: UInt64 = 0
    public var drops: UInt64 = 0
    /// Clients that had to make room for others in the list.
    public var forgotten: UInt64 = 0
    public var authenticated: UInt64 = 0
    public var interleaved: UInt64 = 0
    /// Timestamps that are held for interleaved mode, and the seconds that they cover.
    public var timestampsHeld: UInt64 = 0
    public var timestampSpan: UInt64 = 0
    public var answered: UInt64 = 0
    /// Requests whose time of arrival the daemon took, or the kernel.
    public var daemonStamps: UInt64 = 0
    public var kernelStamps: UInt64 = 0

    public init() {}

    private static var fields: [WritableKeyPath<ServingCounts, UInt64>] {
        [
            \.hits, \.drops, \.forgotten, \.authenticated, \.interleaved, \.timestampsHeld, \.timestampSpan, \.answered,
            \.daemonStamps, \.kernelStamps,
        ]
    }

    /// How many words it takes.
    public static let wordCount = 10

    /// As words that processes of one program hand each other.
    public var words: [UInt64] { Self.fields.map { self[keyPath: $0] } }

    /// - Parameter words: as many as ``wordCount``; others are counts of nothing.
    public init(words: [UInt64]) {
        guard words.count == Self.wordCount else { return }
        for (field, word) in zip(Self.fields, words) { self[keyPath: field] = word }
    }

    /// Adds what another process has counted.
    public mutating func add(_ other: ServingCounts) {
        let span = max(timestampSpan, other.timestampSpan)
        for field in Self.fields { self[keyPath: field] &+= other[keyPath: field] }
        timestampSpan = span
    }

    /// The process is no more: its counts stay, what it held is gone.
    public var afterEnd: ServingCounts {
        var rest = self
        (rest.timestampsHeld, rest.timestampSpan) = (0, 0)
        return rest
    }
}

extension Responder {
    /// What was counted here.
    ///
    /// - Parameter held: how many timestamps there are, and what they cover, where that was added up a short while ago.
    public func servingCounts(held: (count: UInt64, span: UInt64)? = nil) -> ServingCounts {
        var sum = ServingCounts()
        for outcome in [ServingOutcome.answered, .denied, .rateLimited, .kissed, .badAuthentication] {
            sum.hits &+= counts[outcome.rawValue]
        }
        for outcome in [ServingOutcome.rateLimited, .denied, .badAuthentication] {
            sum.drops &+= counts[outcome.rawValue]
        }
        sum.forgotten = log.forgotten
        sum.authenticated = authenticated
        sum.interleaved = interleaved
        sum.timestampsHeld = held?.count ?? UInt64(stamps.held)
        sum.timestampSpan = held?.span ?? stamps.span
        sum.answered = counts[ServingOutcome.answered.rawValue]
        sum.daemonStamps = daemonStamps
        sum.kernelStamps = kernelStamps
        return sum
    }

    /// The counts of this process and all workers, as they are reported.
    func statistics(commandHits: UInt64) -> ServerStatisticsReport {
        var sum = servingCounts()
        sum.add(workers)
        var report = ServerStatisticsReport()
        report.ntpHits = sum.hits
        report.ntpDrops = sum.drops
        report.keyExchangeHits = 0
        report.keyExchangeDrops = 0
        report.commandHits = commandHits
        report.commandDrops = commandDrops
        report.logDrops = sum.forgotten
        report.authenticatedHits = sum.authenticated
        report.interleavedHits = sum.interleaved
        report.timestampsHeld = sum.timestampsHeld
        report.timestampSpan = sum.timestampSpan
        report.daemonReceiveStamps = sum.daemonStamps
        report.daemonTransmitStamps = sum.answered
        report.kernelReceiveStamps = sum.kernelStamps
        report.kernelTransmitStamps = 0
        report.hardwareReceiveStamps = 0
        report.hardwareTransmitStamps = 0
        return report
    }
}
