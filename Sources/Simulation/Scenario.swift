public import Addresses
internal import TimeBase
public import Timekeeping

/// A world to run an engine in: everything but the seed.
public struct Scenario: Equatable, Sendable {
    /// Somebody else sets the clock.
    public struct StepByOthers: Equatable, Sendable {
        public var at: Duration
        public var by: Duration

        public init(at: Duration, by: Duration) {
            self.at = at
            self.by = by
        }
    }

    /// The machine sleeps for a while.
    public struct Sleep: Equatable, Sendable {
        public var at: Duration
        public var duration: Duration
        /// How much faster the wall clock is afterwards than it was: what the RTC got wrong.
        public var error: Duration

        public init(at: Duration, duration: Duration, error: Duration) {
            self.at = at
            self.duration = duration
            self.error = error
        }
    }

    /// A sensor near the crystal.
    public struct Thermometer: Equatable, Sendable {
        /// It tells multiples of this, kelvins.
        public var resolution: Double
        /// How much later than the crystal it feels a change.
        public var lag: Duration

        public init(resolution: Double = 0.1, lag: Duration = .seconds(60)) {
            self.resolution = resolution
            self.lag = lag
        }
    }

    /// The simulated machine's own address (RFC 5737).
    public static let clientAddress = IPAddress.v4(0xcb00_7101)

    public var name: String
    /// One line on what it is.
    public var summary: String
    public var length: Duration
    /// Statistics are taken from here to the end.
    public var statisticsFrom: Duration
    public var oscillator: OscillatorSettings
    /// By how much the wall clock is fast at the start.
    public var initialError: Duration
    public var servers: [ServerSettings]
    /// Names that the resolver knows; numeric addresses it knows by itself.
    public var names: [String: [IPAddress]] = [:]
    public var connectivity = Connectivity.always
    /// Whether a send without a network fails at once, rather than being lost in silence.
    public var reportsOutage = false
    public var attacker: AttackerSettings?
    public var stepsByOthers: [StepByOthers] = []
    public var sleeps: [Sleep] = []
    /// The machine's real-time clocks, in the order of ``TimekeeperSettings/realTimeClocks``.
    public var realTimeClocks: [SimulatedChipSettings] = []
    /// The room's mean is 20 °C.
    public var thermometer: Thermometer?
    /// UTC at the start, and whether a leap second comes.
    public var time = TrueTime()
    /// From when on the kernel lets nobody touch its clock; nil = never.
    public var kernelRefusesFrom: Duration?
    /// How long after a send the kernel's stamp of it is reported; nil where there are no such stamps.
    public var stampsOfSending: Duration? = .microseconds(2)
    /// Clocks of the machine's own, in the order of ``TimekeeperSettings/referenceClocks``.
    public var referenceClocks: [SimulatedReferenceClockSettings] = []
    /// The clock by which the network interface stamps packets; nil = the kernel stamps them.
    public var interfaceClock: SimulatedInterfaceClockSettings?
    /// What the engine is told.
    public var settings: TimekeeperSettings

    /// - Parameter servers: each becomes a source, asked by its address with `iburst`.
    public init(
        _ name: String, _ summary: String, length: Int, statisticsFrom: Int, oscillator: OscillatorSettings,
        initialError: Duration = .milliseconds(50), servers: [ServerSettings]
    ) {
        self.name = name
        self.summary = summary
        self.length = .seconds(length)
        self.statisticsFrom = .seconds(statisticsFrom)
        self.oscillator = oscillator
        self.initialError = initialError
        self.servers = servers
        settings = TimekeeperSettings()
        settings.makeStep = MakeStep(threshold: .seconds(1), limit: 3)
        settings.maximumUpdateSkew = Frequency(ppm: 100)
        settings.keepsDrift = true
        settings.sources = servers.map { server in
            var source = SourceSettings(kind: .server, name: server.address.description)
            source.initialBurst = true
            return source
        }
    }

    /// What the resolver says.
    func addresses(of name: String) -> [IPAddress] {
        names[name] ?? IPAddress(name).map { [$0] } ?? []
    }

    /// The scenario changed by a closure.
    func with(_ change: (inout Scenario) -> Void) -> Scenario {
        var copy = self
        change(&copy)
        return copy
    }
}
