/// What is remembered of a real-time clock that nobody sets for a while, in the format of hwclock's `/etc/adjtime`
/// (util-linux, adjtime_config(5)): three lines.
///
/// ```
/// -3.564700 1700000000 0.250000
/// 1700000000
/// UTC
/// ```
public struct AdjustmentRecord: Equatable, Sendable {
    /// Seconds a day that must be added to the RTC: positive where it *loses*.
    public var driftFactor: Double
    /// When the RTC was set or adjusted last, in seconds since 1970; 0 says that nobody knows, and hwclock adjusts nothing.
    public var lastAdjustment: Int64
    /// What had still to be added to the RTC after that, in seconds; hwclock's "last status".
    public var notAdjusted: Double
    /// When the RTC was compared with true time last, in seconds since 1970; 0 if nobody knows.
    public var lastCalibration: Int64
    /// Whether the RTC shows local time and not UTC.
    public var isLocal: Bool

    /// Of an RTC of which nothing is known; hwclock takes a file that is not there so.
    public init(
        driftFactor: Double = 0, lastAdjustment: Int64 = 0, notAdjusted: Double = 0, lastCalibration: Int64 = 0,
        isLocal: Bool = false
    ) {
        self.driftFactor = driftFactor
        self.lastAdjustment = lastAdjustment
        self.notAdjusted = notAdjusted
        self.lastCalibration = lastCalibration
        self.isLocal = isLocal
    }
}

/// Why a text is no record of an RTC; a sentence.
public struct AdjustmentRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

extension AdjustmentRecord {
    /// The drift factor that hwclock believes; beyond that it takes the file for damaged.
    public static let greatestDriftFactor = 2145.0

    /// Reads the three lines. The second and third may be missing, as hwclock has it; then nobody knows, and UTC.
    public init(parsing text: String) throws(AdjustmentRecordError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.split { $0.isWhitespace } }
        guard let first = lines.first, first.count == 3, let factor = Self.number(first[0]),
            let adjusted = Int64(first[1]), let rest = Self.number(first[2])
        else {
            throw AdjustmentRecordError(
                description: "Its first line is not a drift factor, a time and an adjustment: three numbers.")
        }
        guard lines.dropFirst(3).allSatisfy(\.isEmpty) else {
            throw AdjustmentRecordError(description: "It has more than three lines.")
        }
        self.init(driftFactor: factor, lastAdjustment: adjusted, notAdjusted: rest)
        if lines.count > 1, let word = lines[1].first {
            guard lines[1].count == 1, let time = Int64(word) else {
                throw AdjustmentRecordError(description: "Its second line is not a time in seconds since 1970.")
            }
            lastCalibration = time
        }
        guard lines.count > 2, let word = lines[2].first else { return }
        guard lines[2].count == 1, word == "UTC" || word == "LOCAL" else {
            throw AdjustmentRecordError(description: "Its third line is neither UTC nor LOCAL.")
        }
        isLocal = word == "LOCAL"
    }

    /// Only decimal: `Double` also reads `inf` and hexadecimal numbers.
    private static func number(_ text: Substring) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite && $0.magnitude < 1e9 ? $0 : nil }
    }

    /// The three lines, numbers with six decimals as hwclock writes them.
    public var text: String {
        "\(Self.fixed(driftFactor)) \(lastAdjustment) \(Self.fixed(notAdjusted))\n\(lastCalibration)\n"
            + (isLocal ? "LOCAL\n" : "UTC\n")
    }

    private static func fixed(_ value: Double) -> String {
        let clamped = value.isFinite ? min(max(value, -1e9), 1e9) : 0
        let millionths = Int64((clamped * 1e6).rounded())
        let digits = String(millionths.magnitude)
        let padded = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
        return (millionths < 0 ? "-" : "") + padded.dropLast(6) + "." + padded.suffix(6)
    }

    /// What must be added to the RTC at a time (seconds since 1970) to make it right; nil if nobody knows when it was right.
    public func adjustment(at time: Double) -> Double? {
        guard lastAdjustment != 0 else { return nil }
        return notAdjusted + driftFactor * (time - Double(lastAdjustment)) / 86_400
    }
}
