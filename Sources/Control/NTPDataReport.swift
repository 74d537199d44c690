public import TimeBase

/// What the last valid packet of a server said, and how many were exchanged.
public struct NTPDataReport: Equatable, Sendable {
    public var remoteAddress = SourceAddress.unspecified
    /// Our own address in that exchange.
    public var localAddress = SourceAddress.unspecified
    public var remotePort: UInt16 = 0
    public var leap = LeapIndicator.unsynchronised
    public var version: UInt8 = 0
    public var mode: UInt8 = 0
    public var stratum: UInt8 = 0
    /// Binary logarithm of seconds.
    public var poll: Int8 = 0
    /// Binary logarithm of seconds.
    public var precision: Int8 = 0
    public var rootDelay = Duration.zero
    public var rootDispersion = Duration.zero
    public var referenceIdentifier = ReferenceIdentifier.none
    public var referenceTime: Instant<Realtime>?
    /// Positive when our clock was slow.
    public var offset = Duration.zero
    public var delay = Duration.zero
    public var dispersion = Duration.zero
    /// How long the server held the request.
    public var responseTime = Duration.zero
    /// -0.5 to 0.5
    public var jitterAsymmetry = 0.0
    /// The low 10 bits are the tests 1 2 3 5 6 7 A B C D, from bit 9 down; set if passed.
    public var tests: UInt16 = 0
    public var isInterleaved = false
    public var isAuthenticated = false
    /// Who stamped the request: `D` daemon, `K` kernel, `H` hardware; 0 where there was none.
    public var transmitStamp: UInt8 = 0
    /// Who stamped the reply.
    public var receiveStamp: UInt8 = 0
    public var sentCount: UInt32 = 0
    public var receivedCount: UInt32 = 0
    public var validCount: UInt32 = 0
    public var goodCount: UInt32?
    /// This and the following are not known of daemons before chrony 4.4.
    public var kernelTransmitCount: UInt32?
    public var kernelReceiveCount: UInt32?
    public var hardwareTransmitCount: UInt32?
    public var hardwareReceiveCount: UInt32?

    public init() {}

    /// - Parameter isOld: the shorter body of chrony 4.3.
    static func read(_ reader: inout OctetReader, isOld: Bool) -> NTPDataReport? {
        var report = NTPDataReport()
        report.remoteAddress = reader.address()
        report.localAddress = reader.address()
        report.remotePort = reader.uint16()
        guard let leap = LeapIndicator(rawValue: reader.uint8()) else { return nil }
        report.leap = leap
        report.version = reader.uint8()
        report.mode = reader.uint8()
        report.stratum = reader.uint8()
        report.poll = reader.int8()
        report.precision = reader.int8()
        report.rootDelay = reader.duration()
        report.rootDispersion = reader.duration()
        report.referenceIdentifier = reader.reference()
        report.referenceTime = reader.instant()
        report.offset = reader.duration()
        report.delay = reader.duration()
        report.dispersion = reader.duration()
        report.responseTime = reader.duration()
        report.jitterAsymmetry = reader.float()
        let flags = reader.uint16()
        report.tests = flags & 0x3ff
        report.isInterleaved = flags & 0x4000 != 0
        report.isAuthenticated = flags & 0x8000 != 0
        report.transmitStamp = reader.uint8()
        report.receiveStamp = reader.uint8()
        report.sentCount = reader.uint32()
        report.receivedCount = reader.uint32()
        report.validCount = reader.uint32()
        report.goodCount = reader.known32()
        if !isOld {
            report.kernelTransmitCount = reader.known32()
            report.kernelReceiveCount = reader.known32()
            report.hardwareTransmitCount = reader.known32()
            report.hardwareReceiveCount = reader.known32()
        }
        return report
    }

    func write(_ writer: inout OctetWriter, isOld: Bool) {
        writer.address(remoteAddress)
        writer.address(localAddress)
        writer.uint16(remotePort)
        writer.uint8(leap.rawValue)
        writer.uint8(version)
        writer.uint8(mode)
        writer.uint8(stratum)
        writer.int8(poll)
        writer.int8(precision)
        writer.duration(rootDelay)
        writer.duration(rootDispersion)
        writer.reference(referenceIdentifier)
        writer.instant(referenceTime)
        writer.duration(offset)
        writer.duration(delay)
        writer.duration(dispersion)
        writer.duration(responseTime)
        writer.float(jitterAsymmetry)
        writer.uint16(tests & 0x3ff | (isInterleaved ? 0x4000 : 0) | (isAuthenticated ? 0x8000 : 0))
        writer.uint8(transmitStamp)
        writer.uint8(receiveStamp)
        writer.uint32(sentCount)
        writer.uint32(receivedCount)
        writer.uint32(validCount)
        writer.known32(goodCount)
        if !isOld {
            writer.known32(kernelTransmitCount)
            writer.known32(kernelReceiveCount)
            writer.known32(hardwareTransmitCount)
            writer.known32(hardwareReceiveCount)
        }
        for _ in 0..<(isOld ? 3 : 4) { writer.uint32(.max) }
    }
}
