public import TimeBase

/// What is remembered of a real-time clock over a restart: chrony's `rtcfile`, with what we know besides in further lines,
/// which chrony does not read.
///
/// ```
/// 1 1790000000 12.345678 -3.456
/// chip ds3231
/// bound 0.001200 0.150
/// …
/// ```
public struct RealTimeClockRecord: Equatable, Sendable {
    /// How much the RTC gained over some hours.
    public struct Span: Equatable, Sendable {
        /// True time of its beginning, seconds since 1970.
        public var start: Double
        /// Seconds that were observed.
        public var length: Double
        /// Seconds gained in them, and the standard deviation of that.
        public var gain: Double
        public var deviation: Double
        /// Mean temperature of a sensor of the machine, °C; nil where there is none.
        public var celsius: Double?

        /// Some hours of observation.
        public init(start: Double, length: Double, gain: Double, deviation: Double, celsius: Double? = nil) {
            self.start = start
            self.length = length
            self.gain = gain
            self.deviation = deviation
            self.celsius = celsius
        }
    }

    /// Something that was done to the RTC.
    public struct Change: Equatable, Sendable {
        /// Who did it.
        public enum Author: String, Sendable {
            /// The kernel, every eleven minutes (rtcsync).
            case kernel
            /// Timeball, because it was asked to, or by `rtcautotrim`.
            case timeball
            /// Somebody else.
            case others
        }

        /// True time when it was noticed, seconds since 1970.
        public var time: Double
        /// By how many seconds the RTC was put forward.
        public var step: Double
        public var author: Author

        /// A change.
        public init(time: Double, step: Double, author: Author) {
            self.time = time
            self.step = step
            self.author = author
        }
    }

    /// True time to which the offset belongs, seconds since 1970.
    public var reference: Double
    /// Seconds that the RTC is **fast** then.
    public var offset: Double
    /// How much the RTC gains.
    public var frequency: Frequency
    /// How far the offset may be off, seconds; nil where chrony wrote the file, who does not say.
    public var offsetBound: Double?
    /// Standard deviation of the frequency; nil where it is not known.
    public var frequencyDeviation: Frequency?
    /// The kernel's name of the chip; empty if not known.
    public var chip = ""
    /// The kernel's name of the device when the record was saved, `rtc0`; empty if not known.
    public var device = ""
    /// Whether the kernel may have written the RTC after the reference (rtcsync).
    public var isWrittenByKernel = false
    /// Change of rate for each kelvin of the machine's sensor (ppm), and its standard deviation.
    public var coefficient: (value: Double, deviation: Double)? {
        get { storedCoefficient.map { ($0.value, $0.deviation) } }
        set { storedCoefficient = newValue.map { Coefficient(value: $0.value, deviation: $0.deviation) } }
    }
    private var storedCoefficient: Coefficient?
    /// While the machine ran, oldest first.
    public var spans: [Span] = []
    /// While it was switched off, oldest first.
    public var gaps: [Span] = []
    /// Oldest first; the kernel's writes are only counted.
    public var changes: [Change] = []
    /// How often the kernel wrote the RTC.
    public var kernelWrites = 0
    /// When it was begun, seconds since 1970; 0 where not known.
    public var since = 0.0
    /// How often the RTC had lost its time when the machine started.
    public var losses = 0

    private struct Coefficient: Equatable {
        var value: Double
        var deviation: Double
    }

    /// What chrony's line holds.
    public init(reference: Double, offset: Double, frequency: Frequency) {
        self.reference = reference
        self.offset = offset
        self.frequency = frequency
    }
}

/// Why a text is no record of an RTC; a sentence.
public struct RealTimeClockRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

extension RealTimeClockRecord {
    private static let most = 400

    /// Reads chrony's line, and ours where they are. What stands in lines of unknown words is passed over.
    /// - Returns: nil for a file that says itself that it holds nothing (its first number is 0).
    public static func read(_ text: String) throws(RealTimeClockRecordError) -> RealTimeClockRecord? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(2000)
        let words = lines.first?.split { $0 == " " || $0 == "\t" } ?? []
        guard words.count == 4, let valid = Int(words[0]), let reference = number(words[1]),
            let offset = number(words[2]), let ppm = number(words[3])
        else {
            throw RealTimeClockRecordError(
                description: "line 1 is not a valid mark, a time, an offset and a rate: four numbers")
        }
        guard valid == 1 else { return nil }
        guard reference > 0, offset.magnitude < 4e9, ppm.magnitude < 100_000 else {
            throw RealTimeClockRecordError(description: "line 1 has numbers that no real-time clock can have")
        }
        var record = RealTimeClockRecord(reference: reference, offset: offset, frequency: Frequency(ppm: ppm))
        for (index, line) in lines.enumerated().dropFirst() {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let key = words.first else { continue }
            let rest = Array(words.dropFirst())
            guard record.take(String(key), rest) else {
                throw RealTimeClockRecordError(
                    description: "line \(index + 1), column 1: '\(key)' has other values than it should")
            }
        }
        return record
    }

    private mutating func take(_ key: String, _ words: [Substring]) -> Bool {
        let numbers = words.map { Self.number($0) }
        func known(_ count: Int) -> [Double]? {
            let values = numbers.prefix(count).compactMap { $0 }
            return words.count >= count && values.count == count ? values : nil
        }
        switch key {
        case "chip":
            chip = words.first.map(String.init) ?? ""
        case "device":
            device = words.first.map(String.init) ?? ""
        case "bound":
            guard let values = known(2), values[0] >= 0, values[1] >= 0 else { return false }
            offsetBound = values[0]
            frequencyDeviation = Frequency(ppm: values[1])
        case "since":
            guard let values = known(1) else { return false }
            since = values[0]
        case "kernel":
            guard let values = known(2), values[0] >= 0, values[0] < 1e12 else { return false }
            kernelWrites = Int(values[0])
            isWrittenByKernel = values[1] != 0
        case "losses":
            guard let values = known(1), values[0] >= 0, values[0] < 1e9 else { return false }
            losses = Int(values[0])
        case "temperature":
            guard let values = known(2) else { return false }
            coefficient = (values[0], values[1])
        case "span", "gap":
            guard let values = known(4), values[1] > 0, values[3] >= 0 else { return false }
            let span = Span(
                start: values[0], length: values[1], gain: values[2], deviation: values[3],
                celsius: numbers.count > 4 ? numbers[4] : nil)
            if key == "span" { spans.append(span) } else { gaps.append(span) }
            if spans.count > Self.most { spans.removeFirst() }
            if gaps.count > Self.most { gaps.removeFirst() }
        case "set":
            guard let values = known(2), words.count == 3, let author = Change.Author(rawValue: String(words[2])) else {
                return false
            }
            changes.append(Change(time: values[0], step: values[1], author: author))
            if changes.count > Self.most { changes.removeFirst() }
        default: break
        }
        return true
    }

    /// Only decimal: `Double` also reads `inf` and hexadecimal numbers.
    private static func number(_ text: Substring) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite && $0.magnitude < 1e15 ? $0 : nil }
    }

    /// chrony's line, then ours.
    public var text: String {
        var lines = [
            "1 \(LogColumn.fixed(reference, width: 0, decimals: 0)) \(LogColumn.fixed(offset, width: 0, decimals: 6)) "
                + LogColumn.fixed(frequency.ppm, width: 0, decimals: 3)
        ]
        if !chip.isEmpty { lines.append("chip \(chip)") }
        if !device.isEmpty { lines.append("device \(device)") }
        if let offsetBound, let frequencyDeviation {
            lines.append("bound \(Self.text(offsetBound)) \(Self.text(frequencyDeviation.ppm))")
        }
        if since > 0 { lines.append("since \(Self.text(since))") }
        if kernelWrites > 0 || isWrittenByKernel { lines.append("kernel \(kernelWrites) \(isWrittenByKernel ? 1 : 0)") }
        if losses > 0 { lines.append("losses \(losses)") }
        if let coefficient {
            lines.append("temperature \(Self.text(coefficient.value)) \(Self.text(coefficient.deviation))")
        }
        lines += spans.map { Self.line("span", $0) }
        lines += gaps.map { Self.line("gap", $0) }
        lines += changes.map { "set \(Self.text($0.time)) \(Self.text($0.step)) \($0.author.rawValue)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ word: String, _ span: Span) -> String {
        let celsius = span.celsius.map { " \(text($0))" } ?? ""
        return "\(word) \(text(span.start)) \(text(span.length)) \(text(span.gain)) \(text(span.deviation))\(celsius)"
    }

    /// The shortest text that reads back as the same number.
    private static func text(_ value: Double) -> String { value.isFinite ? "\(value)" : "0" }
}
