public import TimeBase

/// The watches of one table: which directories are watched for which rule, and what events mean to it.
///
/// A plain value: it is told what the kernel says, and says what to watch and what to run. Nothing that happens is lost: a
/// directory that appears is watched first and then listed, so that what came in between is found; where the kernel's queue
/// was full, everything is listed, and what was changed since the queue was last empty counts as having happened. So an event
/// may be told twice.
public struct WatchTree: Sendable {
    /// By their numbers, which stay as long as a rule does.
    var rules: [Int: WatchRule] = [:]
    var patterns: [Int: WatchPattern] = [:]
    private var nextRule = 1

    /// What the kernel's numbers stand for.
    var watches: [Int32: Watch] = [:]
    /// The watch for a rule's path.
    var places: [Place: Int32] = [:]

    /// Halves of moves of directories: by cookie, the old paths.
    var departed: [UInt32: [Place]] = [:]
    /// Watches of which ``Watch/told`` is not empty.
    var tellers: Set<Int32> = []
    /// Watches of directories that were moved: where they lie now is looked at when the moves are over.
    var moved: Set<Int32> = []
    /// Requests that are not answered yet.
    var outstanding = 0
    /// Each scan of everything has a number; watches that it does not meet again are let go at its end.
    var round = 0
    var isScanning = false
    /// When all that had happened was known.
    var upToDate: Instant<Realtime>

    var firing = WatchFiring()

    struct Place: Hashable, Sendable {
        var rule: Int
        var path: [UInt8]
    }

    struct Watch: Sendable {
        var uses: [Use] = []
        /// Files in the directory; kept only where somebody wants to hear that they go.
        var names: Set<[UInt8]>?
        /// Files that were told of when they were found, so that the kernel's own word on their creation is one too many.
        var told: Set<Told> = []
    }

    struct Told: Hashable, Sendable {
        var rule: Int
        var name: [UInt8]
    }

    struct Use: Hashable, Sendable {
        var rule: Int
        var path: [UInt8]
        var role: WatchRequest.Role
        var round: Int
    }

    /// - Parameter now: what happened before does not count.
    public init(at now: Instant<Realtime>) {
        upToDate = now
    }

    /// The kernel's stamps of files are a few milliseconds behind its clock.
    var recently: Instant<Realtime> { upToDate - .milliseconds(20) }

    /// The numbers of the rules, in the order in which they came.
    public var ruleNumbers: [Int] { rules.keys.sorted() }

    /// How many runs of a rule go on.
    public func running(_ number: Int) -> Int { firing.running[number] ?? 0 }

    public func rule(_ number: Int) -> WatchRule? { rules[number] }

    /// How many paths the kernel watches for it.
    public var watchCount: Int { watches.count }

    /// Takes over a table's rules. Those that it holds already keep their watches and miss nothing.
    public mutating func load(_ table: [WatchRule], effects: inout [WatchEffect]) {
        var old: [WatchRule: [Int]] = [:]
        for (number, rule) in rules.sorted(by: { $0.key < $1.key }) { old[Self.key(rule), default: []].append(number) }
        var added: [Int] = []
        for rule in table {
            if var numbers = old[Self.key(rule)], let number = numbers.first {
                numbers.removeFirst()
                old[Self.key(rule)] = numbers
                rules[number]?.line = rule.line
                continue
            }
            rules[nextRule] = rule
            patterns[nextRule] = WatchPattern(rule.path)
            added.append(nextRule)
            nextRule += 1
        }
        for number in old.values.joined() { remove(number, effects: &effects) }
        for number in added { resolve(number, news: .none, effects: &effects) }
    }

    /// The same line elsewhere in the table is the same rule.
    private static func key(_ rule: WatchRule) -> WatchRule {
        var rule = rule
        rule.line = 0
        return rule
    }

    mutating func remove(_ number: Int, effects: inout [WatchEffect]) {
        rules[number] = nil
        patterns[number] = nil
        firing.forget(number)
        for (watch, _) in watches { drop(watch, effects: &effects) { $0.rule == number } }
    }

    /// Takes uses away from a watch, and the watch itself if none is left.
    mutating func drop(_ watch: Int32, effects: inout [WatchEffect], where isDropped: (Use) -> Bool) {
        guard var entry = watches[watch] else { return }
        var isChanged = false
        entry.uses.removeAll { use in
            guard isDropped(use) else { return false }
            isChanged = true
            let place = Place(rule: use.rule, path: use.path)
            if places[place] == watch { places[place] = nil }
            return true
        }
        guard isChanged else { return }
        if entry.uses.isEmpty {
            watches[watch] = nil
            effects.append(.unwatch(watch))
        } else {
            watches[watch] = entry
        }
    }

    /// The kernel has said all that it had to say.
    ///
    /// - Parameter now: when its queue was found empty.
    public mutating func caughtUp(at now: Instant<Realtime>, effects: inout [WatchEffect]) {
        // A directory whose arrival is not told has left what is watched.
        for gone in departed.values.joined() { forgetBelow(gone, effects: &effects) }
        departed = [:]
        for watch in moved {
            for use in watches[watch]?.uses ?? [] where use.role == .below {
                self.watch(use.path, use.rule, .below, .unwatched, effects: &effects)
            }
        }
        moved = []
        guard outstanding == 0 else { return }
        for watch in tellers { watches[watch]?.told = [] }
        tellers = []
        if !isScanning { upToDate = now }
    }

    mutating func forgetBelow(_ gone: Place, effects: inout [WatchEffect]) {
        for watch in watches.keys {
            drop(watch, effects: &effects) { use in
                use.rule == gone.rule && use.role == .below
                    && (use.path == gone.path || WatchPath.isBelow(use.path, gone.path))
            }
        }
    }
}
