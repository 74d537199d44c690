public import TimeBase

/// The role of a packet's sender (RFC 5905 figure 10).
public enum NTPMode: UInt8, Hashable, Sendable {
    case reserved = 0
    case symmetricActive = 1
    case symmetricPassive = 2
    case client = 3
    case server = 4
    case broadcast = 5
    case control = 6
    case privateUse = 7
}

/// The 48 octets that begin every NTP packet (RFC 5905 section 7.3).
///
/// Any 48 octets are a header: whether it makes sense is for the receiver to judge.
public struct NTPHeader: Equatable, Sendable {
    public var leap: LeapIndicator
    public var version: UInt8
    public var mode: NTPMode
    public var stratum: UInt8
    /// Binary logarithm of the poll interval in seconds.
    public var poll: Int8
    /// Binary logarithm of the sender's clock precision in seconds.
    public var precision: Int8
    public var rootDelay: NTPShort
    public var rootDispersion: NTPShort
    public var referenceIdentifier: ReferenceIdentifier
    public var referenceTime: NTPTimestamp
    /// T1: when the request left, as the requester said (or whatever it put there).
    public var origin: NTPTimestamp
    /// T2: when the request came in.
    public var receive: NTPTimestamp
    /// T3: when the reply left.
    public var transmit: NTPTimestamp

    /// Octets of a header.
    public static let size = 48

    public init(
        leap: LeapIndicator = .none, version: UInt8 = 4, mode: NTPMode, stratum: UInt8 = 0, poll: Int8 = 0,
        precision: Int8 = 0, rootDelay: NTPShort = NTPShort(bits: 0), rootDispersion: NTPShort = NTPShort(bits: 0),
        referenceIdentifier: ReferenceIdentifier = .none, referenceTime: NTPTimestamp = .unknown,
        origin: NTPTimestamp = .unknown, receive: NTPTimestamp = .unknown, transmit: NTPTimestamp = .unknown
    ) {
        self.leap = leap
        self.version = version
        self.mode = mode
        self.stratum = stratum
        self.poll = poll
        self.precision = precision
        self.rootDelay = rootDelay
        self.rootDispersion = rootDispersion
        self.referenceIdentifier = referenceIdentifier
        self.referenceTime = referenceTime
        self.origin = origin
        self.receive = receive
        self.transmit = transmit
    }

    /// Reads a header from the first 48 octets; nil if there are fewer.
    public init?(_ octets: Span<UInt8>) {
        guard octets.count >= Self.size else { return nil }
        let first = octets[0]
        leap = LeapIndicator(rawValue: first >> 6) ?? .unsynchronised
        version = first >> 3 & 7
        mode = NTPMode(rawValue: first & 7) ?? .reserved
        stratum = octets[1]
        poll = Int8(bitPattern: octets[2])
        precision = Int8(bitPattern: octets[3])
        rootDelay = NTPShort(bits: octets.bigEndian32(at: 4))
        rootDispersion = NTPShort(bits: octets.bigEndian32(at: 8))
        referenceIdentifier = ReferenceIdentifier(bits: octets.bigEndian32(at: 12))
        referenceTime = NTPTimestamp(bits: octets.bigEndian64(at: 16))
        origin = NTPTimestamp(bits: octets.bigEndian64(at: 24))
        receive = NTPTimestamp(bits: octets.bigEndian64(at: 32))
        transmit = NTPTimestamp(bits: octets.bigEndian64(at: 40))
    }

    /// Writes the header into the first 48 octets.
    ///
    /// - Returns: false, and nothing is written, if there is less room.
    @discardableResult
    public func write(into octets: inout MutableSpan<UInt8>) -> Bool {
        guard octets.count >= Self.size else { return false }
        octets[0] = leap.rawValue << 6 | (version & 7) << 3 | mode.rawValue
        octets[1] = stratum
        octets[2] = UInt8(bitPattern: poll)
        octets[3] = UInt8(bitPattern: precision)
        octets.setBigEndian32(rootDelay.bits, at: 4)
        octets.setBigEndian32(rootDispersion.bits, at: 8)
        octets.setBigEndian32(referenceIdentifier.bits, at: 12)
        octets.setBigEndian64(referenceTime.bits, at: 16)
        octets.setBigEndian64(origin.bits, at: 24)
        octets.setBigEndian64(receive.bits, at: 32)
        octets.setBigEndian64(transmit.bits, at: 40)
        return true
    }

    /// The header as 48 octets.
    public var octets: [UInt8] {
        var result = [UInt8](repeating: 0, count: Self.size)
        var span = result.mutableSpan
        write(into: &span)
        return result
    }

    /// The four letters of a kiss-o'-death (stratum 0), such as RATE or DENY (RFC 5905 section 7.4).
    public var kissCode: String? {
        stratum == 0 && mode == .server ? referenceIdentifier.letters : nil
    }
}
