/// The readings of one poll interval, and what they say together.
///
/// Readings have tails: an interrupt comes late, a message is held up. So the two fifths that lie furthest out do not
/// count for the mean (a trimmed mean), and count as much as the outermost that does for its error (the winsorised
/// variance that belongs to it, Tukey and McLaughlin 1963).
struct ReadingGroup: Equatable {
    /// All in seconds, as samples count them.
    struct Reading: Equatable {
        var time: Double
        /// True time less oscillator time.
        var offset: Double
        /// How far that may be wrong for reasons of reading.
        var dispersion: Double
    }

    /// What many readings say together.
    struct Combined: Equatable {
        var time: Double
        var offset: Double
        /// Standard deviation of the offset.
        var deviation: Double
        /// How far the truth can be from it, as far as readings show.
        var dispersion: Double
        /// Standard deviation of one reading.
        var scatter: Double
    }

    /// Oldest first.
    private(set) var readings: [Reading] = []
    private let limit: Int
    /// Variance of one reading as a mean of the past, and how many readings it rests on, 50 at most.
    private(set) var usualVariance = 0.0
    private(set) var freedom = 0.0
    private var lastAlone: Reading?

    /// Share of the readings that is left out at each end.
    private static let trimmed = 0.2
    private static let memory = 50.0

    /// - Parameter limit: how many readings are made one at most; older ones make room.
    init(limit: Int) { self.limit = max(limit, 1) }

    /// While nobody knows how far readings scatter, some are needed to see it.
    private var room: Int { isNoiseKnown ? limit : max(limit, 4) }

    var count: Int { readings.count }
    var newest: Reading? { readings.last }
    /// Whether the scatter of readings is known well enough for one of them to be a sample.
    var isNoiseKnown: Bool { freedom >= 3 }

    mutating func add(_ reading: Reading) {
        if readings.count >= room { readings.removeFirst(readings.count - room + 1) }
        readings.append(reading)
    }

    /// Forgets the readings; what is known of their scatter stays.
    mutating func drop() {
        readings = []
        lastAlone = nil
    }

    /// Forgets readings from before a moment.
    mutating func drop(before moment: Double) { readings.removeAll { $0.time < moment } }

    mutating func shift(by seconds: Double) {
        for index in readings.indices { readings[index].offset += seconds }
        lastAlone?.offset += seconds
    }

    /// Makes one of all readings, and begins anew; nil if there are none.
    ///
    /// - Parameters:
    ///   - frequency: how much the oscillator gains, s/s.
    ///   - isSure: whether that is known well enough not to be looked for in the readings.
    mutating func combine(frequency: Double, isSure: Bool) -> Combined? {
        defer { readings = [] }
        guard let least = readings.map(\.dispersion).min() else { return nil }
        // Readings that took much longer than others say less; enough of them must be left.
        let quick = readings.filter { $0.dispersion <= 1.5 * least }
        let used = quick.count >= 4 ? quick : readings
        let n = Double(used.count)
        let middle = used.reduce(0) { $0 + $1.time } / n
        let slope = isSure ? -frequency : Self.slope(used) ?? -frequency
        let offsets = used.map { $0.offset - slope * ($0.time - middle) }.sorted()
        let left = used.count > 4 ? Int(n * Self.trimmed) : 0
        let kept = offsets[left..<(offsets.count - left)]
        let mean = kept.reduce(0, +) / Double(kept.count)
        let reading = used.reduce(0) { $0 + $1.dispersion } / n
        var winsorised = 0.0
        if used.count >= 2, let low = kept.first, let high = kept.last {
            let held = offsets.map { min(max($0, low), high) }
            let heldMean = held.reduce(0, +) / n
            let squares = held.reduce(0) { $0 + ($1 - heldMean) * ($1 - heldMean) }
            let share = 1 - 2 * Double(left) / n
            winsorised = squares / (n - 1) / (share * share)
        }
        let single = note(winsorised, used, slope)
        let deviation = max((single / n).squareRoot(), 1e-10)
        let outermost = max(mean - (kept.first ?? mean), (kept.last ?? mean) - mean)
        return Combined(
            time: middle, offset: mean, deviation: deviation,
            dispersion: reading + max(outermost, 4 * deviation), scatter: single.squareRoot())
    }

    /// Takes the variance of these readings into the usual one, and says which counts: the usual one, unless these
    /// scatter so much more that chance does not explain it.
    private mutating func note(_ variance: Double, _ used: [Reading], _ slope: Double) -> Double {
        var (found, weight) = (variance, Double(used.count - 1))
        if used.count == 1 {
            // One alone scatters around the last one.
            weight = 0
            if let last = lastAlone, used[0].time > last.time {
                let apart = used[0].offset - last.offset - slope * (used[0].time - last.time)
                (found, weight) = (apart * apart / 2, 1)
            }
            lastAlone = used[0]
        }
        guard weight > 0 else { return usualVariance }
        let before = (variance: usualVariance, freedom: freedom)
        usualVariance = (before.variance * before.freedom + found * weight) / (before.freedom + weight)
        freedom = min(before.freedom + weight, Self.memory)
        // 90 % of a chi-squared divided by its degrees of freedom (Wilson and Hilferty 1931).
        let root = 1 - 2 / (9 * weight) + 1.2816 * (2 / (9 * weight)).squareRoot()
        let limit = before.variance * root * root * root
        if before.freedom < 3 { return max(found, usualVariance) }
        return found > limit ? found : usualVariance
    }

    /// A slope that a few wild readings do not move: the middle of those between readings half of the group apart.
    private static func slope(_ readings: [Reading]) -> Double? {
        let half = readings.count / 2
        guard half >= 2 else { return nil }
        let slopes = (0..<(readings.count - half)).compactMap { index -> Double? in
            let (a, b) = (readings[index], readings[index + half])
            return b.time > a.time ? (b.offset - a.offset) / (b.time - a.time) : nil
        }.sorted()
        guard !slopes.isEmpty else { return nil }
        return (slopes[slopes.count / 2] + slopes[(slopes.count - 1) / 2]) / 2
    }
}
