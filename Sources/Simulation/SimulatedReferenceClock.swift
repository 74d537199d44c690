internal import TimeBase
internal import Timekeeping

/// A reference clock of a simulated machine, which tells true time but for what is said here.
public struct SimulatedReferenceClockSettings: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// It is read at any moment, with an error that is normally distributed; standard deviation in seconds.
        case time(deviation: Double)
        /// An interrupt each second: so much late at least, and an exponentially distributed time more; seconds.
        case pulse(latency: Double, jitter: Double)
        /// A sentence each second, which comes so long after the second that it names; the jitter is normally
        /// distributed; seconds.
        case sentence(delay: Double, jitter: Double)
        /// Reading it takes so long, and it is read at any moment within; its own steps are a time `deviation` wide.
        case hardwareClock(reading: Double, deviation: Double)
    }

    public var kind: Kind
    /// Part of the readings that are wrong, and by how much at most, seconds.
    public var wild: (probability: Double, size: Double) = (0, 0)
    /// It says nothing in these times, true time since the start.
    public var outages: [Range<Duration>] = []
    /// From when on it stands still; nil = never.
    public var standsStillFrom: Duration?

    public init(_ kind: Kind) { self.kind = kind }

    /// Whether it says something each second, asked or not.
    var isPeriodic: Bool {
        switch kind {
        case .pulse, .sentence: true
        case .time, .hardwareClock: false
        }
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.kind == right.kind && left.wild == right.wild && left.outages == right.outages
            && left.standsStillFrom == right.standsStillFrom
    }
}

/// A reference clock at work.
struct SimulatedReferenceClock: Sendable {
    let settings: SimulatedReferenceClockSettings
    private var random: RandomSource
    /// What was said last and not asked for yet.
    private var said: ReferenceClockReading?

    init(_ settings: SimulatedReferenceClockSettings, random: RandomSource) {
        self.settings = settings
        self.random = random
    }

    private func isSilent(at moment: Duration) -> Bool { settings.outages.contains { $0.contains(moment) } }

    private mutating func wildness() -> Double {
        let isWild = random.chance(settings.wild.probability)
        let size = settings.wild.size * (2 * random.uniform() - 1)
        return isWild ? size : 0
    }

    /// When what belongs to a full second comes: true time since the start.
    mutating func arrival(ofSecond second: Duration) -> Duration {
        let late: Double
        switch settings.kind {
        case .pulse(let latency, let jitter): late = latency + random.exponential(mean: jitter) + max(wildness(), 0)
        case .sentence(let delay, let jitter): late = max(delay + jitter * random.normal(), 1e-3) + max(wildness(), 0)
        case .time, .hardwareClock: late = 0
        }
        return second + Duration(clampingSeconds: min(late, 0.999))
    }

    /// What belongs to a full second has come.
    ///
    /// - Parameters:
    ///   - utc: that second.
    ///   - stamp: what the wall clock showed when it came.
    mutating func heard(
        _ position: Int, second utc: Instant<Realtime>, at moment: Duration, stamp: Instant<Realtime>,
        leap: LeapIndicator
    ) -> ReferenceClockReading? {
        guard !isSilent(at: moment) else { return nil }
        switch settings.kind {
        case .pulse: said = .pulse(of: position, at: stamp)
        case .sentence:
            said = ReferenceClockReading(
                clock: position, stamp: stamp, .time(offset: utc - stamp, leap: leap))
        case .time, .hardwareClock: said = nil
        }
        return said
    }

    /// It is read.
    mutating func read(
        _ position: Int, at moment: Duration, utc: (Duration) -> Instant<Realtime>, stamp: Instant<Realtime>,
        leap: LeapIndicator
    ) -> ReferenceClockReading? {
        guard !isSilent(at: moment) else { return nil }
        let shown = utc(min(moment, settings.standsStillFrom ?? moment))
        switch settings.kind {
        case .pulse, .sentence:
            defer { said = nil }
            return said
        case .time(let deviation):
            let error = Duration(clampingSeconds: deviation * random.normal() + wildness())
            return ReferenceClockReading(
                clock: position, stamp: stamp, .time(offset: shown - stamp + error, leap: leap))
        case .hardwareClock(let reading, let deviation):
            let error = Duration(
                clampingSeconds: reading * (random.uniform() - 0.5) + deviation * random.normal() + wildness())
            return ReferenceClockReading(
                clock: position, stamp: stamp, .time(offset: shown - stamp + error, leap: leap),
                uncertainty: Duration(clampingSeconds: reading / 2))
        }
    }
}
