/// One line of chrony's `statistics.log`: what a source's samples say together (chrony.conf(5), `log statistics`).
public struct StatisticsLine: Sendable, Equatable {
    /// Seconds since 1970.
    public var time: Int
    /// The source.
    public var address: String
    /// Standard deviation of the samples, in seconds.
    public var deviation: Double
    /// Seconds; positive when our clock is **fast** (the other way round than in `measurements.log`).
    public var offset: Double
    /// How far the offset may be off, seconds.
    public var offsetDeviation: Double
    /// Fractional; how much our clock gains on the source.
    public var frequency: Double
    /// How far the frequency may be off, fractional.
    public var skew: Double
    /// Residual over error bound of the frequency.
    public var stress: Double
    /// Samples.
    public var samples: Int
    /// First sample that still counts.
    public var firstSample: Int
    /// Runs of residuals with the same sign.
    public var runs: Int
    /// Estimated asymmetry of delays; nil in old logs.
    public var asymmetry: Double?

    /// - Parameters: as the properties of these names.
    public init(
        time: Int, address: String, deviation: Double, offset: Double, offsetDeviation: Double, frequency: Double,
        skew: Double, stress: Double, samples: Int, firstSample: Int, runs: Int, asymmetry: Double?
    ) {
        self.time = time
        self.address = address
        self.deviation = deviation
        self.offset = offset
        self.offsetDeviation = offsetDeviation
        self.frequency = frequency
        self.skew = skew
        self.stress = stress
        self.samples = samples
        self.firstSample = firstSample
        self.runs = runs
        self.asymmetry = asymmetry
    }

    /// Reads one line.
    public init(parsing line: Substring) throws(LogLineError) {
        var fields = try LogFields(line, count: 12)
        time = try fields.time()
        address = String(fields.word())
        deviation = try fields.number("standard deviation")
        offset = try fields.number("offset")
        offsetDeviation = try fields.number("offset's deviation")
        frequency = try fields.number("frequency")
        skew = try fields.number("skew")
        stress = try fields.number("stress")
        samples = try fields.integer("number of samples", in: 0...1_000_000)
        firstSample = try fields.integer("number of the first sample", in: 0...1_000_000)
        runs = try fields.integer("number of runs", in: 0...1_000_000)
        let last = fields.word()
        asymmetry = LogFields.decimal(last)
        if asymmetry == nil, !last.isEmpty { throw LogLineError("\(LogFields.quoted(last)) is no asymmetry.") }
    }

    /// As chrony writes it.
    public var text: String {
        "\(LogColumn.time(time)) \(LogColumn.left(address, 15))"
            + [deviation, offset, offsetDeviation, frequency, skew].map { " " + LogColumn.scientific($0) }.joined()
            + " \(LogColumn.scientific(stress, width: 7, decimals: 1))"
            + " \(LogColumn.integer(samples, 3)) \(LogColumn.integer(firstSample, 3)) \(LogColumn.integer(runs, 3))"
            + (asymmetry.map { " " + LogColumn.fixed($0, width: 5, decimals: 2) } ?? "")
    }
}
