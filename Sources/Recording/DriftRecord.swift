public import TimeBase

/// Frequency and skew as they are remembered over a restart, in the format of chrony's drift file:
/// two decimal numbers in ppm.
public struct DriftRecord: Equatable, Sendable {
    /// How much the unsteered clock gains.
    public var frequency: Frequency
    /// How wrong that may be.
    public var skew: Frequency

    public init(frequency: Frequency, skew: Frequency) {
        self.frequency = frequency
        self.skew = skew
    }
}

/// Why a drift file's text is not taken; a sentence.
public struct DriftRecordError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

extension DriftRecord {
    /// Reads two decimal numbers in ppm, frequency and skew. What no crystal can have is not believed: a frequency
    /// beyond ±100000 ppm, or a skew that is not above 0.
    public init(parsing text: String) throws(DriftRecordError) {
        let words = text.split { $0.isWhitespace }
        let numbers = words.compactMap { Self.number($0) }
        guard words.count == 2, numbers.count == 2 else {
            throw DriftRecordError(description: "A drift file has two numbers, frequency and skew in ppm.")
        }
        guard numbers[0].magnitude <= 100_000 else {
            throw DriftRecordError(description: "A frequency of \(words[0]) ppm is beyond what a clock can have.")
        }
        guard numbers[1] > 0 else {
            throw DriftRecordError(description: "A skew of \(words[1]) ppm is not above 0.")
        }
        self.init(frequency: Frequency(ppm: numbers[0]), skew: Frequency(ppm: numbers[1]))
    }

    /// Only decimal: `Double` also reads `inf` and hexadecimal numbers.
    static func number(_ text: Substring) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
}

extension DriftRecord {
    /// One line, each number with six decimals in 20 columns.
    public var text: String {
        "\(Self.column(frequency.ppm)) \(Self.column(skew.ppm))\n"
    }

    private static func column(_ ppm: Double) -> String {
        let clamped = ppm.isFinite ? min(max(ppm, -1e9), 1e9) : 0
        let millionths = Int64((clamped * 1e6).rounded())
        let digits = String(millionths.magnitude)
        let padded = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
        let sign = millionths < 0 ? "-" : ""
        let number = sign + padded.dropLast(6) + "." + padded.suffix(6)
        return String(repeating: " ", count: max(0, 20 - number.count)) + number
    }
}
