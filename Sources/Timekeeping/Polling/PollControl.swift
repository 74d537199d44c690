internal import Estimation
internal import TimeBase

/// How long to wait until a source is asked again.
///
/// A sample is worth its packet when what it tells is about as sure as what is known without it. So the interval is
/// as long as the expected error of the prediction stays below a share of the source's own noise: long for a calm
/// crystal or a noisy path, short for a restless crystal on a quiet network, and short again at once when the clock
/// changes its habits.
extension Timekeeper {
    /// Expected error of the prediction at the next sample, as a share of the source's noise.
    static let predictionShare = 1.08

    /// The calmest crystal that is believed in when the next sample is planned, s/s per square root of a second: the
    /// calm may end at any moment, and only the next sample will tell.
    static let leastWander = 1.2e-9

    /// Errors below this, seconds, are not worth a packet: stamps in software are no better.
    static let indifference = 2e-6

    /// At the start the frequency is hardly known: after the first quick samples these follow, seconds after the
    /// previous one, where `iburst` is given and the shortest poll interval is the usual 64 s: whoever names a longer one
    /// means it.
    static let startSpacing: [Double] = [6, 12, 24, 40]

    /// The interval after a sample, by the filter's prediction; nil while there is no filter for this source.
    func predictedInterval(_ index: Int) -> Duration? {
        let source = sources[index]
        guard settings.estimator == .filter, let filter, filter.knows(source.number) else { return nil }
        var shortest = Duration.poll(source.settings.minimumPoll).inSeconds
        let longest = max(0.9 * Duration.poll(source.settings.maximumPoll).inSeconds, shortest)
        if source.settings.initialBurst, source.startSteps < Self.startSpacing.count,
            (30.0...64.0).contains(shortest)
        {
            return Duration(clampingSeconds: Self.startSpacing[source.startSteps])
        }
        // While everything is new, each sample tells much.
        let share = Self.predictionShare * min(1, 0.15 + Double(source.path.count) / 30)
        let limit =
            share * source.path.typicalDeviation(floor: settings.precision.inSeconds) + Self.indifference
        // A server across the Internet is shared by many, and its path hides what happens within minutes.
        if let delay = source.path.minimum, delay > 5e-3, source.path.count > 16 {
            shortest = min(4 * shortest, longest)
        }
        var interval = shortest
        while interval < longest {
            let next = min(interval * 1.25, longest)
            if filter.expectedError(at: filter.time + next, of: source.number, leastWander: Self.leastWander) > limit {
                break
            }
            interval = next
        }
        return Duration(clampingSeconds: interval)
    }
}
