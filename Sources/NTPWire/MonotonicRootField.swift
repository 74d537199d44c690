public import TimeBase

/// chrony's experimental extension field F323: root delay and dispersion in finer units, and the moment of receiving on a
/// clock that is only ever steered by rate, so that a client can tell its server's corrections of phase from its
/// own error of rate. A request carries it with zeros.
public struct MonotonicRootField: Equatable, Sendable {
    public var rootDelay: NTPFine
    public var rootDispersion: NTPFine
    /// When the request came in, on the clock that is never set.
    public var receive: NTPTimestamp
    /// Another number says that the clock that is never set began anew.
    public var epoch: UInt32

    public static let type: UInt16 = 0xF323
    /// Octets with type and length.
    public static let size = 28
    private static let magic: UInt32 = 0xF5BE_DD9A

    public init(rootDelay: NTPFine, rootDispersion: NTPFine, receive: NTPTimestamp, epoch: UInt32) {
        self.rootDelay = rootDelay
        self.rootDispersion = rootDispersion
        self.receive = receive
        self.epoch = epoch
    }

    /// What a request carries.
    public static let question = MonotonicRootField(
        rootDelay: NTPFine(bits: 0), rootDispersion: NTPFine(bits: 0), receive: .unknown, epoch: 0)

    /// The field of a packet; nil if it has none, or another experiment's.
    public init?(_ octets: Span<UInt8>, _ layout: PacketLayout) {
        guard let field = layout.field(Self.type, in: octets), field.size == Self.size,
            octets.bigEndian32(at: field.start + 4) == Self.magic
        else { return nil }
        rootDelay = NTPFine(bits: octets.bigEndian32(at: field.start + 8))
        rootDispersion = NTPFine(bits: octets.bigEndian32(at: field.start + 12))
        receive = NTPTimestamp(bits: octets.bigEndian64(at: field.start + 16))
        epoch = octets.bigEndian32(at: field.start + 24)
    }

    /// Writes the field at a place; false, and nothing is written, if there is no room.
    @discardableResult
    public func write(into octets: inout MutableSpan<UInt8>, at place: Int) -> Bool {
        guard place >= 0, octets.count - place >= Self.size else { return false }
        octets.setBigEndian32(UInt32(Self.type) << 16 | UInt32(Self.size), at: place)
        octets.setBigEndian32(Self.magic, at: place + 4)
        octets.setBigEndian32(rootDelay.bits, at: place + 8)
        octets.setBigEndian32(rootDispersion.bits, at: place + 12)
        octets.setBigEndian64(receive.bits, at: place + 16)
        octets.setBigEndian32(epoch, at: place + 24)
        return true
    }
}

/// A duration of 0 to 16 s in units of 2^-28 s (3.7 ns).
public struct NTPFine: Hashable, Sendable {
    public var bits: UInt32

    public init(bits: UInt32) {
        self.bits = bits
    }

    /// The duration rounded up, so that an error bound stays one; negative becomes 0, and 16 s or more the largest.
    public init(roundingUp duration: Duration) {
        guard duration > .zero else {
            bits = 0
            return
        }
        let second: Int128 = 1_000_000_000_000_000_000
        let scaled = (min(duration, .seconds(16)).attoseconds * (1 << 28) + second - 1) / second
        bits = UInt32(clamping: scaled)
    }

    public var duration: Duration {
        Duration(
            secondsComponent: Int64(bits >> 28),
            attosecondsComponent: Int64((UInt128(bits & 0xfff_ffff) * 1_000_000_000_000_000_000) >> 28))
    }
}
