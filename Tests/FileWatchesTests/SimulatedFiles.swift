import FileWatches
import TimeBase

/// Directories and files in memory, with watches as inotify has them: on what a path led to, not on the path.
final class SimulatedFiles {
    final class Node {
        let isDirectory: Bool
        var children: [[UInt8]: Node] = [:]
        var created: Int
        var modified: Int
        var changed: Int
        var watch: Int32?

        init(isDirectory: Bool, at time: Int) {
            self.isDirectory = isDirectory
            (created, modified, changed) = (time, time, time)
        }
    }

    let root = Node(isDirectory: true, at: 0)
    /// Milliseconds; each operation takes one, as long as the stamps are coarse.
    var time = 1_000_000
    private var masks: [Int32: WatchMask] = [:]
    private var nodes: [Int32: Node] = [:]
    private var nextWatch: Int32 = 1
    private var cookie: UInt32 = 0
    private(set) var queue: [WatchEvent] = []
    /// Beyond so many the kernel drops events.
    var limit = Int.max
    private(set) var overflows = 0

    var now: Instant<Realtime> { Instant(sinceEpoch: .milliseconds(time)) }
    var monotonic: Instant<Monotonic> { Instant(sinceEpoch: .milliseconds(time)) }

    static func path(_ text: String) -> [UInt8] { Array(text.utf8) }

    func node(_ path: [UInt8]) -> Node? {
        var node = root
        for name in path.split(separator: UInt8(ascii: "/")) {
            guard let next = node.children[Array(name)] else { return nil }
            node = next
        }
        return node
    }

    private func split(_ path: [UInt8]) -> (Node, [UInt8])? {
        let slash = path.lastIndex(of: UInt8(ascii: "/")) ?? 0
        guard let parent = node(Array(path[..<slash])), parent.isDirectory else { return nil }
        return (parent, Array(path[(slash + 1)...]))
    }

    private func tell(_ node: Node, _ mask: WatchMask, _ name: [UInt8] = [], cookie: UInt32 = 0) {
        guard let watch = node.watch, let wanted = masks[watch] else { return }
        guard !wanted.isDisjoint(with: mask) || mask.contains(.ignored) else { return }
        if queue.count >= limit {
            if queue.last?.mask != .overflow {
                queue.append(WatchEvent(watch: -1, mask: .overflow))
                overflows += 1
            }
            return
        }
        queue.append(WatchEvent(watch: watch, mask: mask, cookie: cookie, name: name))
    }

    @discardableResult
    func make(_ path: String, isDirectory: Bool) -> Bool {
        time += 1
        guard let (parent, name) = split(Self.path(path)), parent.children[name] == nil else { return false }
        parent.children[name] = Node(isDirectory: isDirectory, at: time)
        tell(parent, isDirectory ? [.create, .isDirectory] : .create, name)
        if !isDirectory { tell(parent, .closeWrite, name) }
        return true
    }

    func write(_ path: String) {
        time += 1
        guard let (parent, name) = split(Self.path(path)), let node = parent.children[name], !node.isDirectory else {
            return
        }
        (node.modified, node.changed) = (time, time)
        for mask: WatchMask in [.modify, .closeWrite] {
            tell(parent, mask, name)
            tell(node, mask)
        }
    }

    func remove(_ path: String) {
        guard let (parent, name) = split(Self.path(path)), let node = parent.children[name] else { return }
        for child in node.children.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            remove(path + "/" + String(decoding: child, as: UTF8.self))
        }
        time += 1
        parent.children[name] = nil
        gone(node)
        tell(parent, node.isDirectory ? [.delete, .isDirectory] : .delete, name)
    }

    private func gone(_ node: Node) {
        tell(node, .deleteSelf)
        tell(node, .ignored)
        if let watch = node.watch {
            masks[watch] = nil
            nodes[watch] = nil
            node.watch = nil
        }
    }

    /// As rename(2): a file in the place is replaced.
    func move(_ from: String, _ to: String) {
        time += 1
        guard let (parent, name) = split(Self.path(from)), let node = parent.children[name],
            let (target, newName) = split(Self.path(to)), target !== node, !contains(node, target)
        else { return }
        if let old = target.children[newName] {
            guard !old.isDirectory, !node.isDirectory, old !== node else { return }
            target.children[newName] = nil
            gone(old)
        }
        parent.children[name] = nil
        target.children[newName] = node
        node.changed = time
        cookie += 1
        let kind: WatchMask = node.isDirectory ? .isDirectory : []
        tell(parent, kind.union(.movedFrom), name, cookie: cookie)
        tell(target, kind.union(.movedTo), newName, cookie: cookie)
        tell(node, .moveSelf)
    }

    private func contains(_ node: Node, _ other: Node) -> Bool {
        node.children.values.contains { $0 === other || contains($0, other) }
    }

    func next() -> WatchEvent? { queue.isEmpty ? nil : queue.removeFirst() }

    /// Does what a tree wants done, and says what became of it.
    func perform(_ effect: WatchEffect) -> (WatchRequest, WatchAnswer)? {
        switch effect {
        case .watch(let request, let mask):
            guard let node = node(request.path), node.isDirectory || !mask.contains(.onlyDirectory) else {
                return (request, .failed(.missing))
            }
            let watch = node.watch ?? nextWatch
            if node.watch == nil {
                nextWatch += 1
                node.watch = watch
                nodes[watch] = node
            }
            masks[watch, default: []].formUnion(mask)
            return (request, .watched(watch, isDirectory: node.isDirectory))
        case .list(let request):
            guard let node = node(request.path), node.isDirectory else { return (request, .failed(.missing)) }
            func stamp(_ time: Int) -> Instant<Realtime> { Instant(sinceEpoch: .milliseconds(time)) }
            return (
                request,
                .listed(
                    node.children.map {
                        WatchAnswer.Entry(
                            name: $0.key, isDirectory: $0.value.isDirectory, created: stamp($0.value.created),
                            modified: stamp($0.value.modified), changed: stamp($0.value.changed))
                    })
            )
        case .unwatch(let watch):
            // The kernel confirms it, unless the watch is gone already.
            if let node = nodes[watch] {
                tell(node, .ignored)
                masks[watch] = nil
                nodes[watch] = nil
                node.watch = nil
            }
            return nil
        case .run, .note: return nil
        }
    }

    /// The paths that are watched.
    func watched() -> Set<[UInt8]> {
        var paths: Set<[UInt8]> = []
        func walk(_ node: Node, _ path: [UInt8]) {
            if node.watch != nil { paths.insert(path.isEmpty ? [UInt8(ascii: "/")] : path) }
            for (name, child) in node.children { walk(child, path + [UInt8(ascii: "/")] + name) }
        }
        walk(root, [])
        return paths
    }

    /// All directories below a path, and itself.
    func directories(_ path: String) -> Set<[UInt8]> {
        var paths: Set<[UInt8]> = []
        func walk(_ node: Node, _ path: [UInt8]) {
            paths.insert(path)
            for (name, child) in node.children where child.isDirectory {
                walk(child, path + [UInt8(ascii: "/")] + name)
            }
        }
        if let node = node(Self.path(path)), node.isDirectory { walk(node, Self.path(path)) }
        return paths
    }
}

/// A tree of watches at work on simulated files.
struct WatchRig {
    let files = SimulatedFiles()
    var tree: WatchTree
    var runs: [(rule: Int, occurrence: WatchOccurrence)] = []
    var notes: [String] = []
    /// Called between any two steps: what others do to the files meanwhile.
    var meanwhile: (SimulatedFiles) -> Void = { _ in }
    /// Whether runs end as soon as they began.
    var endsAtOnce = true

    init() { tree = WatchTree(at: files.now) }

    mutating func load(_ table: String) {
        var effects: [WatchEffect] = []
        tree.load(WatchTable(Array(table.utf8)).rules, effects: &effects)
        work(effects)
    }

    private mutating func work(_ effects: [WatchEffect]) {
        var waiting = effects[...]
        while let effect = waiting.popFirst() {
            meanwhile(files)
            var more: [WatchEffect] = []
            switch effect {
            case .run(let rule, let occurrence):
                runs.append((rule, occurrence))
                if endsAtOnce { tree.ended(rule: rule, at: files.monotonic, effects: &more) }
            case .note(let note): notes.append(note.text)
            default:
                if let (request, answer) = files.perform(effect) {
                    meanwhile(files)
                    tree.receive(answer, to: request, at: files.monotonic, effects: &more)
                }
            }
            waiting += more
        }
    }

    mutating func end(_ rule: Int) {
        var effects: [WatchEffect] = []
        tree.ended(rule: rule, at: files.monotonic, effects: &effects)
        work(effects)
    }

    /// Takes all that the kernel has to say.
    mutating func settle() {
        while true {
            while let event = files.next() {
                var effects: [WatchEffect] = []
                tree.receive(event, at: files.monotonic, effects: &effects)
                work(effects)
            }
            var effects: [WatchEffect] = []
            tree.caughtUp(at: files.now, effects: &effects)
            work(effects)
            if files.queue.isEmpty { return }
        }
    }

    /// `mask path/name` of all runs, as a command would see them.
    var told: [String] {
        runs.map { run in
            "\(run.occurrence.mask.text) \(String(decoding: run.occurrence.path, as: UTF8.self))"
                + (run.occurrence.name.isEmpty ? "" : "/\(String(decoding: run.occurrence.name, as: UTF8.self))")
        }
    }

    mutating func forgetRuns() { runs = [] }
}
