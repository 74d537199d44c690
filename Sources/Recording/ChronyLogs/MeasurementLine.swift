/// One line of chrony's `measurements.log`: what one packet of a source told (chrony.conf(5), `log measurements`).
public struct MeasurementLine: Sendable, Equatable {
    /// Seconds since 1970.
    public var time: Int
    /// The source, an address or a name.
    public var address: String
    /// `N` normal, `+` inserted second, `-` deleted second, `?` unsynchronised.
    public var leap: Character
    /// The source's stratum.
    public var stratum: Int
    /// Results of tests 1, 2, 3, 5, 6, 7, A, B, C, D; true is passed.
    public var tests: [Bool]
    /// Binary logarithm of our poll interval in seconds.
    public var localPoll: Int
    /// Binary logarithm of the source's.
    public var remotePoll: Int
    /// How well the poll interval fits.
    public var score: Double
    /// Seconds; positive when our clock is **slow**.
    public var offset: Double
    /// Seconds, round trip.
    public var delay: Double
    /// Seconds.
    public var dispersion: Double
    /// Seconds.
    public var rootDelay: Double
    /// Seconds.
    public var rootDispersion: Double
    /// The source's reference.
    public var referenceIdentifier: UInt32
    /// The packet's mode and whether it was interleaved, as `4B`; then whence the time stamps of what was sent and of
    /// what came are (D daemon, K kernel, H hardware). Empty in old logs.
    public var kinds: [String]

    /// - Parameters: as the properties of these names.
    public init(
        time: Int, address: String, leap: Character, stratum: Int, tests: [Bool], localPoll: Int, remotePoll: Int,
        score: Double, offset: Double, delay: Double, dispersion: Double, rootDelay: Double, rootDispersion: Double,
        referenceIdentifier: UInt32, kinds: [String]
    ) {
        self.time = time
        self.address = address
        self.leap = leap
        self.stratum = stratum
        self.tests = tests
        self.localPoll = localPoll
        self.remotePoll = remotePoll
        self.score = score
        self.offset = offset
        self.delay = delay
        self.dispersion = dispersion
        self.rootDelay = rootDelay
        self.rootDispersion = rootDispersion
        self.referenceIdentifier = referenceIdentifier
        self.kinds = kinds
    }

    /// Reads one line.
    public init(parsing line: Substring) throws(LogLineError) {
        var fields = try LogFields(line, count: 17)
        time = try fields.time()
        address = String(fields.word())
        leap = try fields.letter("leap status", of: "N+-?")
        stratum = try fields.integer("stratum", in: 0...16)
        tests = try fields.flags("tests 1 2 3", count: 3)
        tests += try fields.flags("tests 5 6 7", count: 3)
        tests += try fields.flags("tests A B C D", count: 4)
        localPoll = try fields.integer("poll", in: -128...127)
        remotePoll = try fields.integer("poll", in: -128...127)
        score = try fields.number("score")
        offset = try fields.number("offset")
        delay = try fields.number("delay")
        dispersion = try fields.number("dispersion")
        rootDelay = try fields.number("root delay")
        rootDispersion = try fields.number("root dispersion")
        referenceIdentifier = try fields.hexadecimal("reference identifier")
        kinds = []
        while true {
            let word = fields.word()
            if word.isEmpty { break }
            kinds.append(String(word))
        }
    }

    /// As chrony writes it.
    public var text: String {
        let bits = tests.map { $0 ? "1" : "0" }.joined()
        let groups = "\(bits.prefix(3)) \(bits.dropFirst(3).prefix(3)) \(bits.dropFirst(6))"
        let identifier = String(referenceIdentifier, radix: 16, uppercase: true)
        return
            "\(LogColumn.time(time)) \(LogColumn.left(address, 15)) \(leap) \(LogColumn.integer(stratum, 2)) \(groups)"
            + "  \(LogColumn.integer(localPoll, 2)) \(LogColumn.integer(remotePoll, 2))"
            + " \(LogColumn.fixed(score, width: 4, decimals: 2))"
            + [offset, delay, dispersion, rootDelay, rootDispersion].map { " " + LogColumn.scientific($0) }.joined()
            + " " + String(repeating: "0", count: 8 - identifier.count) + identifier
            + kinds.map { " " + $0 }.joined()
    }
}
