internal import NTPWire
internal import TimeBase

/// The time that is served, in NTP's own units: made once from each ``ServedTime``, so that an answer takes no division of
/// 128 bits. What it says is the same, to the unit of a timestamp (0.23 ns).
struct ServedTimestamps: Sendable {
    private let base: NTPTimestamp
    /// In 2^-32 s, wrapping.
    private let correction: UInt64
    /// By how much the correction changes per second of the wall clock.
    private let correctionRate: Double
    /// For how many seconds after the base.
    private let correctionSeconds: Double
    /// Seconds, at the base.
    private let rootDispersion: Double
    private let dispersionRate: Double
    /// The bits below the clock's precision.
    private let blur: UInt64
    /// The header that all answers share.
    private let header: NTPHeader

    init(_ served: ServedTime) {
        base = NTPTimestamp(served.base)
        let zero = Instant<Realtime>(sinceEpoch: .zero)
        correction = NTPTimestamp(zero + served.correction).bits &- NTPTimestamp(zero).bits
        correctionRate = served.correctionRate
        correctionSeconds = (served.correctionEnds - served.base).inSeconds
        rootDispersion = served.rootDispersion.inSeconds
        dispersionRate = served.dispersionRate
        let bits = 32 + Int(served.precision)
        blur = bits > 0 && bits < 32 ? UInt64(1) << UInt64(bits) - 1 : 0
        header = NTPHeader(
            leap: served.leap, mode: .server, stratum: served.stratum, precision: served.precision,
            rootDelay: NTPShort(roundingUp: served.rootDelay), referenceIdentifier: served.referenceIdentifier,
            referenceTime: served.referenceTime)
    }

    /// The time to serve for a moment on the wall clock, which lies less than 68 years from the base.
    func time(at wall: NTPTimestamp) -> NTPTimestamp {
        let corrected = wall.bits &+ correction
        guard correctionRate != 0 else { return NTPTimestamp(bits: corrected) }
        let change = max(min(elapsed(at: wall), correctionSeconds), 0) * correctionRate * 0x1p32
        guard change.magnitude < 0x1p62 else { return NTPTimestamp(bits: corrected) }
        return NTPTimestamp(bits: corrected &+ UInt64(bitPattern: Int64(change.rounded(.down))))
    }

    /// Root dispersion at a moment on the wall clock; never less than at the base.
    func rootDispersion(at wall: NTPTimestamp) -> NTPShort {
        let units = ((rootDispersion + max(elapsed(at: wall), 0) * dispersionRate) * 65536).rounded(.up)
        guard units < 4_294_967_295 else { return NTPShort(bits: .max) }
        return NTPShort(bits: UInt32(max(units, 0)))
    }

    /// Fills the bits below the clock's precision with chance, so that they tell nothing and average out.
    func blurred(_ timestamp: NTPTimestamp, _ chance: UInt32) -> NTPTimestamp {
        NTPTimestamp(bits: timestamp.bits & ~blur | UInt64(chance) & blur)
    }

    /// An answer without timestamps of its own.
    ///
    /// - Parameter wall: the moment at which root dispersion is told.
    func answer(version: UInt8, mode: NTPMode, poll: Int8, origin: NTPTimestamp, at wall: NTPTimestamp) -> NTPHeader {
        var answer = header
        answer.version = version
        answer.mode = mode
        answer.poll = poll
        answer.rootDispersion = rootDispersion(at: wall)
        answer.origin = origin
        return answer
    }

    /// Seconds since the base.
    private func elapsed(at wall: NTPTimestamp) -> Double {
        Double(Int64(bitPattern: wall.bits &- base.bits)) * 0x1p-32
    }
}
