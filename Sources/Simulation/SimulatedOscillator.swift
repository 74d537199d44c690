public import TimeBase

/// How a simulated crystal behaves.
public struct OscillatorSettings: Equatable, Sendable {
    /// A frequency that follows the temperature of the room.
    public struct TemperatureSwing: Equatable, Sendable {
        /// Largest departure to either side.
        public var amplitude: Frequency
        /// Time from one warm moment to the next.
        public var period: Duration
        /// By how many kelvins the room is warmer than its mean then.
        public var kelvins: Double
        /// What the crystal gains besides for the square of the kelvins from the mean, s/s per K²: a parabola.
        public var curvature: Double

        public init(amplitude: Frequency, period: Duration, kelvins: Double = 6, curvature: Double = 0) {
            self.amplitude = amplitude
            self.period = period
            self.kelvins = kelvins
            self.curvature = curvature
        }

        /// Kelvins above the mean at a moment.
        func kelvins(at moment: Duration) -> Double {
            kelvins * Elementary.sine(turns: moment.inSeconds / period.inSeconds)
        }
    }

    /// A frequency that changes at once and for good, as when a machine's load changes.
    public struct FrequencyStep: Equatable, Sendable {
        public var change: Frequency
        /// Since the start.
        public var at: Duration

        public init(change: Frequency, at: Duration) {
            self.change = change
            self.at = at
        }
    }

    /// How much the crystal gains at the start.
    public var frequency: Frequency
    /// Standard deviation of the frequency's random step from each second to the next, s/s.
    public var wander: Double
    public var temperature: TemperatureSwing?
    public var step: FrequencyStep?

    public init(
        frequency: Frequency, wander: Double = 0, temperature: TemperatureSwing? = nil, step: FrequencyStep? = nil
    ) {
        self.frequency = frequency
        self.wander = wander
        self.temperature = temperature
        self.step = step
    }
}

/// A crystal whose frequency is constant within each true second and changes between them.
/// What it has gained at any moment is known exactly, whoever asks and however often.
public struct SimulatedOscillator: Sendable {
    /// Frequency in each second.
    private var frequencies: [Double] = []
    /// Seconds gained from the start to the beginning of each second.
    private var gains: [Double] = []

    /// - Parameters:
    ///   - length: how long it will be asked about; later it keeps the last frequency.
    ///   - random: for the wander.
    public init(_ settings: OscillatorSettings, length: Duration, random: RandomSource) {
        var random = random
        var walk = settings.frequency.ratio
        var gain = 0.0
        let seconds = Int(max(0, length.components.seconds)) + 2
        frequencies.reserveCapacity(seconds)
        gains.reserveCapacity(seconds)
        for second in 0..<seconds {
            var frequency = walk
            if let temperature = settings.temperature {
                let turns = Double(second) / temperature.period.inSeconds
                let swing = Elementary.sine(turns: turns)
                frequency += temperature.amplitude.ratio * swing
                if temperature.curvature != 0 {
                    let kelvins = temperature.kelvins * swing
                    frequency += temperature.curvature * kelvins * kelvins
                }
            }
            if let step = settings.step, Duration.seconds(second) >= step.at { frequency += step.change.ratio }
            frequencies.append(frequency)
            gains.append(gain)
            gain += frequency
            walk += settings.wander * random.normal()
        }
    }

    /// How much the crystal gains at a moment.
    public func frequency(at moment: Duration) -> Frequency {
        Frequency(ratio: frequencies[second(of: moment)])
    }

    /// Seconds that the crystal has gained since the start.
    public func gain(at moment: Duration) -> Double {
        let second = second(of: moment)
        let (whole, fraction) = moment.components
        return gains[second] + frequencies[second] * (Double(whole - Int64(second)) + Double(fraction) * 1e-18)
    }

    private func second(of moment: Duration) -> Int {
        Int(min(max(0, moment.components.seconds), Int64(frequencies.count - 1)))
    }
}
