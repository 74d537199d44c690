public import TimeBase

/// A clock of this machine's own that tells the time (`refclock`): how it is read, and what its readings are worth.
public struct ReferenceClockSettings: Equatable, Sendable {
    /// How it is read. The engine only asks whether it is asked or speaks by itself; the host knows the rest.
    public enum Driver: Hashable, Sendable {
        /// A segment of System V shared memory that another program writes (`SHM`): gpsd, for one.
        case sharedMemory(unit: Int, permissions: Int)
        /// A Unix datagram socket that another program sends samples to (`SOCK`).
        case socket(path: String)
        /// The kernel's stamps of a pulse (`PPS`); `falling` takes the clearing edge in place of the asserting one.
        case pulse(path: String, falling: Bool)
        /// A PTP hardware clock (`PHC`).
        case hardwareClock(HardwareClockSettings)
    }

    /// How a PTP hardware clock is read.
    public struct HardwareClockSettings: Hashable, Sendable {
        /// The device's path, or the name of the network interface that has the clock.
        public var name: String
        /// Read the two clocks one after the other, though the device could read both at once (`nocrossts`).
        public var avoidsCrossStamps = false
        /// Take the clock's stamps of a pulse that is fed into it (`extpps`).
        public var stampsPulses = false
        /// The pin that the pulse comes in by (`pin`), and the channel that stamps it (`channel`).
        public var pin = 0
        public var channel = 0
        /// Stamp the falling edge in place of the rising one (`clear`).
        public var falling = false

        public init(name: String) { self.name = name }
    }

    public var driver: Driver
    /// Four letters at most; what the logs and reports call it.
    public var identifier: ReferenceIdentifier
    /// Binary logarithm of the seconds of which the readings are made one sample.
    public var poll = 4
    /// Binary logarithm of the seconds from one reading to the next.
    public var driverPoll = 0
    /// How many readings at most are made one sample.
    public var filterLength = 64
    /// The reference clock whose readings number the seconds of this pulse.
    public var lock: ReferenceIdentifier?
    /// Pulses a second.
    public var rate = 1
    /// How old, in pulses, the other clock's reading may be (`maxlockage`).
    public var maximumLockAge = 2
    /// Added to every reading, positive when we are slow.
    public var offset = Duration.zero
    /// Root delay: twice what the readings may be wrong by for reasons that no reading shows.
    public var delay = Duration.nanoseconds(1)
    /// Whether the configuration says `delay`; then what the driver claims of itself counts no more.
    public var isDelayGiven = false
    /// How far a reading may be wrong; nil = the precision of our own clock.
    public var precision: Duration?
    public var stratum = 0
    /// Only the part below a second of what it says is right (`pps`).
    public var isPulse = false
    /// It counts International Atomic Time (`tai`).
    public var countsTAI = false
    /// Its frequency is right, and its time says nothing (`local`).
    public var isLocal = false
    /// How long the pulse is; nil = not looked at.
    public var width: Duration?
    /// Readings that scatter more than this are not made a sample; nil = no such limit (`maxdispersion`).
    public var maximumDispersion: Duration?
    public var minimumSamples = 6
    public var maximumSamples = 64
    /// Polls without a sample, beyond the first 8, after which it is no longer selectable (`maxunreach`).
    public var maximumUnreachable = 100_000
    public var prefer = false
    public var noselect = false
    public var trust = false
    public var require = false

    public init(driver: Driver, identifier: ReferenceIdentifier) {
        self.driver = driver
        self.identifier = identifier
    }

    /// Whether the host reads it when it is asked to. The others speak by themselves.
    public var isAsked: Bool {
        switch driver {
        case .sharedMemory, .pulse: true
        case .socket: false
        case .hardwareClock(let clock): !clock.stampsPulses
        }
    }

    /// Whether its readings are pulses alone, whatever the driver says.
    var givesPulses: Bool { isPulse || isLocal }

    /// What people know it by.
    public var name: String { Self.text(identifier) }

    /// An identifier's letters, or its eight hexadecimal digits.
    static func text(_ identifier: ReferenceIdentifier) -> String {
        if let letters = identifier.letters { return letters }
        let digits = String(identifier.bits, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// The identifier of a clock that the configuration gives none: three letters of the driver and its place.
    public static func standardIdentifier(_ word: String, _ place: Int) -> ReferenceIdentifier {
        ReferenceIdentifier(letters: String(word.prefix(3)) + String(place % 10)) ?? .none
    }
}

extension ReferenceIdentifier {
    /// Four printable ASCII characters at most, the first of them highest; nil for anything else.
    public init?(letters: String) {
        let octets = Array(letters.utf8)
        guard (1...4).contains(octets.count), octets.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
        var bits: UInt32 = 0
        for place in 0..<4 { bits = bits << 8 | (place < octets.count ? UInt32(octets[place]) : 0) }
        self.init(bits: bits)
    }
}
