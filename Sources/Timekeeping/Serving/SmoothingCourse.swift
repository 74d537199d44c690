/// The way by which an offset becomes zero without a jump in time or frequency: the frequency changes at an even rate, may
/// stay at its limit, and changes back. Of all ways that keep within both limits it is the quickest.
///
/// Seconds, seconds per second, and seconds per second squared; the offset is what is added to the time that is served.
public struct SmoothingCourse: Equatable, Sendable {
    /// A stretch with one rate of change of the frequency.
    private struct Stage: Equatable, Sendable {
        var length = 0.0
        var wander = 0.0
    }

    private let offset: Double
    private let frequency: Double
    private let stages: (Stage, Stage, Stage)
    /// When the offset is zero and stays so, seconds after the beginning.
    public let length: Double

    /// Nothing to smooth.
    public static let rest = SmoothingCourse(offset: 0, frequency: 0, maximumFrequency: 1, maximumWander: 1)

    /// - Parameters:
    ///   - offset: what is to become zero.
    ///   - frequency: how fast the offset changes at the beginning.
    ///   - maximumFrequency: how fast it may change; it is brought below that first. Above 0.
    ///   - maximumWander: how fast the frequency may change, per second. Above 0.
    public init(offset: Double, frequency: Double, maximumFrequency: Double, maximumWander: Double) {
        let wander = maximumWander
        // Where braking at once would end short of zero, there is a way to go first; else it is overshot, and is gone back.
        let sign: Double = offset + frequency * frequency.magnitude / (2 * wander) >= 0 ? 1 : -1
        let (way, speed) = (sign * offset, sign * frequency)
        let peak = min(maximumFrequency, max(wander * way + speed * speed / 2, 0).squareRoot())
        let first = Stage(length: (peak + speed).magnitude / wander, wander: speed > -peak ? -wander : wander)
        let left = way + speed * first.length + first.wander * first.length * first.length / 2
        let last = Stage(length: peak / wander, wander: wander)
        let coast = Stage(length: peak > 0 ? max((left - peak * peak / (2 * wander)) / peak, 0) : 0, wander: 0)
        self.offset = offset
        self.frequency = frequency
        stages = (
            Stage(length: first.length, wander: sign * first.wander), coast,
            Stage(length: last.length, wander: sign * last.wander)
        )
        length = first.length + coast.length + last.length
    }

    /// All that it is made of, in a fixed order.
    var numbers: [Double] {
        [offset, frequency] + [stages.0, stages.1, stages.2].flatMap { [$0.length, $0.wander] }
    }

    /// - Parameter numbers: what ``numbers`` gave; nil for a wrong number of them.
    init?(numbers: [Double]) {
        guard numbers.count == 8 else { return nil }
        func stage(_ index: Int) -> Stage { Stage(length: numbers[2 * index], wander: numbers[2 * index + 1]) }
        offset = numbers[0]
        frequency = numbers[1]
        stages = (stage(1), stage(2), stage(3))
        length = numbers[2] + numbers[4] + numbers[6]
    }

    /// Offset, frequency and its rate of change a while after the beginning; all zero from the end on.
    public func state(after elapsed: Double) -> (offset: Double, frequency: Double, wander: Double) {
        guard elapsed < length else { return (0, 0, 0) }
        var (offset, frequency, rest) = (offset, frequency, max(elapsed, 0))
        for stage in [stages.0, stages.1, stages.2] {
            let time = min(rest, stage.length)
            offset += frequency * time + stage.wander * time * time / 2
            frequency += stage.wander * time
            guard rest >= stage.length else { return (offset, frequency, stage.wander) }
            rest -= stage.length
        }
        return (0, 0, 0)
    }

    /// The offset a while after the beginning. It allocates nothing.
    func offset(after elapsed: Double) -> Double {
        guard elapsed < length else { return 0 }
        var (offset, frequency, rest) = (offset, frequency, max(elapsed, 0))
        func pass(_ stage: Stage) {
            let time = min(rest, stage.length)
            offset += frequency * time + stage.wander * time * time / 2
            frequency += stage.wander * time
            rest -= time
        }
        pass(stages.0)
        pass(stages.1)
        pass(stages.2)
        return offset
    }

    public static func == (left: SmoothingCourse, right: SmoothingCourse) -> Bool {
        left.offset == right.offset && left.frequency == right.frequency && left.length == right.length
            && left.stages == right.stages
    }
}
