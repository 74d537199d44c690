public import TimeBase

/// A real-time clock shows whole seconds only: the moment at which they change is what it knows of time. This finds that
/// moment by reading the RTC, where no update interrupt tells it.
///
/// It reads no clock and no device: its owner asks for the ``next(at:)`` thing to do, does it, and hands over each
/// ``Reading``. Once an edge is known, only the last milliseconds before the next one are polled.
///
/// ```
/// finder.begin(at: now)
/// while true {
///     switch finder.next(at: now) {
///     case .wait(let until): sleep
///     case .read: finder.take(EdgeFinder.Reading(...))
///     case .found(let edge): return edge
///     case .failed(let reason): throw
///     }
/// }
/// ```
public struct EdgeFinder: Sendable {
    /// What the RTC showed, and when it was asked. It took its time from its counter at some moment between the two.
    public struct Reading: Sendable, Equatable {
        /// Before the device was asked.
        public var began: Instant<Monotonic>
        /// When it had answered.
        public var ended: Instant<Monotonic>
        /// Whole seconds, from any epoch.
        public var seconds: Int

        /// A reading and when it was taken.
        public init(began: Instant<Monotonic>, ended: Instant<Monotonic>, seconds: Int) {
            self.began = began
            self.ended = ended
            self.seconds = seconds
        }
    }

    /// The moment at which the RTC went on to a second.
    public struct Edge: Sendable, Equatable {
        /// The best guess.
        public var moment: Instant<Monotonic>
        /// How far the edge may be from there, to the wider side: a promise, if reads were not reordered.
        public var uncertainty: Duration
        /// What the RTC shows from there on.
        public var seconds: Int

        /// An edge.
        public init(moment: Instant<Monotonic>, uncertainty: Duration, seconds: Int) {
            self.moment = moment
            self.uncertainty = uncertainty
            self.seconds = seconds
        }
    }

    /// What is to be done now.
    public enum Step: Sendable, Equatable {
        /// Nothing until then; later does harm, so wake early and hand over the time again.
        case wait(until: Instant<Monotonic>)
        /// Read the RTC now.
        case read
        /// It is done; ``begin(at:)`` looks for the next one.
        case found(Edge)
        /// The RTC stands still, or cannot be read fast enough.
        case failed(Reason)
    }

    /// Why there is no edge.
    public enum Reason: Sendable, Equatable {
        /// Its seconds have not changed for three seconds.
        case standsStill
        /// Its seconds jump: somebody sets it, or reading takes too long.
        case jumps
    }

    private enum Search: Equatable {
        /// Reads with pauses, until the seconds change.
        case coarse
        /// Waits for, and then polls, the window about a predicted edge.
        case fine(predicted: Instant<Monotonic>, within: Duration)
    }

    /// Between reads while nothing is known.
    static let coarsePause = Duration.milliseconds(10)
    /// How much an RTC and the machine's clock may part: both crystals at their worst, and a slewing daemon.
    static let rateAllowance = 600e-6
    /// Chips latch their counter when the read's second half is addressed: about a fifth of the transfer has passed.
    static let latchPosition = 0.2
    private static let patience = Duration.seconds(3)
    private static let mostAttempts = 4

    /// The edge that was found last.
    public private(set) var last: Edge?
    /// How long a read takes; the shortest lately.
    public private(set) var readDuration = Duration.milliseconds(1)

    private var search = Search.coarse
    private var started: Instant<Monotonic>?
    private var previous: Reading?
    private var found: Edge?
    private var best: Edge?
    /// The edge that the window was calculated from.
    private var aimed: Edge?
    private var attempts = 0
    private var jumps = 0
    private var knowsDuration = false

    /// Nothing is known of the RTC yet.
    public init() {}

    /// Looks for the next edge after a moment. What an earlier edge told is used.
    public mutating func begin(at now: Instant<Monotonic>) {
        found = nil
        best = nil
        previous = nil
        started = nil
        attempts = 0
        jumps = 0
        if let last {
            aim(after: now, from: last)
        } else {
            search = .coarse
        }
    }

    /// What is to be done now.
    public mutating func next(at now: Instant<Monotonic>) -> Step {
        if let found { return .found(found) }
        if jumps > Self.mostAttempts { return .failed(.jumps) }
        let began = started ?? now
        started = began
        if now - began > Self.patience + .seconds(attempts) { return .failed(.standsStill) }
        switch search {
        case .coarse:
            guard let previous else { return .read }
            let due = previous.ended + Self.coarsePause
            return now < due ? .wait(until: due) : .read
        case .fine(let predicted, let within):
            let opens = predicted - within - margin
            if now < opens {
                // The wait for the window is none for the RTC.
                started = opens
                return .wait(until: opens)
            }
            if now > predicted + within + .milliseconds(50) {
                // Not where it should be: look everywhere.
                search = .coarse
            }
            return .read
        }
    }

    /// Takes a reading that ``next(at:)`` asked for.
    public mutating func take(_ reading: Reading) {
        let duration = reading.ended - reading.began
        if !knowsDuration || duration < readDuration { readDuration = max(duration, .microseconds(1)) }
        knowsDuration = true
        guard let before = previous else {
            previous = reading
            if case .fine(let predicted, let within) = search, reading.ended > predicted - within, let aimed {
                // Woken so late that the edge may have been before: the next one is cheaper than looking everywhere.
                attempts += 1
                if attempts < Self.mostAttempts { aim(after: reading.ended, from: aimed) } else { search = .coarse }
            }
            return
        }
        previous = reading
        switch reading.seconds - before.seconds {
        case 0: return
        case 1: see(Self.edge(before, reading))
        default:
            jumps += 1
            last = nil
            search = .coarse
        }
    }

    /// An edge that something else told, such as an update interrupt.
    public mutating func learn(_ edge: Edge) { last = edge }

    private mutating func see(_ edge: Edge) {
        if case .coarse = search {
            // Known to some milliseconds: the next one will be found finely.
            aim(after: edge.moment + edge.uncertainty, from: edge)
            return
        }
        attempts += 1
        if best.map({ edge.uncertainty < $0.uncertainty }) ?? true { best = edge }
        // Two reads without a pause; more means that this program was kept waiting between them.
        if edge.uncertainty <= readDuration * 1.3 + .microseconds(150) || attempts >= Self.mostAttempts {
            found = best
            last = best
        } else {
            aim(after: edge.moment + edge.uncertainty, from: edge)
        }
    }

    /// The first edge whose window has not begun at `now`.
    private mutating func aim(after now: Instant<Monotonic>, from edge: Edge) {
        aimed = edge
        var seconds = max(1, ((now - edge.moment) / .seconds(1)).rounded(.up))
        while seconds < 1e9 {
            let within = edge.uncertainty + .seconds(min(seconds * Self.rateAllowance, 0.4))
            let predicted = edge.moment + .seconds(Int(seconds))
            if predicted - within - margin > now {
                previous = nil
                // So far away it is anywhere.
                search = within < .milliseconds(300) ? .fine(predicted: predicted, within: within) : .coarse
                return
            }
            seconds += 1
        }
        search = .coarse
    }

    /// Two reads before the window, so that the first one shows the old second.
    private var margin: Duration { readDuration * 2 + .milliseconds(1) }

    /// The counter was latched in each of the two reads, and the edge lies between the two moments.
    private static func edge(_ before: Reading, _ after: Reading) -> Edge {
        let first = before.began + (before.ended - before.began) * latchPosition
        let second = after.began + (after.ended - after.began) * latchPosition
        let moment = first + (second - first) / 2
        return Edge(
            moment: moment, uncertainty: max(moment - before.began, after.ended - moment), seconds: after.seconds)
    }
}
