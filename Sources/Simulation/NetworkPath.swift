internal import TimeBase

/// One direction of the way between a client and a server.
public struct NetworkPath: Equatable, Sendable {
    /// Now and then a packet takes much longer.
    public struct Spikes: Equatable, Sendable {
        /// Of a packet to be hit.
        public var probability: Double
        /// Mean of the additional, exponentially distributed delay, seconds.
        public var mean: Double

        public init(probability: Double, mean: Double) {
            self.probability = probability
            self.mean = mean
        }
    }

    /// A queue that stands for the first part of each period.
    public struct Congestion: Equatable, Sendable {
        /// Seconds from one congestion's begin to the next.
        public var period: Double
        /// Seconds that it lasts.
        public var duration: Double
        /// Additional delay, seconds.
        public var base: Double
        /// Mean of the additional exponentially distributed delay, seconds.
        public var jitter: Double

        public init(period: Double, duration: Double, base: Double, jitter: Double) {
            self.period = period
            self.duration = duration
            self.base = base
            self.jitter = jitter
        }
    }

    /// The shortest delay, seconds.
    public var base: Double
    /// Mean of the exponentially distributed part of the delay, seconds.
    public var jitter: Double
    public var spikes: Spikes?
    public var congestion: Congestion?
    /// Probability of a packet to be lost.
    public var loss = 0.0
    /// Probability of a packet to come twice, each time with a delay of its own (so the copies may overtake each other).
    public var duplication = 0.0

    public init(base: Double, jitter: Double) {
        self.base = base
        self.jitter = jitter
    }

    /// Delays of a packet that sets out at a moment: none if it is lost, two if it is doubled.
    func delays(at moment: Duration, random: inout RandomSource) -> [Duration] {
        let lost = random.chance(loss)
        let first = delay(at: moment, random: &random)
        let doubled = random.chance(duplication)
        if lost { return [] }
        return doubled ? [first, delay(at: moment, random: &random)] : [first]
    }

    private func delay(at moment: Duration, random: inout RandomSource) -> Duration {
        var delay = base + random.exponential(mean: jitter)
        if let spikes, random.chance(spikes.probability) { delay += random.exponential(mean: spikes.mean) }
        if let congestion {
            let extra = random.exponential(mean: congestion.jitter)
            let phase = moment.inSeconds.truncatingRemainder(dividingBy: congestion.period)
            if phase < congestion.duration { delay += congestion.base + extra }
        }
        return Duration(clampingSeconds: delay)
    }
}

/// When the machine has a network at all.
public enum Connectivity: Equatable, Sendable {
    case always
    /// Up to a moment and never after.
    case until(Duration)
    /// For the first part of each period.
    case periodic(period: Duration, connected: Duration)
    /// Always but from one moment to another.
    case outage(from: Duration, to: Duration)

    /// Whether packets get through at a moment.
    public func isConnected(at moment: Duration) -> Bool {
        switch self {
        case .always: true
        case .until(let end): moment < end
        case .periodic(let period, let connected):
            Duration(attoseconds: moment.attoseconds % period.attoseconds) < connected
        case .outage(let from, let to): moment < from || moment >= to
        }
    }
}
