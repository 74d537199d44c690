internal import TimeBase

/// What came of a scenario over several seeds: medians, and the worst where that is said.
public struct ScenarioResult: Equatable, Sendable {
    public var scenario: String
    public var seeds: Int
    public var rms: Double
    public var rmsWorst: Double
    public var p99: Double
    public var maximum: Double
    public var frequencyRMSppm: Double
    /// nil if half of the seeds or fewer settle.
    public var below1ms: Double?
    public var below100us: Double?
    public var packetsSent: Double
    /// Part of the time with a bound in which the truth was inside, all seeds together: 1 only if it always was.
    /// nil if there never was a bound.
    public var insideBound: Double?
    /// nil if half of the seeds or fewer have a bound in the window.
    public var medianBound: Double?
    /// Largest ratio of error to bound of all seeds.
    public var worstUseOfBound: Double
    /// Part of the window's time with an estimate in which the truth lay inside its 95 % interval, all seeds together.
    public var coverage95: Double?
    /// What the middle bound has beyond half of the path's shortest round trip, as a multiple of the 99 % error.
    public var boundExcess: Double?
    /// What the ideal filter makes of the same packets, and how many times that our error is.
    public var idealRMS: Double?
    public var idealRatio: Double?
    /// When the ideal filter's error stays below the limits; nil if in half of the seeds or fewer, or without an ideal.
    public var idealBelow1ms: Double?
    public var idealBelow100us: Double?

    /// - Parameter runs: at least one.
    public init(_ scenario: String, _ runs: [RunResult]) {
        precondition(!runs.isEmpty, "A scenario's result is made of at least one run.")
        self.scenario = scenario
        seeds = runs.count
        func median(_ value: (RunResult) -> Double) -> Double {
            Simulation.median(runs.map { value($0) }) ?? 0
        }
        rms = median(\.rms)
        rmsWorst = runs.reduce(0) { max($0, $1.rms) }
        p99 = median(\.p99)
        maximum = median(\.maximum)
        frequencyRMSppm = median(\.frequencyRMS.ppm)
        below1ms = Simulation.median(runs.map(\.below1ms))
        below100us = Simulation.median(runs.map(\.below100us))
        packetsSent = median { Double($0.packetsSent) }
        let bounded = runs.reduce(0) { $0 + $1.bounded }
        let inside = runs.reduce(0) { $0 + $1.inside }
        insideBound = bounded == 0 ? nil : Double(inside) / Double(bounded)
        medianBound = Simulation.median(runs.map(\.medianBound))
        worstUseOfBound = runs.reduce(0) { max($0, $1.worstUseOfBound) }
        let estimated = runs.reduce(0) { $0 + $1.estimated }
        coverage95 = estimated == 0 ? nil : Double(runs.reduce(0) { $0 + $1.covered }) / Double(estimated)
        boundExcess = Simulation.median(runs.map(\.boundExcess))
        idealRMS = Simulation.median(runs.map(\.ideal?.rms))
        idealBelow1ms = Simulation.median(runs.map(\.ideal?.below1ms))
        idealBelow100us = Simulation.median(runs.map(\.ideal?.below100us))
        idealRatio = Simulation.median(runs.map { run in run.ideal.map { run.rms / max($0.rms, 1e-12) } })
    }
}

extension ScenarioResult {
    /// One JSON object with all results: keys with their units, null for never.
    public static func json(_ results: [ScenarioResult]) -> String {
        "{\"scenarios\":[\(results.map(\.json).joined(separator: ","))]}"
    }

    private var json: String {
        let fields: [(String, Double?)] = [
            ("rms_seconds", rms), ("rms_worst_seconds", rmsWorst), ("p99_seconds", p99), ("max_seconds", maximum),
            ("frequency_rms_ppm", frequencyRMSppm), ("below_1ms_seconds", below1ms),
            ("below_100us_seconds", below100us), ("packets_sent", packetsSent), ("inside_bound", insideBound),
            ("coverage_95", coverage95), ("bound_excess_ratio", boundExcess), ("limit_rms_seconds", idealRMS),
            ("limit_ratio", idealRatio), ("limit_below_1ms_seconds", idealBelow1ms),
            ("limit_below_100us_seconds", idealBelow100us),
        ]
        let numbers = fields.map { name, value in
            "\"\(name)\":" + (value.map(Self.json) ?? "null")
        }
        return "{\"scenario\":\"\(scenario)\",\"seeds\":\(seeds),\(numbers.joined(separator: ","))}"
    }

    /// JSON knows neither infinity nor NaN; whole numbers lose their ".0".
    private static func json(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        return number.magnitude < 1e15 && number == number.rounded() ? "\(Int64(number))" : "\(number)"
    }
}

/// The middle value, or the mean of the two middle ones. What is missing counts as larger than everything:
/// nil if half of the values or more are missing.
func median(_ values: [Double?]) -> Double? {
    let sorted = values.compactMap { $0 }.sorted()
    guard sorted.count * 2 > values.count else { return nil }
    let upper = sorted[values.count / 2]
    return values.count % 2 == 1 ? upper : (sorted[values.count / 2 - 1] + upper) / 2
}
