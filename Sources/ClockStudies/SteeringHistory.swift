/// How the studied clock was steered while it was studied, by the facts that were written down at the start and by the changes
/// that were noticed.
public struct SteeringHistory: Sendable, Equatable {
    /// Mean of what was added to the clock's rate over the record, fractional.
    public let mean: Double
    /// Whether the study says how the clock was steered at the start; if not, it is taken as not steered then.
    public let isKnown: Bool
    /// How many changes of the rate there were.
    public let changes: Int

    /// Goes through a study. One with no readings was not steered.
    public init(_ study: Study) {
        let state = Self.start(study.subject.facts)
        isKnown = state != nil
        let events = study.events.filter { $0.kind == .rateChange && $0.size != nil }
        changes = events.count
        guard let first = study.readings.first?.time, let last = study.readings.last?.time, last > first else {
            mean = state?.rate ?? 0
            return
        }
        var rate = state?.rate ?? 0
        var from = first
        var sum = 0.0
        for event in events {
            let at = min(max(event.time, from), last)
            sum += rate * (at - from)
            from = at
            rate += event.size ?? 0
        }
        sum += rate * (last - from)
        mean = sum / (last - first)
    }

    /// `tick: 10000 us`, `frequency: 478392 (7.300 ppm)`.
    private static func start(_ facts: [Study.Fact]) -> SteeringState? {
        func number(_ name: String) -> Int? {
            facts.last { $0.name == name }.flatMap { $0.value.split(separator: " ").first }.flatMap { Int($0) }
        }
        guard let tick = number("tick"), let frequency = number("frequency"), (8000...12_000).contains(tick),
            frequency.magnitude <= 33_000_000
        else { return nil }
        return SteeringState(tick: tick, scaledFrequency: frequency, isSynchronised: false)
    }
}
