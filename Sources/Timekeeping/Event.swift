public import Addresses
public import AtomicTime
public import NTPWire
public import RealTimeClock
public import TimeBase

/// Names one request that was sent, until its socket is closed. Never used twice.
public struct RequestToken: Hashable, Sendable {
    public var number: UInt64
    public init(number: UInt64) { self.number = number }
}

/// Names one question to the resolver. Never used twice.
public struct ResolutionToken: Hashable, Sendable {
    public var number: UInt64
    public init(number: UInt64) { self.number = number }
}

/// Who took a timestamp; later cases are nearer to the wire.
public enum StampKind: UInt8, Comparable, Hashable, Sendable {
    /// We did, in user space.
    case daemon
    /// The kernel did, as the packet passed its network stack.
    case kernel
    /// The network interface did.
    case hardware

    public static func < (left: StampKind, right: StampKind) -> Bool { left.rawValue < right.rawValue }
}

/// A moment at which a packet passed, on the wall clock as it was then.
public struct Stamp: Equatable, Sendable {
    public var time: Instant<Realtime>
    public var kind: StampKind

    public init(time: Instant<Realtime>, kind: StampKind) {
        self.time = time
        self.kind = kind
    }
}

/// Through which door a control request came, which decides what it may ask for.
public enum ControlAuthority: Hashable, Sendable {
    /// The Unix socket: everything.
    case unixSocket
    /// UDP from this machine.
    case loopback
    /// UDP from elsewhere, already let in by `cmdallow`.
    case network
}

/// Names a control client until it is answered; the host knows what stands behind the number.
public struct ControlClient: Hashable, Sendable {
    public var number: UInt64
    public init(number: UInt64) { self.number = number }
}

/// Why the kernel did not do what an effect asked for.
public struct KernelRefusal: Equatable, Sendable {
    /// The system call, such as "adjtimex".
    public var call: String
    /// The error number (errno).
    public var number: Int32
    /// The kernel's words for it.
    public var text: String

    public init(call: String, number: Int32, text: String) {
        self.call = call
        self.number = number
        self.text = text
    }
}

/// All that can happen to a ``Timekeeper``.
public enum Event: Equatable, Sendable {
    /// A datagram came in on the socket of a request. At most the first 1024 octets are handed over.
    case datagram(RequestToken, octets: [UInt8], from: Endpoint, to: IPAddress?, at: Stamp)

    /// A datagram of a symmetric mode came in by the server's socket from one of the peers that the host was told of.
    case peerDatagram(octets: [UInt8], from: Endpoint, to: IPAddress?, at: Stamp)

    /// A better time at which a request left; it may come after the answer.
    case sent(RequestToken, at: Stamp)

    /// A request could not be sent, or its socket reports an error (port unreachable, no route).
    case sendFailed(RequestToken, KernelRefusal)

    /// A name has these addresses now, in the resolver's order; none if the name is unknown or nobody answered.
    case resolved(ResolutionToken, [IPAddress])

    /// A control request; the answer goes out as ``Effect/reply(_:to:)``.
    case control([UInt8], from: ControlClient, ControlAuthority)

    /// The source directories were read again: the sources that are new in them, and those that are there no more.
    case sourcesReloaded(added: [SourceSettings], removed: [SourceSettings])

    /// To these places packets could be sent, and to those not, when ``Effect/testRoutes(_:)`` was performed.
    case routesTested(reachable: [Endpoint], unreachable: [Endpoint])

    /// The key file was read again, and holds these keys now.
    case keysRead([SymmetricKey])

    /// The table of leap seconds was read again, and is this now.
    case leapSecondsRead(LeapHistory)

    /// A reference clock was read, because it was asked for or because it spoke.
    case referenceClockRead(ReferenceClockReading)

    /// A reference clock, by its position, could not be read.
    case referenceClockFailed(Int, KernelRefusal)

    /// The wall clock was stepped, perhaps by somebody else: look at the clocks.
    case clockWasSet

    /// The kernel refused an effect.
    case refused(Effect, KernelRefusal)

    /// An RTC, by its position, was read, as ``Effect/readRTC(_:)`` asked for, and what a sensor of the machine says (°C),
    /// where there is one.
    case rtcRead(Int, EdgeFinder.Reading, celsius: Double?)

    /// The update interrupt of an RTC came, as ``Effect/watchRTC(_:)`` asked for.
    case rtcTurned(Int, EdgeFinder.Edge, celsius: Double?)

    /// The temperature sensor was read, in its own unit; nil if that failed.
    case temperature(Double?)

    /// Somebody asked for something by a signal.
    case signal(TimekeeperSignal)
}

/// What the operator can ask for by a signal.
public enum TimekeeperSignal: Hashable, Sendable {
    /// Try all names again, and ask unreachable sources (SIGHUP in ours; the network changed).
    case refresh
}
