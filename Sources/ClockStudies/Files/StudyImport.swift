/// What a file of readings is written in; the raw values are the names on the command line.
public enum StudyFormat: String, Sendable, CaseIterable {
    /// Ours, or any file with columns.
    case csv
    /// One phase (seconds) a line, or a time (MJD) and a phase: `.dat`, `.phd`.
    case stable32
    /// One fractional frequency a line, or a time (MJD) and a frequency: `.frd`. 0 is a gap.
    case stable32Frequency = "stable32-frequency"
    /// chrony's measurements.log.
    case measurements
    /// chrony's statistics.log.
    case statistics
    /// chrony's tracking.log.
    case tracking
    /// chrony's rtc.log.
    case rtc
    /// ntpd's loopstats.
    case loopstats
    /// ntpd's peerstats.
    case peerstats
    /// ntpd's rawstats.
    case rawstats
    /// `adjtimex --log`: clocks.log.
    case adjtimexLog = "adjtimex-log"
    /// Output of `adjtimex --compare`, one reading a line, perhaps after lines that begin with `# Generated at:`.
    case adjtimexCompare = "adjtimex-compare"
}

/// What is to be made of a file.
public struct StudyImportOptions: Sendable, Equatable {
    /// nil: found out.
    public var format: StudyFormat?
    /// Seconds between readings, where the file has no times.
    public var interval: Double?
    /// Whether the numbers are frequencies, or which of a log's columns is wanted; nil is what is usual in the format.
    public var areFrequencies: Bool?
    /// Which source of a log that holds several; nil is the one with the most lines.
    public var source: String?
    /// What the numbers are multiplied by to be seconds or fractional frequencies (1e-6 for microseconds or ppm); nil is
    /// what the column's name says, and else 1.
    public var scale: Double?
    /// Whether positive numbers mean that the clock is slow.
    public var isNegated = false

    /// Everything found out.
    public init() {}
}

/// A file of readings, read: a study, and what was wrong.
public struct StudyImport: Sendable, Equatable {
    /// A line that was not taken.
    public struct Problem: Sendable, Equatable {
        /// Counted from 1; 0 is the file as a whole.
        public let line: Int
        /// What is wrong, as a sentence.
        public let sentence: String
    }

    /// What was read.
    public internal(set) var study = Study()
    /// What it was written in.
    public let format: StudyFormat
    /// Every line that was not taken, in the order of the lines.
    public internal(set) var problems: [Problem] = []
    /// What else is to be known: sources that were left out, columns that were not used, readings that are missing.
    public internal(set) var notes: [String] = []

    /// Reads a file.
    /// - Parameter name: of the file; its end helps to find the format out.
    public init(parsing octets: [UInt8], name: String, options: StudyImportOptions = StudyImportOptions()) {
        let found = options.format ?? StudyFormat(of: octets, name: name)
        format = found
        var collector = ReadingCollector(options)
        switch found {
        case .csv: collector.takeColumns(octets)
        case .stable32: collector.takeStable32(octets, frequencies: options.areFrequencies ?? false)
        case .stable32Frequency: collector.takeStable32(octets, frequencies: options.areFrequencies ?? true)
        case .measurements, .statistics, .tracking, .rtc: collector.takeChrony(octets, found)
        case .loopstats, .peerstats, .rawstats: collector.takeNTPD(octets, found)
        case .adjtimexLog: collector.takeClocksLog(octets)
        case .adjtimexCompare: collector.takeComparisons(octets)
        }
        collector.finish()
        if collector.study.subject.title.isEmpty { collector.study.subject.title = name }
        study = collector.study
        problems = collector.problems.sorted { $0.line < $1.line }
        notes = collector.notes
    }
}
