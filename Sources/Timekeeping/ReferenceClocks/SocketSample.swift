public import TimeBase

/// A datagram of chrony's driver SOCK: what gpsd and others send of a reference clock, in the sender's own order of octets.
///
/// ```
/// timeval   wall clock at the sample: seconds and microseconds, 64 bits each, or 32 bits each
/// double    true time less wall clock, seconds
/// int32     1 for a pulse, of which only the part below a second counts
/// int32     what the clock says of the last minute of the month, as NTP counts it
/// int32     nothing
/// int32     0x534f434b, "SOCK"
/// ```
public struct SocketSample: Equatable, Sendable {
    public var stamp: Instant<Realtime>
    public var offset: Duration
    public var isPulse: Bool
    /// ``LeapIndicator/unsynchronised`` also for a number that means nothing.
    public var leap: LeapIndicator

    static let magic: UInt32 = 0x534f_434b

    /// What an offset may be at most; nobody's clock is off by more than an era of NTP.
    private static let largest = 4_294_967_296.0

    /// Reads a datagram; nil if it is anything else.
    public init?(_ octets: ArraySlice<UInt8>) {
        let isWide = octets.count == 40
        guard isWide || octets.count == 32 else { return nil }
        var reader = NativeReader(rest: octets)
        let seconds = isWide ? Int64(bitPattern: reader.next(8)) : Int64(Int32(truncatingIfNeeded: reader.next(4)))
        let micros = isWide ? Int64(bitPattern: reader.next(8)) : Int64(Int32(truncatingIfNeeded: reader.next(4)))
        let offset = Double(bitPattern: reader.next(8))
        let pulse = UInt32(truncatingIfNeeded: reader.next(4))
        let leap = UInt32(truncatingIfNeeded: reader.next(4))
        _ = reader.next(4)
        guard UInt32(truncatingIfNeeded: reader.next(4)) == Self.magic, (0..<1_000_000).contains(micros),
            offset.magnitude < Self.largest
        else { return nil }
        stamp = Instant(
            sinceEpoch: Duration(
                secondsComponent: seconds, attosecondsComponent: micros &* 1_000_000_000_000))
        self.offset = Duration(clampingSeconds: offset)
        isPulse = pulse != 0
        self.leap = UInt8(exactly: leap).flatMap { LeapIndicator(rawValue: $0) } ?? .unsynchronised
    }

    /// What the engine is told of it.
    public func reading(of clock: Int) -> ReferenceClockReading {
        ReferenceClockReading(
            clock: clock, stamp: stamp, isPulse ? .pulse(offset: offset) : .time(offset: offset, leap: leap))
    }
}

/// Numbers in this machine's own order of octets.
private struct NativeReader {
    var rest: ArraySlice<UInt8>

    mutating func next(_ count: Int) -> UInt64 {
        let octets = rest.prefix(count)
        rest = rest.dropFirst(count)
        #if _endian(big)
            return octets.reduce(0) { $0 << 8 | UInt64($1) }
        #else
            return octets.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        #endif
    }
}
