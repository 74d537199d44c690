internal import Estimation
public import TimeBase
internal import Timekeeping

/// A network interface that stamps packets by a clock of its own.
public struct SimulatedInterfaceClockSettings: Equatable, Sendable {
    /// How much faster than true time that clock runs.
    public var frequency = Frequency(ppm: -3)
    /// Standard deviation of one reading of it against the machine's steady clock, seconds.
    public var jitter: Double
    /// How many readings, one right after the other, make a comparison: as many as the daemon takes.
    public var readings = 15

    public init(jitter: Double) { self.jitter = jitter }
}

/// The interface's clock at work, and what the daemon's host makes of it.
struct SimulatedInterfaceClock: Sendable {
    private let settings: SimulatedInterfaceClockSettings
    private var tracker = InterfaceClockTracker(fewest: 2, most: 16, precision: 100e-9)
    private var random: RandomSource
    /// When the two clocks were compared last, true time since the start.
    private var compared: Duration?

    init(_ settings: SimulatedInterfaceClockSettings, random: RandomSource) {
        self.settings = settings
        self.random = random
    }

    /// What the interface's clock shows.
    private func shows(at moment: Duration) -> Duration {
        moment + Duration(clampingSeconds: settings.frequency.ratio * moment.inSeconds)
    }

    /// When a packet passed the interface, told by the wall clock; nil before the two clocks were compared often enough.
    mutating func stamp(at moment: Duration, by clock: SimulatedClock) -> Instant<Realtime>? {
        let steady = moment + Duration(clampingSeconds: clock.oscillator.gain(at: moment))
        if compared.map({ moment - $0 >= .seconds(1) }) ?? true {
            compared = moment
            var error = 0.0
            for _ in 0..<settings.readings { error += settings.jitter * random.normal() }
            let mean = Duration(clampingSeconds: error / Double(max(settings.readings, 1)))
            tracker.add(raw: steady, clock: shows(at: moment) + mean, uncertainty: .nanoseconds(100))
        }
        guard let raw = tracker.raw(at: shows(at: moment)) else { return nil }
        let past = steady - raw
        return clock.reading(at: moment).realtime - past
            - Duration(clampingSeconds: past.inSeconds * clock.rate.frequency.ratio)
    }
}
