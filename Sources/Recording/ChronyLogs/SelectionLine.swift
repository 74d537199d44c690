/// One line of chrony's `selection.log`: what selection thinks of a source (chrony.conf(5), `log selection`).
public struct SelectionLine: Sendable, Equatable {
    /// Seconds since 1970.
    public var time: Int
    /// The source, an address or a reference clock's name.
    public var address: String
    /// One of the characters of `chronyc selectdata`.
    public var state: Character
    /// Whether it is not to be selected, preferred, trusted, required.
    public var options: Options
    /// The last eight exchanges, newest lowest: set where a valid answer came.
    public var reach: UInt8
    /// Against the selected source; 1 and more.
    public var score: Double
    /// Seconds since the last sample; nil if there was none, written as 0.
    public var sampleAge: Double?
    /// Between these lies, by this source, what our clock is **fast** by, seconds; nil without samples, written as 0.
    public var interval: ClosedRange<Double>?

    /// What the configuration makes of a source, with the other sources in view.
    public struct Options: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let noselect = Options(rawValue: 1)
        public static let prefer = Options(rawValue: 2)
        public static let trust = Options(rawValue: 4)
        public static let require = Options(rawValue: 8)
        fileprivate static let letters: [(Options, Character)] = [
            (.noselect, "N"), (.prefer, "P"), (.trust, "T"), (.require, "R"),
        ]
    }

    /// - Parameters: as the properties of these names.
    public init(
        time: Int, address: String, state: Character, options: Options, reach: UInt8, score: Double,
        sampleAge: Double?, interval: ClosedRange<Double>?
    ) {
        self.time = time
        self.address = address
        self.state = state
        self.options = options
        self.reach = reach
        self.score = score
        self.sampleAge = sampleAge
        self.interval = interval
    }

    /// Reads one line.
    public init(parsing line: Substring) throws(LogLineError) {
        var fields = try LogFields(line, count: 10)
        time = try fields.time()
        address = String(fields.word())
        state = try fields.letter("state", of: "NMsrd~SOwWPUxTD+*")
        options = []
        let word = fields.word()
        for letter in word where letter != "-" {
            guard let option = Options.letters.first(where: { $0.1 == letter })?.0 else {
                throw LogLineError("\(LogFields.quoted(word)) are no options.")
            }
            options.insert(option)
        }
        let digits = fields.word()
        guard let bits = UInt8(digits, radix: 8), digits.first != "+" else {
            throw LogLineError("\(LogFields.quoted(digits)) is no reachability.")
        }
        reach = bits
        score = try fields.number("score")
        let age = try fields.number("age")
        let low = try fields.number("low end")
        let high = try fields.number("high end")
        guard low <= high else { throw LogLineError("The low end is above the high end.") }
        let isKnown = age != 0 || low != 0 || high != 0
        (sampleAge, interval) = isKnown ? (age, low...high) : (nil, nil)
    }

    /// As chrony writes it.
    public var text: String {
        let letters = String(Options.letters.map { options.contains($0.0) ? $0.1 : "-" }) + "-"
        return "\(LogColumn.time(time)) \(LogColumn.left(address, 15)) \(state) \(letters)"
            + " \(LogColumn.right(String(reach, radix: 8), 4)) \(LogColumn.fixed(score, width: 5, decimals: 2))"
            + [sampleAge ?? 0, interval?.lowerBound ?? 0, interval?.upperBound ?? 0]
            .map { " " + LogColumn.scientific($0) }.joined()
    }
}
