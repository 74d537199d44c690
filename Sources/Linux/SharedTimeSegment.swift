internal import CLinux
public import TimeBase

/// A segment of System V shared memory in which another program says what time it is (NTP's key 0x4e545030 and up).
@safe public struct SharedTimeSegment: ~Copyable {
    /// What the other program said, once.
    public struct Saying: Sendable, Hashable {
        /// What its clock showed, and what the wall clock showed at that moment; both since 1970.
        public var clock: Duration
        public var receive: Instant<Realtime>
        /// As NTP counts it, 0 to 3.
        public var leap: Int
        /// How far its clock may be wrong; nil where it does not say.
        public var precision: Duration?
    }

    private let segment: UnsafeMutableRawPointer

    /// Attaches the segment of a unit, and makes it with these permissions if it is missing.
    /// - Throws: EACCES if it belongs to somebody else.
    public init(unit: Int, permissions: Int) throws(SystemError) {
        var address: UnsafeMutableRawPointer?
        try SystemError.check(
            "shmget", unsafe clinux_shared_time_attach(Int32(unit), Int32(permissions), &address))
        guard let address = unsafe address else { throw SystemError(call: "shmat", number: SystemError.invalid) }
        unsafe segment = address
    }

    deinit { unsafe clinux_shared_time_detach(segment) }

    /// Takes what is new; nil if nothing is, or if it makes no sense.
    public func take() -> Saying? {
        var time = clinux_shared_time()
        guard unsafe clinux_shared_time_take(segment, &time) == 1 else { return nil }
        let isTold = (-60 ... -1).contains(time.precision)
        return Saying(
            clock: Duration(time.clock), receive: Instant(sinceEpoch: Duration(time.receive)), leap: Int(time.leap),
            precision: isTold ? Self.power(time.precision) : nil)
    }

    /// 2^exponent seconds, for exponents between -60 and -1.
    private static func power(_ exponent: Int32) -> Duration {
        Duration(attoseconds: 1_000_000_000_000_000_000 >> Int128(-exponent))
    }
}
