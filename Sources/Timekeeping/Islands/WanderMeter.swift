/// How much a crystal's frequency wanders by itself, from the corrections that keep it with the others.
struct WanderMeter: Equatable, Sendable {
    /// Before anything is known: a poor crystal in a room.
    private(set) var wander = 3e-8
    private var last: (rate: Double, time: Double)?
    private var began: Double
    private var count = 0.0

    /// Rates are compared over so long a time, in which the noise of single corrections is small.
    static let span = 2048.0

    init(at time: Double) { began = time }

    static func == (left: Self, right: Self) -> Bool {
        left.wander == right.wander && left.last?.rate == right.last?.rate && left.last?.time == right.last?.time
            && left.began == right.began && left.count == right.count
    }

    mutating func skip() { last = nil }

    mutating func note(_ rate: Double, at time: Double, isSteady: Bool) {
        guard isSteady else { return skip() }
        guard let last else {
            self.last = (rate, time)
            return
        }
        guard time - last.time >= Self.span else { return }
        let change = (rate - last.rate) * (rate - last.rate) / (time - last.time)
        count = min(count + 1, 32)
        let share = 1 / (count + 4)
        wander = max((wander * wander * (1 - share) + change * share).squareRoot(), 1e-10)
        self.last = (rate, time)
    }
}
