public import TimeBase

/// How many sources are asked, and how.
public struct ActivityReport: Equatable, Sendable {
    public var online: Int32 = 0
    public var offline: Int32 = 0
    /// In a burst, and online after it.
    public var burstOnline: Int32 = 0
    /// In a burst, and offline after it.
    public var burstOffline: Int32 = 0
    /// With a name that has no address yet.
    public var unresolved: Int32 = 0

    public init() {}

    static func read(_ reader: inout OctetReader) -> ActivityReport {
        var report = ActivityReport()
        report.online = reader.int32()
        report.offline = reader.int32()
        report.burstOnline = reader.int32()
        report.burstOffline = reader.int32()
        report.unresolved = reader.int32()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        for count in [online, offline, burstOnline, burstOffline, unresolved] { writer.int32(count) }
    }
}

/// The real-time clock, where one is measured.
public struct RTCReport: Equatable, Sendable {
    public var referenceTime: Instant<Realtime>?
    public var sampleCount: UInt16 = 0
    public var runCount: UInt16 = 0
    public var span = Duration.zero
    /// How far the RTC is ahead of our clock.
    public var fast = Duration.zero
    /// How much it gains.
    public var frequency = Frequency.zero

    public init() {}

    static func read(_ reader: inout OctetReader) -> RTCReport {
        var report = RTCReport()
        report.referenceTime = reader.instant()
        report.sampleCount = reader.uint16()
        report.runCount = reader.uint16()
        report.span = .seconds(Int64(reader.uint32()))
        report.fast = reader.duration()
        report.frequency = reader.frequency()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.instant(referenceTime)
        writer.uint16(sampleCount)
        writer.uint16(runCount)
        writer.wholeSeconds(span)
        writer.duration(fast)
        writer.frequency(frequency)
    }
}

/// How the served time is smoothed.
public struct SmoothingReport: Equatable, Sendable {
    public var isActive = false
    public var isLeapOnly = false
    public var offset = Duration.zero
    public var frequency = Frequency.zero
    /// Change of frequency, ppm per second.
    public var wander = Frequency.zero
    public var lastUpdateAge = Duration.zero
    public var remainingTime = Duration.zero

    public init() {}

    static func read(_ reader: inout OctetReader) -> SmoothingReport {
        var report = SmoothingReport()
        let flags = reader.uint32()
        report.isActive = flags & 1 != 0
        report.isLeapOnly = flags & 2 != 0
        report.offset = reader.duration()
        report.frequency = reader.frequency()
        report.wander = reader.frequency()
        report.lastUpdateAge = reader.duration()
        report.remainingTime = reader.duration()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.uint32((isActive ? 1 : 0) | (isLeapOnly ? 2 : 0))
        writer.duration(offset)
        writer.frequency(frequency)
        writer.frequency(wander)
        writer.duration(lastUpdateAge)
        writer.duration(remainingTime)
    }
}

/// What a time typed by hand did.
public struct ManualTimestampReport: Equatable, Sendable {
    /// As the protocol has it: positive when our clock was fast.
    public var fast = Duration.zero
    public var frequencyChange = Frequency.zero
    public var frequency = Frequency.zero

    public init() {}

    static func read(_ reader: inout OctetReader) -> ManualTimestampReport {
        var report = ManualTimestampReport()
        report.fast = reader.duration()
        report.frequencyChange = reader.frequency()
        report.frequency = reader.frequency()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.duration(fast)
        writer.frequency(frequencyChange)
        writer.frequency(frequency)
    }
}

/// How a source proves who it is.
public struct AuthenticationReport: Equatable, Sendable {
    public enum Mode: UInt16, CaseIterable, Hashable, Sendable {
        case none = 0
        case symmetric = 1
        case nts = 2
    }

    public var mode = Mode.none
    /// The protocol's number of the algorithm.
    public var keyType: UInt16 = 0
    public var key: UInt32 = 0
    /// Bits.
    public var keyLength: UInt16 = 0
    public var keyExchangeAttempts: UInt16 = 0
    /// Nil for never.
    public var lastKeyExchangeAge: Duration?
    public var cookies: UInt16 = 0
    /// Octets.
    public var cookieLength: UInt16 = 0
    /// How often the server refused our cookies since the last key exchange.
    public var refusals: UInt16 = 0

    public init() {}

    static func read(_ reader: inout OctetReader) -> AuthenticationReport? {
        var report = AuthenticationReport()
        guard let mode = Mode(rawValue: reader.uint16()) else { return nil }
        report.mode = mode
        report.keyType = reader.uint16()
        report.key = reader.uint32()
        report.keyLength = reader.uint16()
        report.keyExchangeAttempts = reader.uint16()
        report.lastKeyExchangeAge = reader.wholeSeconds()
        report.cookies = reader.uint16()
        report.cookieLength = reader.uint16()
        report.refusals = reader.uint16()
        return report
    }

    func write(_ writer: inout OctetWriter) {
        writer.uint16(mode.rawValue)
        writer.uint16(keyType)
        writer.uint32(key)
        writer.uint16(keyLength)
        writer.uint16(keyExchangeAttempts)
        writer.wholeSeconds(lastKeyExchangeAge)
        writer.uint16(cookies)
        writer.uint16(cookieLength)
        writer.uint16(refusals)
        writer.uint16(0)
    }
}
