/// One line of chrony's `refclocks.log`: one reading of a reference clock, or what the readings of a poll interval say
/// together (chrony.conf(5), `log refclocks`).
public struct ReferenceClockLine: Sendable, Equatable {
    /// Seconds since 1970, and microseconds beyond them.
    public var time: Int
    public var microseconds: Int
    /// The reference clock's identifier, such as `PPS0`.
    public var identifier: String
    /// `N` normal, `+` inserted second, `-` deleted second, `?` unsynchronised.
    public var leap: Character
    /// What a single reading has besides; nil for what the readings of a poll interval say together.
    public var reading: Reading?
    /// Seconds; positive when our clock is **slow**.
    public var offset: Double
    /// How far the offset may be off, seconds.
    public var dispersion: Double

    public struct Reading: Sendable, Equatable {
        /// Which of the driver's polls in this poll interval it is, counted from 0.
        public var number: Int
        /// Whether it is a pulse, of which only the part below a second is known.
        public var isPulse: Bool
        /// Seconds as the driver gave them, before the corrections of the configuration; positive when our clock is slow.
        public var rawOffset: Double

        /// - Parameters: as the properties of these names.
        public init(number: Int, isPulse: Bool, rawOffset: Double) {
            self.number = number
            self.isPulse = isPulse
            self.rawOffset = rawOffset
        }
    }

    /// - Parameters: as the properties of these names.
    public init(
        time: Int, microseconds: Int, identifier: String, leap: Character, reading: Reading?, offset: Double,
        dispersion: Double
    ) {
        self.time = time
        self.microseconds = microseconds
        self.identifier = identifier
        self.leap = leap
        self.reading = reading
        self.offset = offset
        self.dispersion = dispersion
    }

    /// Reads one line.
    public init(parsing line: Substring) throws(LogLineError) {
        var fields = try LogFields(line, count: 9)
        (time, microseconds) = try fields.timeWithMicroseconds()
        identifier = String(fields.word())
        let number = fields.word()
        leap = try fields.letter("leap status", of: "N+-?")
        let pulse = fields.word()
        let raw = fields.word()
        switch (number, pulse, raw) {
        case ("-", "-", "-"): reading = nil
        default:
            guard let count = Int(number), let offset = LogFields.decimal(raw), pulse == "0" || pulse == "1" else {
                throw LogLineError("\(LogFields.quoted("\(number) \(pulse) \(raw)")) is no reading.")
            }
            reading = Reading(number: count, isPulse: pulse == "1", rawOffset: offset)
        }
        offset = try fields.number("offset")
        dispersion = try fields.number("dispersion")
    }

    /// As chrony writes it.
    public var text: String {
        let micros = String(microseconds)
        let fraction = String(repeating: "0", count: max(0, 6 - micros.count)) + micros
        let columns =
            reading.map {
                "\(LogColumn.integer($0.number, 3)) \(leap) \($0.isPulse ? 1 : 0)"
                    + " \(LogColumn.scientific($0.rawOffset, width: 13, decimals: 6))"
            } ?? "  - \(leap) -       -      "
        return "\(LogColumn.time(time)).\(fraction) \(LogColumn.left(identifier, 5)) \(columns)"
            + " \(LogColumn.scientific(offset, width: 13, decimals: 6)) \(LogColumn.scientific(dispersion))"
    }
}
