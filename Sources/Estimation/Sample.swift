/// One comparison of the oscillator with a source.
///
/// All values are seconds in `Double`: times on the ``TimeBase/Oscillator`` scale relative to an origin that the owner
/// keeps, offsets relative to a base that the owner keeps.
public struct Sample: Equatable, Sendable {
    /// When it was taken (middle of the exchange), oscillator seconds since the origin.
    public var time: Double
    /// True time less oscillator time: positive when the oscillator is behind.
    public var offset: Double
    /// Round trip to the source and back, less its own holding time.
    public var delay: Double
    /// How far the offset may be wrong beyond what the delay explains: reading precision, drift during the exchange.
    public var dispersion: Double
    /// Round trip all the way to the primary clock.
    public var rootDelay: Double
    /// Dispersion all the way to the primary clock.
    public var rootDispersion: Double
    /// Standard deviation of the offset, where it was measured; nil where the way tells it (``PathModel``).
    public var deviation: Double?
    /// Standard deviation that is left where the way added nothing, if that is known better than from the precision of
    /// both clocks: network interfaces stamped the packets.
    public var stampDeviation: Double?

    public init(
        time: Double, offset: Double, delay: Double, dispersion: Double, rootDelay: Double, rootDispersion: Double,
        deviation: Double? = nil
    ) {
        self.time = time
        self.offset = offset
        self.delay = delay
        self.dispersion = dispersion
        self.rootDelay = rootDelay
        self.rootDispersion = rootDispersion
        self.deviation = deviation
    }

    /// How far the truth can be from the offset at the moment of the sample (RFC 5905 section 11.2: root distance).
    public var rootDistance: Double { rootDelay / 2 + rootDispersion }
}

/// What many samples of one source say together.
public struct Estimate: Equatable, Sendable {
    /// The moment to which the offset belongs.
    public var time: Double
    /// True time less oscillator time at that moment.
    public var offset: Double
    /// Standard deviation of the offset.
    public var offsetDeviation: Double
    /// How much the oscillator gains, seconds per second.
    public var frequency: Double
    /// How wrong the frequency may be (a bound at a high confidence, not a standard deviation).
    public var skew: Double
    /// Standard deviation of the samples around the fit.
    public var sampleDeviation: Double

    public init(
        time: Double, offset: Double, offsetDeviation: Double, frequency: Double, skew: Double, sampleDeviation: Double
    ) {
        self.time = time
        self.offset = offset
        self.offsetDeviation = offsetDeviation
        self.frequency = frequency
        self.skew = skew
        self.sampleDeviation = sampleDeviation
    }

    /// The offset carried on to another moment: a clock that gains falls ahead, so its offset falls.
    public func offset(at moment: Double) -> Double {
        offset - frequency * (moment - time)
    }
}

/// The seam between samples and the clock: whatever turns one source's samples into an estimate.
public protocol SourceEstimate: Sendable {
    /// Number of samples that the estimate rests on.
    var count: Int { get }

    /// The estimate; nil while there are too few samples for a frequency.
    var estimate: Estimate? { get }

    /// The newest sample.
    var newest: Sample? { get }

    /// Shortest round trip that is known.
    var minimumDelay: Double? { get }

    /// Takes a sample in. A sample older than the newest starts the history anew.
    mutating func add(_ sample: Sample)

    /// Adds to every offset, after the base of offsets was moved or a leap second passed.
    mutating func shift(by seconds: Double)

    /// Forgets everything.
    mutating func reset()

    /// Samples that the estimate rests on, oldest first.
    var window: ArraySlice<Sample> { get }

    /// All samples that are still remembered, oldest first.
    var history: [Sample] { get }

    /// The interval in which the truth must lie at a moment, from the sample that confines it most.
    ///
    /// - Parameters:
    ///   - frequency: how much the oscillator gains, seconds per second.
    ///   - errorRate: how fast an offset that is carried on with it may become wrong, seconds per second.
    func interval(at moment: Double, frequency: Double, errorRate: Double) -> (
        offset: Double, distance: Double, sample: Sample
    )?
}
