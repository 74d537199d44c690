/// What is learned of the way to a source and back: its shortest round trip, and how much longer it usually is.
///
/// The excess of a sample's delay over the shortest is the sum of what both directions added. Where it fell on both
/// at random, the offset is wrong by at most half of it, and any error within is as likely as any other: its variance
/// is a twelfth of the excess squared. So the excess tells the weight of a sample before its offset is looked at.
public struct PathModel: Equatable, Sendable {
    /// The most recent delays, oldest first.
    private var delays: [Double] = []
    /// Recent samples in a row that were long without being wrong.
    private var longButRight = 0

    /// How many delays are remembered.
    static let memory = 64

    public init() {}

    public var count: Int { delays.count }

    /// The shortest round trip that is remembered.
    public var minimum: Double? { delays.min() }

    /// The excess over the shortest that half of the samples stay below: congestion that comes and goes, or spikes,
    /// do not move it.
    public var medianExcess: Double {
        guard let minimum, delays.count > 1 else { return 0 }
        return delays.sorted()[delays.count / 2] - minimum
    }

    public mutating func reset() {
        delays = []
        longButRight = 0
    }

    /// Takes a delay in.
    ///
    /// - Parameters:
    ///   - delay: seconds.
    ///   - error: by how much the sample's offset missed what was expected; nil if nothing was expected.
    ///   - expected: standard deviation of what was expected.
    /// - Returns: whether the way turned out to be so much shorter that older samples must have been long ones.
    @discardableResult
    public mutating func add(_ delay: Double, error: Double?, expected: Double) -> Bool {
        let isNews = delays.count >= 4 && (minimum.map { delay < 0.85 * $0 } ?? false)
        if let minimum, let error, delays.count >= 8 {
            let excess = delay - minimum
            // Longer in both directions alike: a new route. Longer in one direction: congestion, which ends.
            if excess > 4 * medianExcess, error.magnitude + 2 * expected < excess / 4 {
                longButRight += 1
            } else {
                longButRight = 0
            }
            if longButRight >= 6 {
                delays = Array(delays.suffix(longButRight - 1))
                longButRight = 0
            }
        }
        // All that was seen so far was congestion, and says nothing of the way without it.
        if isNews { delays = [] }
        delays.append(delay)
        if delays.count > Self.memory { delays.removeFirst() }
        return isNews
    }

    /// Standard deviation of a usual sample's offset.
    ///
    /// Where both directions add exponential delays with mean J, the excess has the median 1.68 J and the offset the
    /// standard deviation J / sqrt 2.
    public func typicalDeviation(floor: Double) -> Double {
        let jitter = 0.42 * medianExcess
        return (jitter * jitter + floor * floor).squareRoot()
    }

    /// Variance of the offset of a sample with this delay.
    ///
    /// - Parameter floor: standard deviation that is left when there is no excess: reading and stamping.
    public func variance(of delay: Double, floor: Double) -> Double {
        guard let minimum, delays.count >= 2 else {
            // Nothing is known of the way: all of the delay may be on one side.
            return delay * delay / 12 + floor * floor
        }
        // The shortest yet is longer than the shortest there is, by about this much.
        let n = Double(delays.count)
        // Few samples may agree by chance: a tenth of the way is what is expected before they say otherwise.
        let usual = (n * medianExcess + 3 * 0.1 * minimum) / (n + 3)
        let missing = min(usual, 0.2 * minimum) * (0.7 / n.squareRoot() + 4 / (n * n))
        let excess = max(delay - minimum, 0) + missing
        // Far beyond what is usual, it is congestion, which lies in one direction and stays: many such samples are
        // all wrong by the same.
        let strange = n < 8 ? 0 : excess / (5 * usual + floor)
        return excess * excess / 12 * (1 + strange * strange) + floor * floor
    }
}
