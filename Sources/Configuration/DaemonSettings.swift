public import Addresses
internal import BoundPage
public import Timekeeping

/// What a source line leaves open.
public struct SourceDefaults: Equatable, Sendable {
    /// Fewest samples of the fit (`minsamples`).
    public var minimumSamples = 6
    /// Most samples of the fit (`maxsamples`).
    public var maximumSamples = 64
    /// Sources claiming a lower stratum are not selected (`minstratum`).
    public var minimumStratum = 0

    public init() {}
}

/// Everything the daemon is told by its configuration and its command line.
public struct DaemonSettings: Equatable, Sendable {
    /// What the engine is told, with the sources of the source directories at the end of its list.
    public var timekeeper = TimekeeperSettings()
    /// UDP port of the NTP server; 0 = no server.
    public var serverPort: UInt16 = 123
    /// Local addresses of the server, at most one of a family; empty = any.
    public var serverAddresses: [IPAddress] = []
    /// Local addresses of requests to sources, at most one of a family; empty = any.
    public var clientAddresses: [IPAddress] = []
    /// The network interface of the server; nil = any.
    public var serverDevice: String?
    /// The local port of requests to sources; 0 = a random one for each.
    public var clientPort: UInt16 = 0
    /// The network interface of requests to sources; nil = any.
    public var clientDevice: String?
    /// The network interface of the control protocol; nil = any.
    public var commandDevice: String?
    /// What kind of service NTP packets ask routers for, 0 to 63 (RFC 2474).
    public var dscp = 0
    /// Whom the server answers; nobody by default.
    public var access = AccessTable()
    /// How often a client is answered; nil = always.
    public var rateLimit: RateLimitSettings?
    /// How often a client of the control protocol is answered; nil = always.
    public var commandLimit: RateLimitSettings?
    /// How clients are remembered.
    public var clientLog = ClientLogSettings()
    /// Processes that answer clients in the daemon's place; 0 = the daemon does so itself.
    public var workers = 0
    /// UDP port of the control protocol; 0 = none.
    public var commandPort: UInt16 = 323
    /// Local addresses of the control protocol, at most one of a family.
    public var commandAddresses: [IPAddress] = [.v4(0x7f00_0001), .v6(0, 1)]
    /// Path of the control socket; nil = none.
    public var commandSocket: String? = "/run/chrony/chronyd.sock"
    /// Who may ask by UDP besides this host.
    public var commandAccess = AccessTable()
    /// Whom to become after the start; nil = stay.
    public var user: String?
    /// Where the process's number is written; nil = nowhere.
    public var pidFile: String? = "/run/timeball/timeballd.pid"
    /// Where the frequency is remembered; nil = nowhere.
    public var driftFile: String?
    /// Which interfaces are to stamp packets themselves.
    public var hardwareStamps: [HardwareStampSettings] = []
    /// How long an answer waits for the interface's stamp of its request.
    public var hardwareStampTimeout = Duration.milliseconds(1)
    /// How many packets that left by the server's socket may wait for their stamp; 0 = 64.
    public var awaitedStamps = 0
    /// Where the measurement logs are written; nil = nowhere.
    public var logDirectory: String?
    /// After how many lines of a measurement log its heading comes again; 0 = no headings.
    public var logBanner = 32
    /// Where sources' samples are kept; nil = nowhere.
    public var dumpDirectory: String?
    /// Whether the samples that were kept are loaded at the start (-r).
    public var reloadsMeasurements = false
    /// Where the temperature is read; nil = nowhere.
    public var temperatureSensor: String?
    /// Where what was learned of the temperature is remembered; nil = nowhere.
    public var temperatureFile: String?
    /// Where the points of `tempcomp` were read from; nil = there are none.
    public var temperaturePoints: String?
    /// Where the symmetric keys stand; nil = there are none.
    public var keyFile: String?
    /// Where other programs find the time and its bound; nil = nowhere.
    public var boundFile: String? = BoundPage.defaultPath
    /// The real-time clock, and the time for the next start.
    public var realTimeClock = RealTimeClockOptions()
    /// Keep all memory resident.
    public var lockAll = false
    /// Priority among SCHED_FIFO, 1 to 99; 0 = not real-time.
    public var schedulingPriority = 0
    /// Whether the host measures the clock's precision, or the configured one stands (`clockprecision`).
    public var measuresPrecision = true
    /// Directories of `*.sources` files, the first has precedence.
    public var sourceDirectories: [String] = []
    /// What was read from them; also the last of ``TimekeeperSettings/sources``.
    public var directorySources: [SourceSettings] = []
    /// What source lines leave open, also those that are read later.
    public var sourceDefaults = SourceDefaults()
    /// Only addresses of this family are used (-4, -6); nil = both.
    public var family: AddressFamily?
    /// What was accepted without doing all that it says.
    public var warnings: [Diagnostic] = []

    public init() {}
}

extension DaemonSettings {
    /// How clients are remembered by the daemon, and by each worker: all of them together keep to the limit.
    public var clientLogOfEach: ClientLogSettings {
        var each = clientLog
        each.memory /= workers + 1
        return each
    }
}
