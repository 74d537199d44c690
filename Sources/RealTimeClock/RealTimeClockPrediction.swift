public import Recording
internal import TimeBase

/// What a real-time clock shows after a time in which nobody compared it, and how far that can be off.
public struct RealTimeClockPrediction: Sendable {
    private let record: RealTimeClockRecord
    private let chip: RealTimeClockChip

    /// - Parameter record: as it was saved before the machine was switched off.
    public init(_ record: RealTimeClockRecord, chip: RealTimeClockChip) {
        self.record = record
        self.chip = chip
    }

    /// How many seconds the RTC is **fast** at a true time, and how far that can be off.
    ///
    /// - Parameter celsius: what the machine's sensor says just after the start, when it is as cold as the RTC was.
    public func offset(at time: Double, celsius: Double?) -> (offset: Double, bound: Double) {
        let away = max(time - record.reference, 0)
        let rate = rateAway(celsius, away)
        // The bound rests on what the kind of crystal can do, not on what this one was seen to do; nobody knows how warm it
        // was. Crystals age, too, by some ppm in their first year.
        let measured = 4 * (record.frequencyDeviation?.ratio ?? RealTimeClockChip.greatestRate.ratio)
        let ageing = 5e-6 * min(away / (365 * 86_400), 10)
        let change = chip.greatestRateChange.ratio * min(1, away / 600)
        let width = (measured + ageing + change) * away
        let known = record.offsetBound ?? 0.01
        guard record.isWrittenByKernel else { return (record.offset + rate * away, known + width) }
        // The kernel may have written once more before the power went: then the offset began anew at nearly nothing.
        let written = chip.kernelWriteError.inSeconds + known
        let low = min(record.offset - known, -written)
        let high = max(record.offset + known, written)
        // Its last write is the likelier beginning; it may have been any time since the record was saved.
        let since = record.frequency.ratio.magnitude * (RealTimeClockTracker.savingInterval + 700)
        return (rate * away, max(high, -low) + width + since)
    }

    /// The mean rate while the machine was off, s/s.
    private func rateAway(_ celsius: Double?, _ away: Double) -> Double {
        let running = record.frequency.ratio
        guard away > 3600 else { return running }
        if let celsius, let change = change(at: celsius) { return running + change }
        // What earlier times alone have taught.
        let long = record.gaps.filter { $0.length > 6 * 3600 && $0.deviation / $0.length < 2e-6 }.suffix(8)
        let total = long.reduce(0) { $0 + $1.length }
        guard total > 86_400 else { return running }
        let alone = long.reduce(0) { $0 + $1.gain } / total
        let limit = chip.greatestRateChange.ratio
        return running + min(max(alone - running, -limit), limit)
    }

    /// By how much the rate differs at the temperature that the machine had when it was switched on, s/s.
    ///
    /// The slope that was learned tells where on its parabola a tuning fork runs; from there the parabola leads to the
    /// temperature of a cold machine. A compensated crystal has no slope to speak of.
    private func change(at celsius: Double) -> Double? {
        guard chip.crystal == .tuningFork, let slope = record.coefficient, slope.deviation < 0.15,
            slope.value.magnitude < 2, (-20...70).contains(celsius)
        else { return nil }
        let warm = -slope.value / (2 * RealTimeClockChip.curvature)
        let cold = celsius - RealTimeClockChip.turnover
        let limit = chip.greatestRateChange.ppm
        return min(max(-RealTimeClockChip.curvature * (cold * cold - warm * warm), -limit), limit) * 1e-6
    }
}
