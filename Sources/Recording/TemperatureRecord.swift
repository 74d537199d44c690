/// What a clock has learned of its crystal and temperature, as it is remembered over a restart: one line of seven decimal
/// numbers after the word `temperature1`.
public struct TemperatureRecord: Equatable, Sendable {
    /// °C from which kelvins are counted; ppm/K; ppm/K²; the variances of these and their covariance (linear, both,
    /// quadratic); and the ppm that were compensated when the drift file was written.
    public var numbers: [Double]

    static let word = "temperature1"
    static let count = 7

    public init(numbers: [Double]) { self.numbers = numbers }

    /// Reads the line. What no crystal can have is not believed.
    public init(parsing text: String) throws(DriftRecordError) {
        let words = text.split { $0.isWhitespace }
        guard words.first == Substring(Self.word), words.count == Self.count + 1 else {
            throw DriftRecordError(
                description: "A temperature file has the word \(Self.word) and \(Self.count) numbers.")
        }
        var numbers: [Double] = []
        for word in words.dropFirst() {
            guard word.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(word),
                number.isFinite
            else { throw DriftRecordError(description: "\(word) is not a decimal number.") }
            numbers.append(number)
        }
        guard (-60.0...150).contains(numbers[0]), numbers[1].magnitude <= 10, numbers[2].magnitude <= 1,
            numbers[3] > 0, numbers[5] > 0, numbers[4] * numbers[4] <= numbers[3] * numbers[5],
            numbers[6].magnitude <= 100
        else { throw DriftRecordError(description: "The numbers are beyond what a crystal can have.") }
        self.numbers = numbers
    }

    public var text: String {
        Self.word + numbers.map { " \($0)" }.joined() + "\n"
    }
}
