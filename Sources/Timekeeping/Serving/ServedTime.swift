internal import NTPWire
public import TimeBase

/// What this machine tells others about its time: all that a responder needs to answer without asking anybody.
///
/// Times served are the wall clock plus the correction that is still being slewed in.
public struct ServedTime: Equatable, Sendable {
    public var leap: LeapIndicator
    public var stratum: UInt8
    /// Binary logarithm of the clock's precision in seconds.
    public var precision: Int8
    public var rootDelay: Duration
    public var referenceIdentifier: ReferenceIdentifier
    public var referenceTime: NTPTimestamp
    /// The moment to which the following values belong.
    public var base: Instant<Realtime>
    /// Root dispersion at the base.
    public var rootDispersion: Duration
    /// By how much root dispersion grows per second.
    public var dispersionRate: Double
    /// What to add to the wall clock at the base to get the time served.
    public var correction: Duration
    /// By how much the correction changes per second of the wall clock, while a slew works it off.
    public var correctionRate: Double
    /// Until when the slew is expected to last; from then on the correction stays as it is.
    public var correctionEnds: Instant<Realtime>
    /// What is added besides, so that nothing jumps for clients (`smoothtime`); nil if nothing is.
    public var smoothing: SmoothedTime?
    /// The clock of field F323, which is only ever steered by rate, at the base.
    public var monotonicBase: Instant<Realtime>
    /// How many seconds it counts per second of the wall clock.
    public var monotonicRate: Double
    /// Says when it began.
    public var monotonicEpoch: UInt32

    /// A clock of which nothing is known.
    public static let unsynchronised = ServedTime(
        leap: .unsynchronised, stratum: 0, precision: -20, rootDelay: .zero, referenceIdentifier: .none,
        referenceTime: .unknown, base: Instant(sinceEpoch: .zero), rootDispersion: .zero, dispersionRate: 0,
        correction: .zero, correctionRate: 0, correctionEnds: Instant(sinceEpoch: .zero), smoothing: nil,
        monotonicBase: Instant(sinceEpoch: .zero), monotonicRate: 1, monotonicEpoch: 0)

    /// The time to serve for a moment on the wall clock.
    public func time(at moment: Instant<Realtime>) -> Instant<Realtime> {
        guard smoothing != nil else { return correctedTime(at: moment) }
        return correctedTime(at: moment) + Duration(clampingSeconds: smoothingOffset(at: moment))
    }

    /// The best estimate of true time for a moment on the wall clock.
    private func correctedTime(at moment: Instant<Realtime>) -> Instant<Realtime> {
        let elapsed = min(moment, correctionEnds) - base
        guard elapsed > .zero, correctionRate != 0 else { return moment + correction }
        return moment + correction + Duration(clampingSeconds: elapsed.inSeconds * correctionRate)
    }

    /// What the clock of field F323 shows at a moment on the wall clock.
    func monotonic(at moment: Instant<Realtime>) -> Instant<Realtime> {
        monotonicBase + Duration(clampingSeconds: (moment - base).inSeconds * monotonicRate)
    }

    /// A packet that tells this time.
    ///
    /// - Parameter moment: of the wall clock, at which root dispersion is told.
    func header(
        version: UInt8, mode: NTPMode, poll: Int8, at moment: Instant<Realtime>, origin: NTPTimestamp,
        receive: NTPTimestamp, transmit: NTPTimestamp
    ) -> NTPHeader {
        NTPHeader(
            leap: leap, version: version, mode: mode, stratum: stratum, poll: poll, precision: precision,
            rootDelay: NTPShort(roundingUp: rootDelay),
            rootDispersion: NTPShort(roundingUp: rootDispersion(at: moment)),
            referenceIdentifier: isSmoothed(at: moment) ? .smoothed : referenceIdentifier,
            referenceTime: referenceTime, origin: origin, receive: receive, transmit: transmit)
    }

    /// Fills the bits below the clock's precision with chance, so that they tell nothing and average out.
    func blurred(_ timestamp: NTPTimestamp, _ chance: UInt64) -> NTPTimestamp {
        let bits = 32 + Int(precision)
        guard bits > 0, bits < 32 else { return timestamp }
        let mask = UInt64(1) << UInt64(bits) - 1
        return NTPTimestamp(bits: timestamp.bits & ~mask | chance & mask)
    }

    /// Root dispersion at a moment on the wall clock; never less than at the base.
    public func rootDispersion(at moment: Instant<Realtime>) -> Duration {
        let elapsed = moment - base
        // What was added on purpose takes the time that is served away from the truth.
        let added = smoothing == nil ? .zero : Duration(clampingSeconds: smoothingOffset(at: moment).magnitude)
        guard elapsed > .zero else { return rootDispersion + added }
        return rootDispersion + added + Duration(clampingSeconds: elapsed.inSeconds * dispersionRate)
    }
}
