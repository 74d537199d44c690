internal import Estimation
public import Recording
public import TimeBase

/// Compensation for temperature: `tempcomp` of chrony.conf, or Timeball's own `temperature`, which learns.
public struct TemperatureSettings: Equatable, Sendable {
    /// Temperature, in the sensor's own unit, and how much faster the clock is to run at it.
    public struct Point: Hashable, Sendable {
        public var temperature: Double
        public var correction: Frequency

        public init(temperature: Double, correction: Frequency) {
            self.temperature = temperature
            self.correction = correction
        }
    }

    /// How a temperature becomes a correction.
    public enum Model: Equatable, Sendable {
        /// k0 + (T - T0) k1 + (T - T0)² k2, in ppm, T in the sensor's unit.
        case polynomial(reference: Double, k0: Double, k1: Double, k2: Double)
        /// Straight lines between points, and on beyond the first and the last; in order of temperature, at least two.
        case points([Point])
        /// Found out from the samples of the sources; the sensor tells thousandths of a degree Celsius.
        case learned
    }

    /// Time between two readings.
    public var interval: Duration
    public var model: Model
    /// What was found out before, of ``Model/learned``.
    public var known: TemperatureRecord?
    /// Whether there is a file to keep what is learned in.
    public var isKept = false

    public init(interval: Duration, model: Model) {
        self.interval = interval
        self.model = model
    }
}

/// What is known of the temperature and its effect.
struct TemperatureState: Equatable {
    /// What the compensation was worth: one entry in each quarter of an hour.
    struct Entry: Equatable {
        var time: Double
        /// With the compensation, and what was compensated, s/s.
        var frequency: Double
        var compensated: Double
        var celsius: Double
    }

    /// When the sensor is read next.
    var due: Instant<Monotonic>
    /// The last reading, in the sensor's unit; nil before the first, and after one that failed.
    var reading: Double?
    /// Learned: from where kelvins are counted, °C.
    var reference: Double?
    var coefficients = TemperatureCoefficients.unknown
    /// A complaint was made that is not repeated until a reading is right again.
    var hasComplained = false
    var entries: [Entry] = []

    static let spacing = 900.0
    /// Entries that are kept: two days.
    static let memory = 192
    /// No crystal of a computer is compensated by more, s/s.
    static let most = 100e-6

    init(_ settings: TemperatureSettings, at now: Instant<Monotonic>) {
        due = now
        guard let known = settings.known else { return }
        reference = known.reference
        coefficients = TemperatureCoefficients(
            linear: known.linear * 1e-6, quadratic: known.quadratic * 1e-6,
            covariance: [known.linearVariance, known.covariance, known.covariance, known.quadraticVariance]
                .map { $0 * 1e-12 })
    }

    /// Kelvins above the reference; nil while there is no reading.
    var kelvins: Double? {
        guard let reading, let reference else { return nil }
        return reading / 1000 - reference
    }

    mutating func note(frequency: Double, compensated: Double, at time: Double) {
        guard let reading else { return }
        if let last = entries.last, time < last.time + Self.spacing { return }
        entries.append(Entry(time: time, frequency: frequency, compensated: compensated, celsius: reading / 1000))
        if entries.count > Self.memory { entries.removeFirst() }
    }
}

extension TemperatureSettings.Model {
    /// How much faster the clock is to run at a temperature, ppm; nil if that is learned.
    func correction(at temperature: Double) -> Double? {
        switch self {
        case .learned: return nil
        case .polynomial(let reference, let k0, let k1, let k2):
            let difference = temperature - reference
            return k0 + difference * k1 + difference * difference * k2
        case .points(let points):
            guard points.count > 1 else { return points.first?.correction.ppm }
            let upper = points.dropFirst().dropLast().firstIndex { $0.temperature > temperature } ?? points.count - 1
            let (low, high) = (points[upper - 1], points[upper])
            let share = (temperature - low.temperature) / (high.temperature - low.temperature)
            return low.correction.ppm + share * (high.correction.ppm - low.correction.ppm)
        }
    }
}

/// What the temperature tells of the oscillator is taken out of its scale before anything else looks at it: so filter,
/// bound and holdover see a crystal that a change of temperature leaves alone.
extension Timekeeper {
    /// Corrections above this, ppm, are a fault of the sensor, as in chrony.
    private static let largestCorrection = 10.0

    mutating func readTemperatureIfDue(_ now: ClockReading, _ effects: inout [Effect]) {
        guard let temperature, let settings = settings.temperature, temperature.due <= now.monotonic else { return }
        self.temperature?.due = now.monotonic + settings.interval
        effects.append(.readTemperature)
    }

    /// The sensor was read; nil if it could not be.
    mutating func received(temperature reading: Double?, _ now: ClockReading, _ effects: inout [Effect]) {
        guard let settings = settings.temperature, temperature != nil else { return }
        guard let reading, reading.isFinite else {
            complain(.temperatureUnreadable, &effects)
            return
        }
        if let correction = settings.model.correction(at: reading) {
            guard correction.magnitude <= Self.largestCorrection else {
                complain(.temperatureOutOfRange(correction: Frequency(ppm: correction)), &effects)
                return
            }
            temperature?.reading = reading
            temperature?.hasComplained = false
            // A clock that is to run faster has an oscillator that loses.
            compensate(-correction * 1e-6, now, &effects)
            logTemperature(reading, now, &effects)
            return
        }
        guard (-60_000.0...150_000).contains(reading) else {
            complain(.temperatureImplausible(celsius: reading / 1000), &effects)
            return
        }
        temperature?.reading = reading
        temperature?.hasComplained = false
        if temperature?.reference == nil { temperature?.reference = reading / 1000 }
        guard let kelvins = temperature?.kelvins else { return }
        let moment = seconds(at: now)
        learnWarmth(from: moment)
        filter?.note(kelvins: kelvins, from: moment)
        followTemperature(now, &effects)
        logTemperature(reading, now, &effects)
    }

    private mutating func complain(_ note: Note, _ effects: inout [Effect]) {
        guard temperature?.hasComplained == false else { return }
        temperature?.hasComplained = true
        effects.append(.note(note))
    }

    /// A filter that knows nothing of temperature yet is told to learn.
    mutating func learnWarmth(from moment: Double) {
        guard case .learned? = settings.temperature?.model, let temperature, let kelvins = temperature.kelvins else {
            return
        }
        let known = TemperatureCoefficients(linear: 0, quadratic: 0, covariance: temperature.coefficients.covariance)
        filter?.learnWarmth(kelvins, from: moment, known)
    }

    /// What the filter has found beyond what is compensated is compensated from now on.
    mutating func learnTemperature(_ now: ClockReading) {
        guard temperature != nil, let found = filter?.coefficients else { return }
        temperature?.coefficients.linear += found.linear
        temperature?.coefficients.quadratic += found.quadratic
        temperature?.coefficients.covariance = found.covariance
        filter?.compensated(linear: found.linear, quadratic: found.quadratic)
        // The kernel's rate follows with the correction that this update leads to.
        if let compensation = learnedCompensation { clock.compensate(compensation, at: now.monotonic) }
    }

    private var learnedCompensation: Double? {
        guard let temperature, let kelvins = temperature.kelvins else { return nil }
        return temperature.coefficients.gain(at: kelvins)
            .clamped(to: -TemperatureState.most...TemperatureState.most)
    }

    private mutating func followTemperature(_ now: ClockReading, _ effects: inout [Effect]) {
        if let compensation = learnedCompensation { compensate(compensation, now, &effects) }
    }

    /// Lets the kernel's clock run on as before against the compensated scale.
    private mutating func compensate(_ compensation: Double, _ now: ClockReading, _ effects: inout [Effect]) {
        let ratio = clock.ratio
        guard (compensation - clock.compensation).magnitude > 1e-11 else { return }
        clock.compensate(compensation, at: now.monotonic)
        setRate(clock.rate(for: ratio), now, &effects)
        publish(now, &effects)
    }

    /// What has been learned, as it is to be remembered together with the drift.
    var temperatureRecord: TemperatureRecord? {
        guard case .learned? = settings.temperature?.model, let temperature, let reference = temperature.reference,
            temperature.coefficients.covariance.count == 4
        else { return nil }
        let found = temperature.coefficients
        let variances = found.covariance.map { $0 * 1e12 }
        return TemperatureRecord(
            reference: reference, linear: found.linear * 1e6, quadratic: found.quadratic * 1e6,
            linearVariance: variances[0], covariance: variances[1], quadraticVariance: variances[3],
            compensated: clock.compensation * 1e6)
    }
}
