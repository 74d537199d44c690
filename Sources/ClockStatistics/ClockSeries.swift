/// Equally spaced readings of a clock against a reference.
///
/// Phases are in seconds, clock minus reference: positive when the clock is fast. A missing reading is NaN. Never put
/// absolute time into the phase: at 1.7e9 s a double resolves 0.24 µs, and every statistic would show that instead.
public struct ClockSeries: Sendable {
    /// Clock minus reference, in seconds, without `rate`.
    public let phases: [Double]
    /// Time between readings, in seconds: τ₀, positive.
    public let interval: Double
    /// Mean fractional frequency that was set apart before summing frequencies (0 for a series of phases). Only
    /// `mtie` and `tierms` see a constant frequency; the others keep their digits without it.
    let rate: Double
    /// Where frequencies are missing: no term may reach across such a sample. Ascending.
    let breaks: [Int]

    /// A series of phases.
    /// - Parameter phases: In seconds, NaN where a reading is missing.
    public init(phases: [Double], interval: Double) {
        self.phases = phases
        self.interval = interval
        rate = 0
        breaks = []
    }

    /// A series of fractional frequencies, each the mean over one interval: N of them make N + 1 phases.
    /// - Parameter frequencies: Positive when the clock gains; NaN where one is missing.
    public init(frequencies: [Double], interval: Double) {
        var total = CompensatedSum()
        var known = 0
        for y in frequencies where !y.isNaN {
            total.add(y)
            known += 1
        }
        let mean = known > 0 ? total.value / Double(known) : 0
        var phases: [Double] = []
        phases.reserveCapacity(frequencies.count + 1)
        var breaks: [Int] = []
        var phase = CompensatedSum()
        if !frequencies.isEmpty { phases.append(0) }
        for (index, y) in frequencies.enumerated() {
            if y.isNaN { breaks.append(index) } else { phase.add((y - mean) * interval) }
            phases.append(phase.value)
        }
        self.phases = phases
        self.interval = interval
        rate = mean
        self.breaks = breaks
    }

    /// How many readings or frequencies are missing.
    public var missing: Int {
        var count = breaks.count
        for phase in phases where phase.isNaN { count += 1 }
        return count
    }

    /// The stretches of samples that lie between missing frequencies, as ranges of phases.
    var unbroken: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        // The frequency with index k stands between the phases k and k + 1.
        for gap in breaks {
            ranges.append(start..<(gap + 1))
            start = gap + 1
        }
        if start < phases.count { ranges.append(start..<phases.count) }
        return ranges
    }

    /// The longest stretch with nothing missing.
    var longestRun: Range<Int> {
        var best = 0..<0
        for range in unbroken {
            var start = range.lowerBound
            for index in range {
                if phases[index].isNaN {
                    start = index + 1
                } else if index + 1 - start > best.count {
                    best = start..<(index + 1)
                }
            }
        }
        return best
    }

    /// Phases with the constant frequency put back, as a reader of the clock sees them, in seconds.
    public var readings: [Double] {
        guard rate != 0 else { return phases }
        let step = rate * interval
        return phases.enumerated().map { $1 + Double($0) * step }
    }
}

/// A sum that keeps what rounding would lose (Neumaier 1974).
struct CompensatedSum {
    private var sum = 0.0
    private var lost = 0.0

    mutating func add(_ term: Double) {
        let next = sum + term
        lost += sum.magnitude >= term.magnitude ? (sum - next) + term : (term - next) + sum
        sum = next
    }

    var value: Double { sum + lost }
}
