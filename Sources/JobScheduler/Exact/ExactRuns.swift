internal import ExactStarts
internal import TimeBase

/// Starts of crontabs that are to be at an exact instant: of each entry that asks for it the next one, from when it is known
/// until it went or was given up; and those whose instant is over, until it is decided what becomes of them.
struct ExactRuns: Sendable {
    struct One: Sendable {
        var order: Order
        var slot: Int
        /// Decides about it; nil while its instant is far.
        var start: ExactStart?
        /// Since it is being prepared.
        var run: RunNumber?
        /// When it was to be let go, if another run of its job were not going on.
        var withheld: (at: Instant<Monotonic>, latest: Instant<Monotonic>)?
        /// Why it is not to go; it may have gone all the same, until the host says so.
        var reason: String?
        /// Whether its job is to be paused, because it was given up under `late=abort`.
        var isAborted = false
        /// Whether it is to wait for the run that goes on, without an instant.
        var isQueued = false
    }

    /// How long before its instant, by the wall clock, true time is looked at first. The wall clock may be wrong by so much.
    static let near = Duration.seconds(60)
    /// So long before it the process is prepared: a session of PAM, and a program that has to be loaded from a slow disk.
    static let preparationTime = Duration.seconds(2)
    /// So many decided instants of a job are remembered, so that none is served twice.
    private static let mostHandled = 64

    var ones: [Int: One] = [:]
    private var count = 0
    /// The entries that ask for it, and in which of their lives.
    var members: [Int: Int] = [:]
    /// Whether entries are without a next one.
    var needsPlanning = false
    var isLooking = false
    /// Who told true time last.
    var source: KnownTime.Source?
    /// When a job was let run late last, so that it is let once for all that it missed.
    var ranLate: [String: Instant<Monotonic>] = [:]
    private var handled: [String: [Int64]] = [:]

    mutating func add(_ one: One) -> Int {
        count += 1
        ones[count] = one
        return count
    }

    func number(of run: RunNumber) -> Int? { ones.first { $0.value.run == run }?.key }

    /// Whether an instant of a job is decided, or being decided.
    func knows(_ key: String, _ planned: Int64) -> Bool {
        isHandled(key, planned)
            || ones.values.contains { $0.order.planned.nanoseconds == planned && $0.order.name.key == key }
    }

    func isHandled(_ key: String, _ planned: Int64) -> Bool { handled[key]?.contains(planned) ?? false }

    mutating func handle(_ key: String, _ planned: Int64) {
        handled[key, default: []].append(planned)
        if let count = handled[key]?.count, count > Self.mostHandled { handled[key]?.removeFirst() }
    }

    /// The clock was set back: what it shows again is served again.
    mutating func forgetHandled() { handled = [:] }

    /// Forgets jobs of which nothing is due any more.
    mutating func prune(before moment: Int64) {
        guard handled.count > 2 * members.count + 100 else { return }
        handled = handled.filter { ($0.value.last ?? 0) >= moment }
    }

    /// When to look at them again; nil if nothing waits.
    func nextWake(after now: ClockReading) -> Instant<Monotonic>? {
        if needsPlanning { return now.monotonic }
        var next: Instant<Monotonic>?
        for one in ones.values {
            let wake: Instant<Monotonic>
            if let start = one.start {
                if start.isFinished { continue }
                wake = start.nextWake(after: now)
            } else {
                wake = now.monotonic + (one.order.planned - Self.near - now.realtime)
            }
            next = min(next ?? wake, wake)
        }
        return next
    }

    /// The earliest instant that has come, by the wall clock, and is not decided.
    func earliest(before now: Instant<Realtime>) -> Instant<Realtime>? {
        ones.values.filter { $0.order.planned <= now }.map { $0.order.due ?? $0.order.planned }.min()
    }
}

extension StartRefusal {
    /// For people, and for the history.
    var words: String {
        switch self {
        case .bound(let bound, let limit):
            "the clock is right \(bound.map { "to within \($0.shortText)" } ?? "to no known bound"), and \(limit.shortText) is asked for"
        case .late(let by): "its instant was over since \(by.shortText)"
        case .stepped(let by): "the clock was stepped by \(by.shortText)"
        case .slept(let duration): "the machine slept for \(duration.shortText)"
        case .failed(let why): why
        case .interrupted: "the daemon ended before its instant"
        }
    }

    /// Whether `late=abort` means this.
    var isAboutTime: Bool {
        switch self {
        case .late, .stepped, .slept: true
        case .bound, .failed, .interrupted: false
        }
    }
}
