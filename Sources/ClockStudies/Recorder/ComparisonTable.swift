/// A line for each reading, as `adjtimex --compare` has it, but with the rate and the settings that would be right by all of
/// the readings so far and not by the last two.
public struct ComparisonTable: Sendable {
    private var first: Study.Reading?
    private var last: Study.Reading?
    private var count = 0.0
    private var meanTime = 0.0
    private var meanPhase = 0.0
    private var timeSquares = 0.0
    private var products = 0.0

    /// No reading yet.
    public init() {}

    /// Two lines over the columns.
    public static let heading = [
        "                                       --- current ---   -- suggested --",
        "reference time    clock-reference  error_ppm   tick      freq    tick      freq",
    ]

    /// The line of the next reading.
    /// - Parameter steering: how the kernel steers the clock now; nil where that is not known.
    public mutating func line(_ reading: Study.Reading, _ steering: SteeringState?) -> String {
        defer { last = reading }
        let base = first ?? reading
        first = base
        take(reading.time - base.time, reading.phase - base.phase)
        var text = DecimalText.right(DecimalText.fixed(reading.time, decimals: 3), 14)
        text += " " + DecimalText.right(DecimalText.fixed(reading.phase, decimals: 9), 18)
        guard let last, reading.time > last.time else { return text }
        let error = (reading.phase - last.phase) / (reading.time - last.time)
        text += " " + DecimalText.right(DecimalText.fixed(error * 1e6, decimals: 3), 10)
        guard let steering else { return text }
        text += columns(steering.tick, steering.scaledFrequency)
        guard count > 2, timeSquares > 0, let right = Self.suggestion(gain: products / timeSquares, steering) else {
            return text
        }
        return text + columns(right.tick, right.scaledFrequency)
    }

    private func columns(_ tick: Int, _ frequency: Int) -> String {
        DecimalText.right("\(tick)", 7) + " " + DecimalText.right("\(frequency)", 9)
    }

    /// A running straight line (Welford 1962).
    private mutating func take(_ time: Double, _ phase: Double) {
        count += 1
        let fromTime = time - meanTime
        meanTime += fromTime / count
        meanPhase += (phase - meanPhase) / count
        timeSquares += fromTime * (time - meanTime)
        products += fromTime * (phase - meanPhase)
    }

    /// The settings that take away a gain (fractional) of a clock that is steered so: tick in whole steps of 100 ppm where
    /// the frequency alone cannot do it, the frequency for the rest.
    /// - Returns: nil beyond what the kernel takes: tick 9000 to 11000.
    public static func suggestion(gain: Double, _ steering: SteeringState) -> SteeringState? {
        let wanted = steering.rate - gain
        guard wanted.isFinite, wanted.magnitude <= 0.1 else { return nil }
        // The frequency reaches ±500 ppm; ticks are used only beyond that, or kept where they are in use.
        var tick = steering.tick
        var rest = wanted - Double(tick - 10_000) * 1e-4
        if rest.magnitude > 500e-6 {
            tick = 10_000 + Int((wanted / 1e-4).rounded())
            rest = wanted - Double(tick - 10_000) * 1e-4
        }
        guard (9000...11_000).contains(tick) else { return nil }
        return SteeringState(
            tick: tick, scaledFrequency: Int((rest * 65_536e6).rounded()), isSynchronised: steering.isSynchronised)
    }
}
