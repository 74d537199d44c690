public import TimeBase

/// The times that were typed by hand (`manual list`).
public struct ManualListReport: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        /// When it was typed, on our clock.
        public var time: Instant<Realtime>?
        /// As the protocol has them: positive when our clock was fast. What it is now, after later corrections.
        public var slewedOffset = Duration.zero
        /// What it was then.
        public var originalOffset = Duration.zero
        /// How far the entry lies from the line through all of them.
        public var residual = Duration.zero

        public init() {}
    }

    /// At most 16.
    public var entries: [Entry] = []

    public static let mostEntries = 16

    public init() {}

    static func read(_ reader: inout OctetReader) -> ManualListReport {
        var report = ManualListReport()
        for _ in 0..<Int(min(reader.uint32(), UInt32(mostEntries))) {
            var entry = Entry()
            entry.time = reader.instant()
            entry.slewedOffset = reader.duration()
            entry.originalOffset = reader.duration()
            entry.residual = reader.duration()
            report.entries.append(entry)
        }
        return report
    }

    func write(_ writer: inout OctetWriter) {
        let shown = entries.prefix(Self.mostEntries)
        writer.uint32(UInt32(shown.count))
        for entry in shown {
            writer.instant(entry.time)
            writer.duration(entry.slewedOffset)
            writer.duration(entry.originalOffset)
            writer.duration(entry.residual)
        }
    }
}
