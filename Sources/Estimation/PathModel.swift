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

    /// Mean excess over the shortest.
    public var meanExcess: Double {
        guard let minimum, delays.count > 1 else { return 0 }
        return delays.reduce(0) { $0 + $1 - minimum } / Double(delays.count - 1)
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
    public mutating func add(_ delay: Double, error: Double?, expected: Double) {
        if let minimum, let error, delays.count >= 8 {
            let excess = delay - minimum
            // Longer in both directions alike: a new route. Longer in one direction: congestion, which ends.
            if excess > 4 * meanExcess, error.magnitude + 2 * expected < excess / 4 {
                longButRight += 1
            } else {
                longButRight = 0
            }
            if longButRight >= 6 {
                delays = Array(delays.suffix(longButRight - 1))
                longButRight = 0
            }
        }
        delays.append(delay)
        if delays.count > Self.memory { delays.removeFirst() }
    }

    /// Standard deviation of a usual sample's offset.
    public func typicalDeviation(floor: Double) -> Double {
        guard let minimum, delays.count >= 2 else { return floor }
        let squares = delays.reduce(0) { $0 + ($1 - minimum) * ($1 - minimum) } / Double(delays.count - 1)
        return (squares / 12 + floor * floor).squareRoot()
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
        let missing = meanExcess * (0.7 / n.squareRoot() + 4 / (n * n))
        let excess = max(delay - minimum, 0) + missing
        return excess * excess / 12 + floor * floor
    }
}
