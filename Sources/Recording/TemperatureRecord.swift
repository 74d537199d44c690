/// What a clock has learned of its crystal and temperature, as it is remembered over a restart: one line of seven decimal
/// numbers after the word `temperature1`, in the order of the fields.
public struct TemperatureRecord: Equatable, Sendable {
    /// The temperature from which kelvins are counted, °C.
    public var reference: Double
    /// What the crystal gains for a kelvin more, ppm/K.
    public var linear: Double
    /// and for the square of the kelvins, ppm/K².
    public var quadratic: Double
    /// Variance of the linear coefficient, ppm²/K².
    public var linearVariance: Double
    /// Covariance of the two, ppm²/K³.
    public var covariance: Double
    /// Variance of the quadratic coefficient, ppm²/K⁴.
    public var quadraticVariance: Double
    /// What was compensated when the frequency was remembered that the drift file tells, ppm.
    public var compensated: Double

    static let word = "temperature1"

    public init(
        reference: Double, linear: Double, quadratic: Double, linearVariance: Double, covariance: Double,
        quadraticVariance: Double, compensated: Double
    ) {
        self.reference = reference
        self.linear = linear
        self.quadratic = quadratic
        self.linearVariance = linearVariance
        self.covariance = covariance
        self.quadraticVariance = quadraticVariance
        self.compensated = compensated
    }

    private var numbers: [Double] {
        [reference, linear, quadratic, linearVariance, covariance, quadraticVariance, compensated]
    }

    /// Reads the line. What no crystal can have is not believed.
    public init(parsing text: String) throws(DriftRecordError) {
        let words = text.split { $0.isWhitespace }
        guard words.first == Substring(Self.word), words.count == 8 else {
            throw DriftRecordError(description: "A temperature file has the word \(Self.word) and seven numbers.")
        }
        var numbers: [Double] = []
        for word in words.dropFirst() {
            guard let number = DriftRecord.number(word) else {
                throw DriftRecordError(description: "\(word) is not a decimal number.")
            }
            numbers.append(number)
        }
        self.init(
            reference: numbers[0], linear: numbers[1], quadratic: numbers[2], linearVariance: numbers[3],
            covariance: numbers[4], quadraticVariance: numbers[5], compensated: numbers[6])
        guard (-60.0...150).contains(reference), linear.magnitude <= 10, quadratic.magnitude <= 1,
            linearVariance > 0, quadraticVariance > 0, covariance * covariance <= linearVariance * quadraticVariance,
            compensated.magnitude <= 100
        else { throw DriftRecordError(description: "The numbers are beyond what a crystal can have.") }
    }

    public var text: String {
        Self.word + numbers.map { " \($0)" }.joined() + "\n"
    }
}
