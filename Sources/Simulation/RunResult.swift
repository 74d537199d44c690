public import TimeBase
internal import Timekeeping

/// What an observer who knows the true time sees once a second.
public struct Sample: Equatable, Sendable {
    /// True time since the start.
    public var moment: Duration
    /// By how much the wall clock is wrong, seconds: positive when it is fast.
    public var error: Double
    /// How much the clock gains, slews included.
    public var frequencyError: Frequency
    /// How wrong the engine says that the clock can be, seconds; nil where it says nothing.
    public var bound: Double?
    public var verdict: Verdict
    /// The poll interval (binary logarithm of seconds) in the last request.
    public var poll: Int8?
    /// What the clock lacks by the engine's estimate, seconds: positive when it is slow; nil where it has none.
    public var offset: Double?
    /// Standard deviation of that, seconds.
    public var deviation: Double?

    /// Whether the truth lies inside the estimate's own 95 % interval, 1.96 standard deviations to either side;
    /// nil where there is no estimate. Nothing is promised by it: an asymmetric path shifts it.
    public var isCovered: Bool? {
        guard let offset, let deviation else { return nil }
        return (offset + error).magnitude <= 1.96 * deviation
    }

    /// Whether the promise is kept: the truth lies inside the bound, or nothing was promised.
    public var isInside: Bool { bound.map { error.magnitude <= $0 } ?? true }
}

/// What came of one run: a scenario with one seed.
public struct RunResult: Equatable, Sendable {
    public var seed: UInt64
    /// Root mean square of the wall clock's error in the window, seconds.
    public var rms: Double
    /// 99 % of the errors in the window are smaller than this, seconds.
    public var p99: Double
    /// The largest error in the window, seconds.
    public var maximum: Double
    /// Root mean square of the frequency error in the window, slews included.
    public var frequencyRMS: Frequency
    /// First moment from which the error stays below 1 ms for 600 s, seconds; nil if it never does.
    public var below1ms: Double?
    /// The same for 100 µs.
    public var below100us: Double?
    /// Requests sent, in the whole run.
    public var packetsSent: Int
    /// Seconds with a bound, in the whole run, and those of them with the truth inside.
    public var bounded: Int
    public var inside: Int
    /// The middle one of the window's bounds, seconds; nil if there were none.
    public var medianBound: Double?
    /// Largest ratio of error to bound in the whole run: above 1 the promise was broken.
    public var worstUseOfBound: Double
    /// Seconds of the window with an estimate, and those of them with the truth inside its 95 % interval.
    public var estimated: Int
    public var covered: Int
    /// What the window's middle bound has beyond half of the path's shortest round trip, as a multiple of the 99 %
    /// error; nil without bounds.
    public var boundExcess: Double?
    /// What the ideal filter makes of the same packets: see ``IdealFilter``; nil where it is not defined.
    public var ideal: IdealRun?
    public var counts: SimulatedHost.Counts
    public var notes: [TimedNote]
}

/// Gathers a run's samples.
struct RunStatistics {
    private let from: Duration
    private var magnitudes: [Double] = []
    private var bounds: [Double] = []
    private var frequencySquares = 0.0
    private var bounded = 0
    private var inside = 0
    private var worstUse = 0.0
    private var estimated = 0
    private var covered = 0
    private var below1ms = SettlingWatch(limit: 1e-3)
    private var below100us = SettlingWatch(limit: 1e-4)

    init(from: Duration, length: Duration) {
        self.from = from
        magnitudes.reserveCapacity(Int((length - from).components.seconds) + 1)
    }

    mutating func add(_ sample: Sample) {
        let magnitude = sample.error.magnitude
        below1ms.add(magnitude, at: sample.moment)
        below100us.add(magnitude, at: sample.moment)
        if let bound = sample.bound {
            bounded += 1
            if sample.isInside { inside += 1 }
            worstUse = max(worstUse, bound > 0 ? magnitude / bound : .infinity)
        }
        guard sample.moment >= from else { return }
        magnitudes.append(magnitude)
        frequencySquares += sample.frequencyError.ratio * sample.frequencyError.ratio
        if let bound = sample.bound { bounds.append(bound) }
        if let isCovered = sample.isCovered {
            estimated += 1
            if isCovered { covered += 1 }
        }
    }

    func result(of host: borrowing SimulatedHost, seed: UInt64) -> RunResult {
        let sorted = magnitudes.sorted()
        let count = Double(max(1, magnitudes.count))
        let squares = magnitudes.reduce(0) { $0 + $1 * $1 }
        let sortedBounds = bounds.sorted()
        let p99 = quantile(sorted, 0.99)
        let medianBound = sortedBounds.isEmpty ? nil : quantile(sortedBounds, 0.5)
        let excess = medianBound.map { ($0 - (host.scenario.halfRoundTrip ?? 0)) / max(p99, 1e-12) }
        return RunResult(
            seed: seed, rms: (squares / count).squareRoot(), p99: p99, maximum: sorted.last ?? 0,
            frequencyRMS: Frequency(ratio: (frequencySquares / count).squareRoot()), below1ms: below1ms.settled,
            below100us: below100us.settled, packetsSent: host.counts.sent, bounded: bounded, inside: inside,
            medianBound: medianBound, worstUseOfBound: worstUse, estimated: estimated, covered: covered,
            boundExcess: excess, ideal: host.idealRun(from: from), counts: host.counts, notes: host.notes)
    }

    /// The smallest number that at least this part of the sorted numbers does not exceed.
    private func quantile(_ sorted: [Double], _ part: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let index = Int((part * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(0, index), sorted.count - 1)]
    }
}

/// Finds the first moment from which a value stays below a limit for 600 s.
struct SettlingWatch {
    static let needed = Duration.seconds(600)

    let limit: Double
    private var since: Duration?
    /// That moment, seconds; nil as long as there is none.
    private(set) var settled: Double?

    init(limit: Double) {
        self.limit = limit
    }

    mutating func add(_ magnitude: Double, at moment: Duration) {
        guard settled == nil else { return }
        guard magnitude < limit else {
            since = nil
            return
        }
        let begin = since ?? moment
        since = begin
        if moment - begin >= Self.needed { settled = begin.inSeconds }
    }
}
