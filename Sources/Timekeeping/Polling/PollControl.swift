internal import Estimation
internal import TimeBase

/// How long to wait until a source is asked again.
///
/// A sample is worth its packet when what it tells is about as sure as what is known without it. So the interval is
/// as long as the expected error of the prediction stays below a share of the source's own noise: long for a calm
/// crystal or a noisy path, short for a restless crystal on a quiet network, and short again at once when the clock
/// changes its habits.
extension Timekeeper {
    /// What is asked of a prediction, by how far away the source is.
    struct PollHabit {
        /// Expected error of the prediction at the next sample, as a share of the source's noise.
        var share: Double
        /// While everything is new, each sample tells much: so many samples make the habit.
        var novelty: Double
        /// The longest interval, as a share of what the configuration allows.
        var longest: Double
        /// At the start the frequency is hardly known: after the first quick samples these follow, seconds after the
        /// previous one, where `iburst` is given and the shortest poll interval is the usual 64 s: whoever names a longer
        /// one means it.
        var startSpacing: [Double]

        /// A server across the Internet.
        static let far = PollHabit(share: 1.08, novelty: 30, longest: 0.9, startSpacing: [6, 12, 24, 40])

        /// On a quiet network what a crystal does between two samples is the larger error: a calm one may begin to gain
        /// 2 ppm at any moment, and only the next sample will tell. So no interval is longer than ten minutes (at the
        /// usual maxpoll), and what that costs is saved where a sample would tell little new.
        static let near = PollHabit(share: 1.4, novelty: 12, longest: 0.585, startSpacing: [10, 30])
    }

    /// A server whose round trip is shorter, seconds, is a near one.
    static let farDelay = 5e-3

    /// The calmest crystal that is believed in when the next sample is planned, s/s per square root of a second: the
    /// calm may end at any moment, and only the next sample will tell.
    static let leastWander = 1.2e-9

    /// Errors below this, seconds, are not worth a packet: stamps in software are no better.
    static let indifference = 2e-6

    /// What looks like a noisy path may be congestion, which ends, and then the first short answer tells almost
    /// everything: so many samples of a path whose median excess is more than this share of its shortest round trip come
    /// at least so often, in seconds.
    static let congestion = (samples: 28, share: 0.12, interval: 192.0)

    /// The interval after a sample, by the filter's prediction; nil while there is no filter for this source.
    func predictedInterval(_ index: Int) -> Duration? {
        let source = sources[index]
        guard settings.estimator == .filter, let filter, filter.knows(source.number) else { return nil }
        let isNear = source.path.minimum.map { $0 < Self.farDelay } ?? false
        // A peer follows our rhythm, and we its; members of an island, too.
        let isMutual = source.settings.kind == .peer || settings.island != nil
        let habit = isNear && !isMutual ? PollHabit.near : .far
        var shortest = Duration.poll(source.settings.minimumPoll).inSeconds
        var longest = max(habit.longest * Duration.poll(source.settings.maximumPoll).inSeconds, shortest)
        if !isMutual, mayBeCongested(source.path) { longest = max(min(longest, Self.congestion.interval), shortest) }
        if source.settings.initialBurst, source.startSteps < habit.startSpacing.count,
            (30.0...64.0).contains(shortest)
        {
            return Duration(clampingSeconds: habit.startSpacing[source.startSteps])
        }
        let share = habit.share * min(1, 0.15 + Double(source.path.count) / habit.novelty)
        let limit =
            share * source.path.typicalDeviation(floor: settings.precision.inSeconds) + Self.indifference
        // A server across the Internet is shared by many, and its path hides what happens within minutes.
        if !isNear, source.path.count > 16 { shortest = min(4 * shortest, longest) }
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

    private func mayBeCongested(_ path: PathModel) -> Bool {
        guard path.count < Self.congestion.samples, let shortest = path.minimum else { return false }
        return path.medianExcess > Self.congestion.share * shortest
    }
}
