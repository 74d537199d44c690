/// A recorded comparison of a clock with a reference: what was measured against what, the readings, and what happened meanwhile.
///
/// Recorders, importers and the store make it; statistics, reports, plots and exports read it.
public struct Study: Sendable, Equatable {
    /// What was studied and how. Every field may be unknown (nil or empty), and unknown is never printed as 0.
    public var subject: Subject
    /// In the order of their times.
    public var readings: [Reading]
    /// What happened to either clock while it was studied, in the order of the times.
    public var events: [Happening]

    /// A study, empty at first.
    public init(subject: Subject = Subject(), readings: [Reading] = [], events: [Happening] = []) {
        self.subject = subject
        self.readings = readings
        self.events = events
    }
}

extension Study {
    /// What was studied, against what, where.
    public struct Subject: Sendable, Equatable {
        /// A name for headings, such as `pi3 against rtc0`; empty when none was given.
        public var title = ""
        /// The clock that is studied, such as `CLOCK_REALTIME of pi3`.
        public var clock = ""
        /// What it was compared with, such as `rtc0` or `ntp.example.net`.
        public var reference = ""
        /// How far the reference's rate may itself be off, fractional (1e-6 is 1 ppm); nil when nobody knows.
        public var referenceDoubt: Double?
        /// Seconds between readings as planned; nil for an irregular record.
        public var interval: Double?
        /// Facts of the machine at the start, in the order in which they are shown: host, kernel, clocksource, tick, frequency.
        public var facts: [Fact] = []

        /// Nothing known yet.
        public init() {}
    }

    /// One fact, as `clocksource` and `tsc`.
    public struct Fact: Sendable, Equatable {
        /// A word or two.
        public var name: String
        /// As it is shown, with its unit.
        public var value: String

        /// A fact and what it is.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One comparison of the two clocks.
    public struct Reading: Sendable, Equatable {
        /// When, in seconds on the reference's scale: since 1970 where that is known, else since the first reading.
        public var time: Double
        /// Studied clock minus reference, in seconds, from any fixed origin: positive when the clock has gained. The origin is
        /// near the first reading, so that a double keeps the picoseconds.
        public var phase: Double
        /// How far the phase may be off, in seconds; nil when unknown.
        public var uncertainty: Double?
        /// Degrees Celsius; nil when there is no sensor.
        public var temperature: Double?

        /// One comparison; what is not known stays nil.
        public init(time: Double, phase: Double, uncertainty: Double? = nil, temperature: Double? = nil) {
            self.time = time
            self.phase = phase
            self.uncertainty = uncertainty
            self.temperature = temperature
        }
    }

    /// Something that happened to a clock, or to the recording, during the study.
    public struct Happening: Sendable, Equatable {
        /// When, in seconds on the same scale as the readings.
        public var time: Double
        /// What kind of thing it was.
        public var kind: Kind
        /// A sentence for people.
        public var words: String
        /// Seconds for a step, fractional frequency for a change of rate, seconds for a gap; nil when unknown.
        public var size: Double?

        /// A happening and, where known, its size.
        public init(time: Double, kind: Kind, words: String, size: Double? = nil) {
            self.time = time
            self.kind = kind
            self.words = words
            self.size = size
        }
    }

    /// The kinds of happening; the raw value stands in files.
    public enum Kind: String, Sendable, Equatable, CaseIterable {
        /// The studied clock was set.
        case step
        /// The studied clock's rate was changed (by a daemon, or by hand).
        case rateChange = "rate"
        /// Nothing was recorded for a while.
        case gap
        /// A reading failed; the words say why.
        case failure
        /// The recording was interrupted or went on.
        case pause
        /// Anything else worth telling.
        case remark
    }
}
