public import ClockStatistics

extension StudyAnalysis {
    /// A statistic of the record at octaves, without its outliers and steps, its mean rate subtracted.
    public struct Curve: Sendable {
        public var statistic: Statistic
        public var points: [StabilityPoint]
        /// So many single losses were filled in by straight lines, for a statistic that bears no holes.
        public var filled: Int
        /// So many readings were left out, because they lie beyond a gap.
        public var leftOut: Int
    }

    /// The deviation at octaves. Where readings are missing, `oadev` becomes `gradev`, and for the statistics that bear no
    /// hole single losses are filled in and only the longest stretch between gaps is taken; the curve says how many.
    /// - Returns: nil when there is nothing to compute it from.
    public func curve(_ statistic: Statistic) -> Curve? {
        guard let series = ClockSeries(times: record.times, phases: residuals, interval: record.interval) else {
            return nil
        }
        if series.missing == 0 || statistic == .oadev || statistic == .gradev {
            let used = series.missing > 0 && statistic == .oadev ? Statistic.gradev : statistic
            return curve(used, series, filled: 0, leftOut: 0)
        }
        let stretch = longestStretch
        let part = stretch.filter { residuals[$0].isFinite }
        guard
            let whole = ClockSeries(
                times: part.map { record.times[$0] }, phases: part.map { residuals[$0] }, interval: record.interval)
        else { return nil }
        var phases = whole.phases
        let filled = Self.fill(&phases)
        return curve(
            statistic, ClockSeries(phases: phases, interval: record.interval), filled: filled,
            leftOut: residuals.count - stretch.count)
    }

    private func curve(_ statistic: Statistic, _ series: ClockSeries, filled: Int, leftOut: Int) -> Curve? {
        let factors = statistic.octaves(of: series.phases.count)
        guard let points = try? series.stability(statistic, factors: factors) else { return nil }
        let known = points.filter { ($0.deviation ?? 0) > 0 }
        return known.isEmpty ? nil : Curve(statistic: statistic, points: known, filled: filled, leftOut: leftOut)
    }

    /// The longest run of readings without a gap.
    private var longestStretch: Range<Int> {
        var best = 0..<0
        var start = 0
        for end in check.gaps.gaps.map(\.index) + [residuals.count] {
            if end - start > best.count { best = start..<end }
            start = end
        }
        return best
    }

    /// Puts straight lines into the holes; the ends are never holes.
    /// - Returns: How many places were filled.
    private static func fill(_ phases: inout [Double]) -> Int {
        var filled = 0
        var last = 0
        for index in phases.indices where phases[index].isFinite {
            for hole in (last + 1)..<max(last + 1, index) {
                let part = Double(hole - last) / Double(index - last)
                phases[hole] = phases[last] + part * (phases[index] - phases[last])
                filled += 1
            }
            last = index
        }
        return filled
    }
}
