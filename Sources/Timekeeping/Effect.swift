public import Addresses
public import BoundPage
public import Recording
public import TimeBase

/// The kernel clock's rate, in the kernel's own units (adjtimex(2)).
public struct KernelRate: Hashable, Sendable {
    /// Microseconds that each of the 100 ticks a second is worth: 9000 to 11000, 10000 at the nominal rate.
    public var tick: Int
    /// Scaled parts per million: 65536 is 1 ppm; -500 ppm to 500 ppm.
    public var scaledFrequency: Int

    public init(tick: Int, scaledFrequency: Int) {
        self.tick = tick
        self.scaledFrequency = scaledFrequency
    }

    public static let nominal = KernelRate(tick: 10_000, scaledFrequency: 0)

    /// How much faster than its oscillator the kernel's clock runs at this setting.
    public var frequency: Frequency {
        Frequency(ppm: Double(tick - 10_000) * 100 + Double(scaledFrequency) / 65536)
    }

    /// The setting nearest to a frequency; beyond ±10 % the nearest end of the range.
    public init(nearest frequency: Frequency) {
        let ppm = frequency.ppm.isFinite ? min(max(frequency.ppm, -100_000), 100_000) : 0
        let ticks = (ppm / 100).rounded()
        self.tick = 10_000 + Int(ticks)
        self.scaledFrequency = Int(((ppm - ticks * 100) * 65536).rounded())
    }
}

/// What the kernel tells every program about its clock (adjtimex(2), ntp_gettime(3)).
public struct KernelStatus: Hashable, Sendable {
    /// Whether STA_UNSYNC is cleared.
    public var isSynchronised: Bool
    /// A leap second at the end of the UTC day that the kernel is to apply.
    public var leap: LeapIndicator
    /// maxerror: the bound. The kernel itself lets it grow by 500 ppm; 16 s and more mean unsynchronised.
    public var maximumError: Duration
    /// esterror: standard deviation of the estimate.
    public var estimatedError: Duration

    public init(isSynchronised: Bool, leap: LeapIndicator, maximumError: Duration, estimatedError: Duration) {
        self.isSynchronised = isSynchronised
        self.leap = leap
        self.maximumError = maximumError
        self.estimatedError = estimatedError
    }
}

/// A file that the timekeeper keeps. The host knows where it lies.
public enum StateFile: Hashable, Sendable {
    /// Frequency and skew, in chrony's format.
    case drift
    /// A source's samples, in chrony's format (`dumpdir`): the source's address, or `refid:` and eight digits.
    case measurements(of: String)
    /// What is known of a real-time clock, by its position: chrony's `rtcfile` and more.
    case realTimeClock(Int)
    /// The time, for the next start of a machine without a real-time clock.
    case time
    /// What has been learned of the crystal and its temperature.
    case temperature
}

/// All that a ``Timekeeper`` can ask of its host. Effects are performed in order.
public enum Effect: Equatable, Sendable {
    /// Let the kernel's clock run at this rate from now on.
    case setRate(KernelRate)

    /// Add this to the wall clock at once.
    case step(by: Duration)

    /// Tell the kernel how good its clock is.
    case setStatus(KernelStatus)

    /// Tell the kernel how many seconds TAI is ahead of UTC (CLOCK_TAI).
    case setTAIOffset(seconds: Int)

    /// Open a fresh UDP socket with a random port, connected to the destination, and send these octets through it.
    /// Report kernel stamps of sending as ``Event/sent(_:at:)``.
    case send(RequestToken, octets: [UInt8], to: Endpoint)

    /// Close the socket of a request; nothing more may come in by it.
    case close(RequestToken)

    /// Send these octets to a peer by the server's socket, and report the kernel's stamp as of a request.
    case sendToPeer(RequestToken, octets: [UInt8], to: Endpoint)

    /// Hand over what these send in symmetric modes to the server's socket, as ``Event/peerDatagram(octets:from:to:at:)``.
    case listenTo(peers: [Endpoint])

    /// Send these octets to a broadcast or multicast address by the server's socket.
    case broadcast(octets: [UInt8], to: Endpoint)

    /// Read a reference clock, by its position, now, and report as ``Event/referenceClockRead(_:)``; nothing if it has
    /// nothing new to tell.
    case readReferenceClock(Int)

    /// Ask the resolver for the addresses of a name, without making anybody wait.
    case resolve(ResolutionToken, name: String, family: AddressFamily?)

    /// Serve this time from now on.
    case serve(ServedTime)

    /// Tell every program of this machine where true time is. It follows each change of the rate.
    case publishBound(BoundReport)

    /// Answer a control request.
    case reply([UInt8], to: ControlClient)

    /// A request about serving (accheck, allow, clients, serverstats …), whose permission is checked already:
    /// the host's responder answers it.
    case askResponder([UInt8], from: ControlClient)

    /// Read the source directories again (`sourcedir`), and report as ``Event/sourcesReloaded(added:removed:)``.
    case reloadSources

    /// Look whether there is a route to each of these, without sending anything, and report as
    /// ``Event/routesTested(reachable:unreachable:)``.
    case testRoutes([Endpoint])

    /// Read the key file again, and report as ``Event/keysRead(_:)``. Whether its sender may ask for that is checked.
    case readKeys

    /// Read the table of leap seconds again, and report as ``Event/leapSecondsRead(_:)``.
    case readLeapSeconds

    /// Send this to who wants to know of large corrections (`mailonchange`).
    case mail(ChangeMail)

    /// Read an RTC, by its position, now, and report as ``Event/rtcRead(_:_:celsius:)``.
    case readRTC(Int)

    /// Report the next update interrupt of an RTC as ``Event/rtcTurned(_:_:celsius:)``.
    case watchRTC(Int)

    /// Let others have an RTC: it is not read for a while.
    case releaseRTC(Int)

    /// Write this second, since 1970 UTC, into an RTC now.
    case setRTC(Int, second: Int)

    /// Replace a state file by these octets: written aside, synced, renamed.
    case save(StateFile, String)

    /// Read the temperature sensor, and report as ``Event/temperature(_:)``.
    case readTemperature

    /// Say something to the log.
    case note(Note)

    /// Add a line to a measurement log (`log`).
    indirect case log(LogRecord)

    /// Begin the measurement logs anew: somebody has renamed their files.
    case cycleLogs

    /// End the program with this exit status, after all effects before it.
    case stop(status: Int32)
}
