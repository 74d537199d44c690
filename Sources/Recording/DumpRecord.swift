/// What a program knew of a source when it ended: its samples, in the format of chrony's dump files.
///
/// ```
/// SRC0
/// 192.0.2.1
/// 0 377 8 2 0
/// 1 0
/// 1796022676.133773698 2.201484e-06 2.928000e-06 7.575000e-06 2.283292e-07 7.575000e-06 2.283292e-07
/// ```
///
/// The words: the kind of file; the source's configured name, or a dot; whether it is authenticated, the last exchanges
/// (octal), how many of them there were, stratum, leap; how many samples follow, and how long the asymmetry has lasted.
public struct DumpRecord: Equatable, Sendable {
    /// As the configuration names it; nil for a reference clock.
    public var name: String?
    /// Whether its packets were authenticated.
    public var isAuthenticated: Bool
    /// The last exchanges, newest lowest: set where a valid answer came.
    public var reach: UInt8
    /// How many of them there were, at most 8.
    public var reachSize: Int
    /// 0 to 16.
    public var stratum: Int
    /// Leap indicator, 0 to 3.
    public var leap: Int
    /// For how many samples the same asymmetry was found, negative for the other direction.
    public var asymmetryRun: Int
    /// Oldest first.
    public var samples: [Sample]

    /// One comparison with the source, told as if the wall clock had always run as it did when the file was written.
    public struct Sample: Equatable, Sendable {
        /// When it was taken, by the wall clock: seconds since 1970 and nanoseconds beyond them.
        public var seconds: Int64
        public var nanoseconds: Int32
        /// Seconds; positive when the wall clock is **fast**.
        public var offset: Double
        /// The same as it was measured, before the clock was corrected.
        public var originalOffset: Double
        /// Seconds, round trip.
        public var delay: Double
        /// How far the offset may be off beyond what the delay explains, seconds.
        public var dispersion: Double
        /// Round trip all the way to the primary clock, seconds.
        public var rootDelay: Double
        /// Dispersion all the way to the primary clock, seconds.
        public var rootDispersion: Double

        /// - Parameters: as the properties of these names.
        public init(
            seconds: Int64, nanoseconds: Int32, offset: Double, originalOffset: Double, delay: Double,
            dispersion: Double, rootDelay: Double, rootDispersion: Double
        ) {
            self.seconds = seconds
            self.nanoseconds = nanoseconds
            self.offset = offset
            self.originalOffset = originalOffset
            self.delay = delay
            self.dispersion = dispersion
            self.rootDelay = rootDelay
            self.rootDispersion = rootDispersion
        }
    }

    /// - Parameters: as the properties of these names.
    public init(
        name: String?, isAuthenticated: Bool, reach: UInt8, reachSize: Int, stratum: Int, leap: Int,
        asymmetryRun: Int, samples: [Sample]
    ) {
        self.name = name
        self.isAuthenticated = isAuthenticated
        self.reach = reach
        self.reachSize = reachSize
        self.stratum = stratum
        self.leap = leap
        self.asymmetryRun = asymmetryRun
        self.samples = samples
    }

    /// As many samples as chrony keeps.
    public static let mostSamples = 64
}

/// Why a text is no dump of a source, and where.
public struct DumpRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// A sentence without a full stop.
    public let sentence: String
    public var description: String { "line \(line): \(sentence)" }
}

extension DumpRecord {
    /// Reads a file's text. Nothing in it is believed that a running program would not have written.
    public init(parsing text: String) throws(DumpRecordError) {
        var lines = DumpLines(text)
        guard try lines.next("the word SRC0") == ["SRC0"] else { throw lines.wrong("it does not say SRC0") }
        let name = try lines.next("a name")
        guard name.count == 1, name[0].utf8.count <= 255 else { throw lines.wrong("it is not one name") }
        self.name = name[0] == "." ? nil : String(name[0])

        let state = try lines.next("five numbers")
        guard state.count == 5 else { throw lines.wrong("it has \(state.count) words, and 5 are needed") }
        isAuthenticated = try lines.integer(state[0], "mark of authentication", 0...1) == 1
        guard let bits = UInt8(state[1], radix: 8), state[1].first != "+" else {
            throw lines.wrong("\(LogFields.quoted(state[1])) is no reachability")
        }
        reach = bits
        reachSize = try lines.integer(state[2], "number of exchanges", 0...8)
        stratum = try lines.integer(state[3], "stratum", 0...16)
        leap = try lines.integer(state[4], "leap status", 0...3)

        let counts = try lines.next("two numbers")
        guard counts.count == 2 else { throw lines.wrong("it has \(counts.count) words, and 2 are needed") }
        let count = try lines.integer(counts[0], "number of samples", 0...Self.mostSamples)
        asymmetryRun = try lines.integer(counts[1], "run of asymmetry", -1_000_000_000...1_000_000_000)
        samples = []
        for _ in 0..<count {
            let words = try lines.next("a sample")
            let sample = try lines.sample(words)
            if let last = samples.last, !last.isBefore(sample) {
                throw lines.wrong("it is not later than the sample before it")
            }
            samples.append(sample)
        }
        guard lines.isAtEnd else { throw lines.wrong("there are more lines than \(count) samples", ahead: true) }
    }

    /// The file's text.
    public var text: String {
        let known = name.flatMap { $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && !$0.isEmpty ? $0 : nil }
        let head =
            "SRC0\n\(known ?? ".")\n\(isAuthenticated ? 1 : 0) \(String(reach, radix: 8)) \(reachSize) \(stratum) \(leap)\n"
            + "\(samples.count) \(asymmetryRun)\n"
        return head + samples.map { $0.text + "\n" }.joined()
    }
}

extension DumpRecord.Sample {
    fileprivate func isBefore(_ other: DumpRecord.Sample) -> Bool {
        (seconds, nanoseconds) < (other.seconds, other.nanoseconds)
    }

    fileprivate var text: String {
        let digits = String(nanoseconds)
        let fraction = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        return "\(seconds).\(fraction)"
            + [offset, originalOffset, delay, dispersion, rootDelay, rootDispersion]
            .map { " " + LogColumn.scientific($0, width: 0, decimals: 6) }.joined()
    }
}

/// The lines of a dump, each as its words.
private struct DumpLines {
    private var lines: ArraySlice<Substring>
    private var number = 0

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        if lines.last?.isEmpty == true { lines.removeLast() }
    }

    var isAtEnd: Bool { lines.isEmpty }

    func wrong(_ sentence: String, ahead: Bool = false) -> DumpRecordError {
        DumpRecordError(line: number + (ahead ? 1 : 0), sentence: sentence)
    }

    mutating func next(_ what: String) throws(DumpRecordError) -> [Substring] {
        guard let line = lines.popFirst() else {
            throw wrong("the file ends here, and \(what) should follow", ahead: true)
        }
        number += 1
        return line.split { $0 == " " || $0 == "\t" }
    }

    func integer(_ word: Substring, _ what: String, _ range: ClosedRange<Int>) throws(DumpRecordError) -> Int {
        guard let value = Int(word), range.contains(value), word.first != "+" else {
            throw wrong("\(LogFields.quoted(word)) is no \(what)")
        }
        return value
    }

    private func decimal(_ word: Substring, _ what: String, _ range: ClosedRange<Double>) throws(DumpRecordError)
        -> Double
    {
        guard let value = LogFields.decimal(word), range.contains(value) else {
            throw wrong("\(LogFields.quoted(word)) is no \(what)")
        }
        return value
    }

    func sample(_ words: [Substring]) throws(DumpRecordError) -> DumpRecord.Sample {
        guard words.count == 7 else { throw wrong("it has \(words.count) words, and a sample has 7") }
        let time = words[0].split(separator: ".", omittingEmptySubsequences: false)
        guard time.count == 2, time[1].utf8.count == 9, time[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let seconds = Int64(time[0]), (0...(1 << 40)).contains(seconds), let nanoseconds = Int32(time[1])
        else { throw wrong("\(LogFields.quoted(words[0])) is no time") }
        let offsets = -1e10...1e10
        let sizes = 0...1e6
        return DumpRecord.Sample(
            seconds: seconds, nanoseconds: nanoseconds, offset: try decimal(words[1], "offset", offsets),
            originalOffset: try decimal(words[2], "offset", offsets), delay: try decimal(words[3], "delay", sizes),
            dispersion: try decimal(words[4], "dispersion", sizes),
            rootDelay: try decimal(words[5], "root delay", sizes),
            rootDispersion: try decimal(words[6], "root dispersion", sizes))
    }
}
