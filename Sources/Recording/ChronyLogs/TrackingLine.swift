/// One line of chrony's `tracking.log`: what was done to the clock (chrony.conf(5), `log tracking`).
public struct TrackingLine: Sendable, Equatable {
    /// Seconds since 1970.
    public var time: Int
    /// The source that is followed.
    public var address: String
    /// Our stratum; 0 before the first update.
    public var stratum: Int
    /// ppm; how much the unsteered clock gains.
    public var frequency: Double
    /// ppm; how far the frequency may be off.
    public var skew: Double
    /// Seconds; positive when our clock was **fast**.
    public var offset: Double
    /// `N` normal, `+` inserted second, `-` deleted second, `?` unsynchronised.
    public var leap: Character
    /// How many sources were combined.
    public var combined: Int
    /// How far the offset may be off, seconds.
    public var offsetDeviation: Double
    /// What is still to be corrected, seconds; positive when our clock is **slow**.
    public var remaining: Double
    /// Seconds.
    public var rootDelay: Double
    /// Seconds.
    public var rootDispersion: Double
    /// Greatest error since the last update, seconds; nil in old logs.
    public var maximumError: Double?

    /// - Parameters: as the properties of these names.
    public init(
        time: Int, address: String, stratum: Int, frequency: Double, skew: Double, offset: Double, leap: Character,
        combined: Int, offsetDeviation: Double, remaining: Double, rootDelay: Double, rootDispersion: Double,
        maximumError: Double?
    ) {
        self.time = time
        self.address = address
        self.stratum = stratum
        self.frequency = frequency
        self.skew = skew
        self.offset = offset
        self.leap = leap
        self.combined = combined
        self.offsetDeviation = offsetDeviation
        self.remaining = remaining
        self.rootDelay = rootDelay
        self.rootDispersion = rootDispersion
        self.maximumError = maximumError
    }

    /// Reads one line.
    public init(parsing line: Substring) throws(LogLineError) {
        var fields = try LogFields(line, count: 13)
        time = try fields.time()
        address = String(fields.word())
        stratum = try fields.integer("stratum", in: 0...16)
        frequency = try fields.number("frequency")
        skew = try fields.number("skew")
        offset = try fields.number("offset")
        leap = try fields.letter("leap status", of: "N+-?")
        combined = try fields.integer("number of sources", in: 0...1_000_000)
        offsetDeviation = try fields.number("offset's deviation")
        remaining = try fields.number("remaining correction")
        rootDelay = try fields.number("root delay")
        rootDispersion = try fields.number("root dispersion")
        let last = fields.word()
        maximumError = LogFields.decimal(last)
        if maximumError == nil, !last.isEmpty { throw LogLineError("\(LogFields.quoted(last)) is no maximum error.") }
    }

    /// As chrony writes it.
    public var text: String {
        "\(LogColumn.time(time)) \(LogColumn.left(address, 15)) \(LogColumn.integer(stratum, 2))"
            + " \(LogColumn.fixed(frequency, width: 10, decimals: 3)) \(LogColumn.fixed(skew, width: 10, decimals: 3))"
            + " \(LogColumn.scientific(offset)) \(leap) \(LogColumn.integer(combined, 2))"
            + [offsetDeviation, remaining, rootDelay, rootDispersion].map { " " + LogColumn.scientific($0) }.joined()
            + (maximumError.map { " " + LogColumn.scientific($0) } ?? "")
    }
}
