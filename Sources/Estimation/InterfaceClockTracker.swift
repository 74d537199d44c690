internal import TimeBase

/// How a network interface's clock runs against a clock that nobody steers, from readings of both at one moment.
///
/// Both are crystals, so a straight line through the last readings tells what the one showed when the other showed this. A
/// reading that lies far from the line says that somebody set the interface's clock: then all is begun anew.
public struct InterfaceClockTracker: Equatable, Sendable {
    private struct Pair: Equatable {
        var raw: Duration
        var clock: Duration
        /// Standard deviation of their difference, seconds.
        var deviation: Double
    }

    private let fewest: Int
    private let most: Int
    private let precision: Double
    /// Oldest first.
    private var pairs: [Pair] = []
    /// Seconds of the steady clock per second of the interface's, less 1.
    private var slope = 0.0
    /// The line at the newest pair less that pair, seconds.
    private var shift = 0.0

    /// - Parameters:
    ///   - fewest: no moment is told before there are so many readings.
    ///   - most: how many readings the line goes through.
    ///   - precision: how far a reading may be off beyond its own uncertainty, seconds.
    public init(fewest: Int, most: Int, precision: Double) {
        self.fewest = max(fewest, 2)
        self.most = max(most, max(fewest, 2))
        self.precision = max(precision, 1e-9)
    }

    /// Readings behind the line.
    public var count: Int { pairs.count }

    /// The steady clock at the last reading.
    public var lastReading: Duration? { pairs.last?.raw }

    /// Takes a reading in.
    ///
    /// - Parameters:
    ///   - raw: the steady clock.
    ///   - clock: the interface's clock at the same moment.
    ///   - uncertainty: how far the two may be from the same moment.
    /// - Returns: whether it was as expected; if not, the line begins anew with it.
    @discardableResult
    public mutating func add(raw: Duration, clock: Duration, uncertainty: Duration) -> Bool {
        let deviation = uncertainty.inSeconds + precision
        var isExpected = true
        if let last = pairs.last {
            let elapsed = (clock - last.clock).inSeconds
            let expected = elapsed * (1 + slope) + (pairs.count > 1 ? shift : 0)
            let error = ((raw - last.raw).inSeconds - expected).magnitude
            // A crystal may be off by a part in a thousand before its rate is known, and stray by ten in a million later.
            let stray = (pairs.count > 1 ? 10e-6 : 1e-3) * elapsed
            isExpected = elapsed > 0 && raw > last.raw && error <= 10 * (deviation + last.deviation) + stray
        }
        if !isExpected { pairs = [] }
        pairs.append(Pair(raw: raw, clock: clock, deviation: deviation))
        if pairs.count > most { pairs.removeFirst() }
        fit()
        return isExpected
    }

    /// What the steady clock showed when the interface's showed this; nil before there are readings enough.
    public func raw(at clock: Duration) -> Duration? {
        guard pairs.count >= fewest, let last = pairs.last else { return nil }
        let elapsed = clock - last.clock
        return last.raw + elapsed + Duration(clampingSeconds: elapsed.inSeconds * slope + shift)
    }

    /// Weighted least squares of raw - clock over clock, both counted from the newest pair.
    private mutating func fit() {
        (slope, shift) = (0, 0)
        guard pairs.count > 1, let last = pairs.last else { return }
        var weight = 0.0
        var time = 0.0
        var gap = 0.0
        let points = pairs.map { pair in
            (
                x: (pair.clock - last.clock).inSeconds,
                y: ((pair.raw - last.raw) - (pair.clock - last.clock)).inSeconds,
                w: 1 / (pair.deviation * pair.deviation)
            )
        }
        for point in points {
            weight += point.w
            time += point.w * point.x
            gap += point.w * point.y
        }
        (time, gap) = (time / weight, gap / weight)
        var squares = 0.0
        var products = 0.0
        for point in points {
            squares += point.w * (point.x - time) * (point.x - time)
            products += point.w * (point.x - time) * (point.y - gap)
        }
        guard squares > 0 else { return }
        slope = products / squares
        shift = gap - slope * time
    }
}
