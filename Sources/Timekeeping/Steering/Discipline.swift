internal import TimeBase

/// What is believed of the oscillator's frequency, and the correction that is under way.
struct Discipline: Equatable {
    /// How much the oscillator gains.
    private(set) var frequency: Frequency
    /// How wrong that may be.
    private(set) var skew: Frequency
    /// The frequency that the last update found beyond what was believed.
    private(set) var residual = Frequency.zero
    /// When the slew that is under way ends.
    var slewEnd: Instant<Monotonic>?
    private(set) var updates = 0
    private(set) var lastUpdate: Instant<Monotonic>?
    private(set) var updateInterval = Duration.zero
    private(set) var lastOffset = 0.0
    private(set) var rmsOffset: Double?
    /// Standard deviation of the last combined offset.
    var offsetDeviation = 0.0
    var changesIgnored = 0
    var isStarted = false
    /// Where the makestep rule of the configuration was changed at run time.
    var makeStep: MakeStep?
    var maximumUpdateSkew: Frequency

    /// How far the frequency of a crystal of which nothing is known may be from its name.
    static let unknownSkew = Frequency(ppm: 500)

    init(settings: TimekeeperSettings, kernelRate: KernelRate) {
        makeStep = settings.makeStep
        maximumUpdateSkew = settings.maximumUpdateSkew
        if let drift = settings.initialDrift {
            frequency = drift.frequency
            skew = max(drift.skew, Frequency(ppm: 0.001))
        } else {
            // What the kernel is set to was right once, or is zero.
            frequency = -kernelRate.frequency
            skew = Self.unknownSkew
        }
    }

    /// Notes that an update found this offset, with this standard deviation.
    mutating func note(offset: Double, deviation: Double, at now: Instant<Monotonic>) {
        updates += 1
        if let lastUpdate { updateInterval = now - lastUpdate }
        lastUpdate = now
        lastOffset = offset
        offsetDeviation = deviation
        if let rms = rmsOffset {
            rmsOffset = (rms * rms * 0.9 + offset * offset * 0.1).squareRoot()
        } else {
            rmsOffset = offset.magnitude
        }
    }

    /// Takes a measured frequency in, weighted by how sure it is against what was believed.
    ///
    /// With k the skew of the measurement and K ours, the gain is 3K² / (3K² + k²); afterwards our skew is what both
    /// leave in doubt, and grows again by how far the two were apart.
    mutating func blend(frequency measured: Frequency, skew measuredSkew: Frequency) {
        let k = measuredSkew.ratio
        let own = skew.ratio
        guard k <= maximumUpdateSkew.ratio else { return }
        let gain = 3 * own * own / (3 * own * own + k * k)
        let change = gain * (measured - frequency).ratio
        residual = Frequency(ratio: (measured - frequency).ratio - change)
        let doubt = (1 - gain) * change * change + gain * residual.ratio * residual.ratio
        frequency = frequency + Frequency(ratio: change)
        skew = Frequency(ratio: max(own + gain * (k - own) + doubt.squareRoot(), 1e-12))
    }

    /// The frequency is known to be this.
    mutating func set(frequency: Frequency, skew: Frequency) {
        residual = frequency - self.frequency
        self.frequency = frequency
        self.skew = skew
    }
}
