public import TimeBase

/// A time that somebody entered by hand, in the list of them.
public struct ManualEntryReport: Equatable, Sendable {
    /// When it was entered, by the clock as it is corrected now.
    public var time: Instant<Realtime>?
    /// By how much the clock as it is corrected now was fast then.
    public var slewedOffset = Duration.zero
    /// By how much the clock was fast, as it was then.
    public var originalOffset = Duration.zero
    /// By how much the entry misses the line through all of them; positive as the others.
    public var residual = Duration.zero

    public init() {}

    /// So many fit into a reply.
    static let most = 16

    private static func read(_ reader: inout OctetReader) -> ManualEntryReport {
        var report = ManualEntryReport()
        report.time = reader.instant()
        report.slewedOffset = reader.duration()
        report.originalOffset = reader.duration()
        report.residual = reader.duration()
        return report
    }

    static func readAll(_ reader: inout OctetReader) -> [ManualEntryReport] {
        let count = min(reader.uint32(), UInt32(most))
        return (0..<count).map { _ in read(&reader) }
    }

    static func write(_ entries: [ManualEntryReport], _ writer: inout OctetWriter) {
        let entries = entries.suffix(most)
        writer.uint32(UInt32(entries.count))
        for entry in entries {
            writer.instant(entry.time)
            writer.duration(entry.slewedOffset)
            writer.duration(entry.originalOffset)
            writer.duration(entry.residual)
        }
    }
}
