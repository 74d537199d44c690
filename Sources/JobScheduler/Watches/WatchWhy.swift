internal import FileWatches
public import TimeBase

/// What `timeball jobs why` and `timeball jobs run` say of incron's rules: `incron/NAME:LINE`, `incron.d/NAME:LINE`.
extension WatchJobs {
    private func named(_ name: String, for peer: Peer) -> (owner: WatchOwner, number: Int, rule: WatchRule)? {
        for (owner, table) in tables where peer.isRoot || (!owner.isSystem && owner.name == peer.name) {
            for number in table.tree.ruleNumbers {
                guard let rule = table.tree.rule(number) else { continue }
                let own = Self.name(owner, rule)
                if own.shown == name || own.key == name { return (owner, number, rule) }
            }
        }
        return nil
    }

    public func key(of name: String, for peer: Peer) -> String? {
        named(name, for: peer).map { Self.name($0.owner, $0.rule).key }
    }

    public func why(_ name: String, for peer: Peer, at now: ClockReading) -> (lines: [String], key: String)? {
        guard let (owner, number, rule) = named(name, for: peer) else { return nil }
        let own = Self.name(owner, rule)
        var lines = ["\(own.shown) of \(owner.user), a rule of incron's"]
        lines.append("when      \(rule.mask.text) happens at \(WatchTree.shown(rule.path))")
        lines.append("command   \(WatchTree.shown(rule.command))")
        let going = tables[owner]?.tree.running(number) ?? 0
        if going > 0 { lines.append("going on  \(going)") }
        return (lines, own.key)
    }

    public mutating func runNow(
        _ name: String, for peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) -> LetGo? {
        guard let (owner, number, rule) = named(name, for: peer) else { return nil }
        // A command that asks what happened cannot be told: nothing has.
        guard !Self.asks(rule.command) else {
            return .refused(
                "\(name) asks which file it is about, and nothing has happened to one. Next: touch one below "
                    + WatchTree.shown(rule.path))
        }
        guard var order = order(owner, number, WatchOccurrence(path: rule.path, name: [], mask: rule.mask), at: now)
        else { return .refused("\(name) cannot be run as it is written.") }
        order.cause = .asked
        // Its rule has begun no run, and is told of no end.
        order.token = 0
        return .orders([order])
    }

    /// Whether there is a wildcard in a command.
    private static func asks(_ command: [UInt8]) -> Bool {
        var at = 0
        while at < command.count {
            switch command[at] {
            case UInt8(ascii: "\\"): at += 2
            case UInt8(ascii: "$"):
                if at + 1 < command.count, command[at + 1] != UInt8(ascii: "$") { return true }
                at += 2
            default: at += 1
            }
        }
        return false
    }
}
