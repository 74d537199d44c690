/// How warm it has been, as a clock's filter has to know it: by how many kelvins it was warmer than a reference
/// temperature, from which moment on.
///
/// The frequency of a crystal is a smooth function of its temperature; around any temperature the first two terms of its
/// Taylor series are enough (a tuning fork's is a parabola, an AT cut's is nearly straight over a room's range). So the
/// filter learns two coefficients, and gets the integrals of the warmth and of its square as inputs.
struct Warmth: Equatable, Sendable {
    /// Coefficients: of the first and of the second power.
    static let count = 2

    private struct Step: Equatable, Sendable {
        var time: Double
        var kelvins: Double
    }

    /// In order of time; each holds until the next.
    private var steps: [Step]

    init(_ kelvins: Double, from time: Double) {
        steps = [Step(time: time, kelvins: kelvins)]
    }

    /// It is so warm from a moment on, which is at or after all moments noted before.
    mutating func note(_ kelvins: Double, from time: Double) {
        if let last = steps.last, last.time >= time {
            steps[steps.count - 1].kelvins = kelvins
        } else if steps.last?.kelvins != kelvins {
            steps.append(Step(time: time, kelvins: kelvins))
        }
    }

    /// The warmth of a moment and its square.
    func powers(at moment: Double) -> [Double] {
        let kelvins = (steps.last { $0.time <= moment } ?? steps[0]).kelvins
        return [kelvins, kelvins * kelvins]
    }

    /// The integrals of the warmth and of its square over time: K s, K² s. What was before the first moment known is
    /// taken to have been as it was then.
    func integrals(from begin: Double, to end: Double) -> [Double] {
        var first = 0.0
        var second = 0.0
        for (index, step) in steps.enumerated() {
            let start = index == 0 ? begin : max(step.time, begin)
            let stop = index + 1 < steps.count ? min(steps[index + 1].time, end) : end
            guard stop > start else { continue }
            first += step.kelvins * (stop - start)
            second += step.kelvins * step.kelvins * (stop - start)
        }
        return [first, second]
    }

    /// What was before a moment is not asked for any more.
    mutating func forget(before moment: Double) {
        while steps.count > 1, steps[1].time <= moment { steps.removeFirst() }
    }
}
