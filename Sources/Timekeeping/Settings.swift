public import Addresses
public import Recording
public import TimeBase

/// How one time source is to be treated: a `server` or `pool` line of the configuration.
public struct SourceSettings: Equatable, Sendable {
    public enum Kind: Hashable, Sendable {
        case server
        /// A name with many addresses, of which ``SourceSettings/maximumSources`` are used.
        case pool
        /// One that asks and answers at once, as we do (symmetric modes).
        case peer
        /// A clock of this machine's own (`refclock`), which has settings of its own besides.
        case referenceClock
    }

    public var kind: Kind
    /// The name or address as it was written.
    public var name: String
    public var port: UInt16 = 123
    /// Binary logarithm of the shortest poll interval in seconds.
    public var minimumPoll = 6
    /// Binary logarithm of the longest poll interval in seconds.
    public var maximumPoll = 10
    /// Begin with a quick series of requests.
    public var initialBurst = false
    /// Make each poll a short series until one good sample came.
    public var burst = false
    /// Exchange one packet ahead of each measurement where the poll is at least this (binary logarithm): 100 = never.
    public var presendPoll = 100
    /// Added to every measured offset, positive when we are slow.
    public var offset = Duration.zero
    public var prefer = false
    public var noselect = false
    public var trust = false
    public var require = false
    /// Longest round trip of a usable sample.
    public var maximumDelay = Duration.seconds(3)
    /// Longest round trip relative to the shortest known; 0 = no such test.
    public var maximumDelayRatio = 0.0
    /// Longest excess of half the round trip, in standard deviations of the samples.
    public var maximumDelayDeviationRatio = 10.0
    /// Accept only samples below this quantile of the round trip; 0 = no such test.
    public var maximumDelayQuantile = 0.0
    /// The known shortest round trip, if any.
    public var minimumDelay: Duration?
    /// How much of the excess delay is on the way to the server (-0.5 … 0.5); nil = estimated.
    public var asymmetry: Double?
    public var minimumSamples = 6
    public var maximumSamples = 64
    public var minimumStratum = 0
    /// Number of samples in the fit that the poll interval aims at.
    public var pollTarget = 8
    /// NTP version in requests.
    public var version: UInt8 = 4
    /// Only addresses of this family; nil for both.
    public var family: AddressFamily?
    /// How many addresses of a pool are used.
    public var maximumSources = 4
    /// Polled only after it was set online.
    public var offline = false
    /// Goes offline when sending fails.
    public var autoOffline = false
    /// Updates without a reply after which a source is no longer selectable.
    public var maximumUnreachable = 100_000
    /// The symmetric key that authenticates requests and replies; nil for none.
    public var key: UInt32?

    /// Ask for interleaved answers, which tell when the last answer really left (`xleave`).
    public var isInterleaved = false
    /// Pass on this source's stratum and reference identifier as they are, as if it were this machine (`copy`).
    public var copiesReference = false
    /// Ask for chrony's extension field F323 (`extfield F323`).
    public var asksMonotonicRoot = false

    /// Whether only packets are believed whose sender has proved who it is.
    public var isAuthenticated: Bool { key != nil }

    public init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }
}

/// Serving our own clock although no source confirms it (`local`).
public struct LocalReferenceSettings: Equatable, Sendable {
    public var stratum: UInt8 = 10
    /// Root distance beyond which the local reference takes over.
    public var distance = Duration.seconds(1)
    /// Several such servers agree on one: the smallest reference identifier is followed.
    public var orphan = false
    /// Root distance that must have been reached once before it may be used; zero = no condition.
    public var activateDistance = Duration.zero
    /// Time without an update before it takes over.
    public var waitSynchronised = Duration.zero
    /// Time since start before it takes over where no source was ever followed; nil = 0, or 300 s with orphan.
    public var waitUnsynchronised: Duration?

    public init() {}
}

/// When the clock may be stepped (`makestep`).
public struct MakeStep: Hashable, Sendable {
    /// Offsets above this are stepped.
    public var threshold: Duration
    /// Number of first updates in which that is allowed; negative means always.
    public var limit: Int

    public init(threshold: Duration, limit: Int) {
        self.threshold = threshold
        self.limit = limit
    }
}

/// Which corrections are refused (`maxchange`).
public struct MaximumChange: Hashable, Sendable {
    public var offset: Duration
    /// Number of first updates that are not looked at.
    public var start: Int
    /// How many refusals there are before the program ends; negative means any number.
    public var ignore: Int

    public init(offset: Duration, start: Int, ignore: Int) {
        self.offset = offset
        self.start = start
        self.ignore = ignore
    }
}

/// Sending the time to a network without being asked (`broadcast`).
public struct BroadcastSettings: Hashable, Sendable {
    public var interval: Duration
    public var destination: Endpoint

    public init(interval: Duration, destination: Endpoint) {
        self.interval = interval
        self.destination = destination
    }
}

/// How sources that prove who they are and sources that don't go together (`authselectmode`).
public enum AuthenticationMode: String, CaseIterable, Hashable, Sendable {
    /// Only sources that prove it are selected.
    case require
    /// Sources that prove it are selected; the others only while there are none of those.
    case prefer
    /// Where there are both, those that prove it are trusted and required.
    case mix
    /// It makes no difference.
    case ignore
}

/// What a drift file says.
public struct Drift: Hashable, Sendable {
    /// How much the unsteered clock gains.
    public var frequency: Frequency
    /// How wrong that may be.
    public var skew: Frequency

    public init(frequency: Frequency, skew: Frequency) {
        self.frequency = frequency
        self.skew = skew
    }

    /// What is left of it after a time in which nobody watched the clock.
    ///
    /// A frequency that does a random walk of 1.2e-9 s/s in a root of a second, as an ordinary crystal in a room does, has
    /// walked 0.35 ppm (standard deviation) in a day; a skew is three of those.
    public func aged(by age: Duration) -> Drift {
        let walked = 3 * 1.2e-9 * min(max(age, .zero), .seconds(30 * 86400)).inSeconds.squareRoot()
        return Drift(
            frequency: frequency,
            skew: Frequency(ratio: (skew.ratio * skew.ratio + walked * walked).squareRoot()))
    }
}

/// Everything a ``Timekeeper`` has to be told.
public struct TimekeeperSettings: Equatable, Sendable {
    /// What the process is to do.
    public enum Purpose: Hashable, Sendable {
        /// Keep the clock until told to stop.
        case serve
        /// Set the clock once, then end (-q).
        case setOnce
        /// Measure once, say by how much the clock is wrong, then end (-Q).
        case measureOnce
    }

    /// How samples become an estimate.
    public enum Estimator: Hashable, Sendable {
        /// One filter for the clock that all sources share; weighs samples by their delay and learns the wander.
        case filter
        /// A straight line per source, combined afterwards; kept for comparison.
        case regression
    }

    public var sources: [SourceSettings] = []
    /// Clocks of this machine's own. The host names them by their position here.
    public var referenceClocks: [ReferenceClockSettings] = []
    public var broadcasts: [BroadcastSettings] = []
    public var estimator = Estimator.filter
    public var purpose = Purpose.serve
    /// Whether the kernel's clock may be touched; false (-x) only follows.
    public var controlsClock = true
    /// Step instead of slew if the offset is larger, in the first `limit` updates; a negative limit means always.
    public var makeStep: MakeStep?
    /// Fastest slew. At the default a second is worked off in 12 s.
    public var maximumSlewRate = Frequency(ppm: 83_333.333)
    /// After `start` updates, refuse an offset above `offset` so often, then end; a negative number refuses always.
    public var maximumChange: MaximumChange?
    /// Ignore a measured frequency that is less certain than this.
    public var maximumUpdateSkew = Frequency(ppm: 1000)
    /// How fast the bound grows beyond the known skew. A promise needs room for what a crystal may suddenly do.
    public var maximumClockError = Frequency(ppm: 2)
    /// The largest frequency that is believed.
    public var maximumDrift = Frequency(ppm: 100_000)
    public var maximumDistance = Duration.seconds(3)
    public var maximumJitter = Duration.seconds(1)
    public var minimumSources = 1
    public var maximumStratum = 15
    public var combineLimit = 3.0
    public var reselectDistance = Duration.microseconds(100)
    public var stratumWeight = Duration.milliseconds(1)
    public var authentication = AuthenticationMode.mix
    public var correctionTimeRatio = 3.0
    public var leapSeconds = LeapSecondSettings()
    /// How the time that clients are served is smoothed (`smoothtime`); nil if it is not.
    public var smoothTime: SmoothTimeSettings?
    /// Whether the time may be entered by hand (`manual`).
    public var acceptsManualTime = false
    /// Average the frequency for when there are no sources (`fallbackdrift`).
    public var fallbackDrift: FallbackDriftSettings?
    /// Correct the clock by these before the sources start (`initstepslew`).
    public var initialCorrection: InitialCorrectionSettings?
    /// Mail a correction above this (`mailonchange`); nil = none.
    public var mailChange: Duration?
    /// How long after a name was looked up it is looked up again though its servers answer; zero = never (refresh).
    public var refreshInterval = Duration.seconds(1_209_600)
    public var local: LocalReferenceSettings?
    /// The isolated network that this machine belongs to (`role island`); nil for none.
    public var island: IslandSettings?
    /// Before this an island's time is not served; nil = any is.
    public var floor: TimeFloor?
    /// Compensation for temperature; nil = none.
    public var temperature: TemperatureSettings?
    /// Let the kernel say that it is synchronised, and so write the RTC (rtcsync).
    public var synchronisesRTC = false
    /// Log a clock change above this (logchange).
    public var logChange = Duration.seconds(1)
    /// Shortest time between two writes of the drift file.
    public var driftInterval = Duration.seconds(3600)
    /// Whether there is a drift file to keep.
    public var keepsDrift = false
    /// Which measurement logs are written (`log`).
    public var logs: Set<ChronyLog> = []
    /// Whether the log of measurements has also what no sample was made of (`log rawmeasurements`).
    public var logsRawMeasurements = false
    /// Whether samples are kept when the program ends (`dumpdir`).
    public var keepsMeasurements = false
    /// What was kept of each source's samples when the program ended last (-r), by the source's address.
    public var keptMeasurements: [IPAddress: DumpRecord] = [:]
    /// Frequency and skew from the drift file.
    public var initialDrift: Drift?
    /// Precision of the wall clock (time of one reading, or its resolution).
    public var precision = Duration.nanoseconds(100)
    /// End after this long (-t); nil = never.
    public var timeout: Duration?
    /// The real-time clocks to be measured.
    public var realTimeClocks: [RealTimeClockSettings] = []
    /// What the start of the machine has told of the time.
    public var initialKnowledge: InitialKnowledge?
    /// Whether the time is saved for the next start.
    public var savesTime = false
    /// Commands open to UDP clients beyond the usual (opencommands); nil = chrony's default list.
    public var openCommands: [String]?

    public init() {}
}
