public import TimeBase

/// Which runs of a table's rules go on, and which wait.
struct WatchFiring: Sendable {
    /// Runs of a rule that go on.
    var running: [Int: Int] = [:]
    var runningCount = 0
    var waiting: [(rule: Int, occurrence: WatchOccurrence)] = []
    /// How many of them a rule has.
    var waitingOf: [Int: Int] = [:]
    /// How many of ``waiting`` were started; they are taken out in heaps.
    var started = 0
    /// Events that found no room, since that was last said.
    var dropped = 0
    var loops: [Int: WatchLoops] = [:]

    /// So many runs of a table go on at once; the others wait.
    static let mostRunning = 200
    /// So many wait.
    static let mostWaiting = 100_000

    mutating func forget(_ rule: Int) {
        loops[rule] = nil
        // What waits for it is passed over when its turn comes.
        waitingOf[rule] = nil
    }
}

/// Files whose events seem to come from the very command that they start.
struct WatchLoops: Sendable {
    private var file: [WatchOccurrence: Int] = [:]
    private var since: Instant<Monotonic>?
    private var held: Set<WatchOccurrence> = []
    /// When a run of the rule ended.
    var lastEnd: Instant<Monotonic>?

    enum Judgement { case good, firstTooMany, tooMany }

    static let window = Duration.seconds(10)
    static let most = 20
    /// Whatever a command has done is told to us in this time after its end.
    static let after = Duration.milliseconds(100)

    mutating func judge(_ occurrence: WatchOccurrence, isRunning: Bool, at now: Instant<Monotonic>) -> Judgement {
        if since.map({ now - $0 > Self.window }) ?? true {
            since = now
            file = [:]
            held = []
        }
        var key = occurrence
        key.mask = []
        if held.contains(key) { return .tooMany }
        guard isRunning || lastEnd.map({ now - $0 < Self.after }) ?? false else { return .good }
        let count = (file[key] ?? 0) + 1
        file[key] = count
        guard count > Self.most else { return .good }
        held.insert(key)
        return .firstTooMany
    }
}

extension WatchTree {
    /// Starts a rule's command, or lets it wait, or does not.
    mutating func fire(
        _ number: Int, _ occurrence: WatchOccurrence, _ now: Instant<Monotonic>, effects: inout [WatchEffect]
    ) {
        guard let rule = rules[number], !occurrence.mask.isEmpty else { return }
        let isRunning = (firing.running[number] ?? 0) > 0
        if rule.isLoopable, isRunning || firing.waitingOf[number] != nil {
            return
        }
        switch firing.loops[number, default: WatchLoops()].judge(occurrence, isRunning: isRunning, at: now) {
        case .good: break
        case .tooMany: return
        case .firstTooMany:
            let file = WatchPath.joined(occurrence.path, occurrence.name)
            effects.append(
                .note(
                    WatchNote(
                        isError: true,
                        text:
                            "line \(rule.line): \(WatchTree.shown(file)) changes again and again while its command runs: its"
                            + " events are passed over for some seconds; loopable=true among the events passes over all"
                            + " that happen during a run")))
            return
        }
        if firing.runningCount >= WatchFiring.mostRunning {
            guard firing.waiting.count - firing.started < WatchFiring.mostWaiting else {
                if firing.dropped == 0 {
                    effects.append(
                        .note(
                            WatchNote(
                                isError: true,
                                text: "more than \(WatchFiring.mostWaiting) runs wait: further events are passed over"))
                    )
                }
                firing.dropped += 1
                return
            }
            firing.waiting.append((number, occurrence))
            firing.waitingOf[number, default: 0] += 1
        } else {
            start(number, occurrence, effects: &effects)
        }
        if rule.mask.contains(.oneShot) { retire(number, effects: &effects) }
    }

    private mutating func start(_ number: Int, _ occurrence: WatchOccurrence, effects: inout [WatchEffect]) {
        firing.running[number, default: 0] += 1
        firing.runningCount += 1
        effects.append(.run(rule: number, occurrence))
    }

    /// A rule for one event has had it: it stays in the table, and watches nothing.
    private mutating func retire(_ number: Int, effects: inout [WatchEffect]) {
        patterns[number] = nil
        for watch in watches.keys { drop(watch, effects: &effects) { $0.rule == number } }
    }

    /// A run of a rule's command is over, or could not begin.
    public mutating func ended(rule number: Int, at now: Instant<Monotonic>, effects: inout [WatchEffect]) {
        guard let count = firing.running[number], count > 0 else { return }
        firing.running[number] = count > 1 ? count - 1 : nil
        firing.runningCount -= 1
        if rules[number] != nil { firing.loops[number, default: WatchLoops()].lastEnd = now }
        while firing.runningCount < WatchFiring.mostRunning, firing.started < firing.waiting.count {
            let next = firing.waiting[firing.started]
            firing.started += 1
            if let count = firing.waitingOf[next.rule] { firing.waitingOf[next.rule] = count > 1 ? count - 1 : nil }
            if rules[next.rule] != nil { start(next.rule, next.occurrence, effects: &effects) }
        }
        if firing.started > 1000 || firing.started == firing.waiting.count {
            firing.waiting.removeFirst(firing.started)
            firing.started = 0
        }
        if firing.dropped > 0, firing.waiting.isEmpty {
            effects.append(
                .note(WatchNote(isError: true, text: "\(firing.dropped) events were passed over: too many runs waited"))
            )
            firing.dropped = 0
        }
    }
}
