internal import FileWatches
public import JobsControl
public import TimeBase

/// The jobs of incron: what runs when something happens to files.
public struct WatchJobs: JobSource {
    public let part = JobsRequest.Part.watches

    struct Table: Sendable {
        var tree: WatchTree
        var account: WatchAccount
        /// For the orders' tokens.
        var number: Int64
    }

    var tables: [WatchOwner: Table] = [:]
    var access = TableAccess()
    /// What happens to files while their rule is paused is passed over.
    public var paused: Set<String> = []
    private var owners: [Int64: WatchOwner] = [:]
    private var count: Int64 = 0
    private var waiting: [ClientToken] = []
    /// The most rules of a user's table.
    static let mostRules = 1000

    public init() {}

    public var next: Int64? { nil }

    public mutating func advance(at now: ClockReading, effects: inout [Effect]) -> [Order] { [] }

    public mutating func ended(
        _ order: Order, run: RunNumber, end: EndReport?, at now: ClockReading, effects: inout [Effect]
    ) {
        guard let owner = owners[order.token >> 32], var table = tables[owner] else { return }
        var own: [WatchEffect] = []
        table.tree.ended(rule: Int(order.token & 0xffff_ffff), at: now.monotonic, effects: &own)
        tables[owner] = table
        pending += orders(own, owner, at: now, effects: &effects)
    }

    /// Orders that came up while an end was told of.
    private var pending: [Order] = []

    public mutating func takeOrders() -> [Order] {
        defer { pending = [] }
        return pending
    }

    public func reports(for peer: Peer, at now: ClockReading) -> [JobReport] {
        tables.sorted { ($0.key.name, $0.value.number) < ($1.key.name, $1.value.number) }
            .filter { peer.isRoot || (!$0.key.isSystem && $0.key.name == peer.name) }
            .flatMap { owner, table in
                table.tree.ruleNumbers.compactMap { number in
                    table.tree.rule(number).map { rule in
                        var report = JobReport(
                            name: Self.name(owner, rule).shown, user: owner.user, source: "incron",
                            schedule: "\(WatchTree.shown(rule.path)) \(rule.mask.text)",
                            command: WatchTree.shown(rule.command))
                        report.running = Int64(table.tree.running(number))
                        report.isPaused = paused.contains(Self.name(owner, rule).key)
                        return report
                    }
                }
            }
    }

    static func name(_ owner: WatchOwner, _ rule: WatchRule) -> JobName {
        let place = owner.isSystem ? "incron.d/\(owner.name)" : "incron/\(owner.name)"
        return JobName(
            shown: "\(place):\(rule.line)",
            key:
                "\(place) \(String(decoding: rule.path, as: UTF8.self)) \(String(decoding: rule.command, as: UTF8.self))"
        )
    }

    // MARK: News

    /// - Returns: what is to run now.
    mutating func receive(_ news: WatchNews, at now: ClockReading, effects: inout [Effect]) -> [Order] {
        var result: [Order] = []
        switch news {
        case .table(let owner, let account, let text):
            result = load(owner, account, text, at: now, effects: &effects)
        case .tableGone(let owner): forget(owner, effects: &effects)
        case .unusable(let owner, let reason):
            forget(owner, effects: &effects)
            effects.append(.note(.cron(owner.user, "ERROR", "incron table \(owner.name): \(reason)", .error)))
        case .answer(let owner, let request, let answer):
            result += change(owner, at: now, effects: &effects) { tree, own in
                tree.receive(answer, to: request, at: now.monotonic, effects: &own)
            }
        case .event(let owner, let event):
            result += change(owner, at: now, effects: &effects) { tree, own in
                tree.receive(event, at: now.monotonic, effects: &own)
            }
        case .caughtUp(let owner, let moment):
            result += change(owner, at: now, effects: &effects) { tree, own in tree.caughtUp(at: moment, effects: &own)
            }
        case .access(let access): self.access = access
        case .tablesRead:
            for client in waiting { effects.append(.reply(.done(""), to: client)) }
            waiting = []
        }
        return result
    }

    private mutating func change(
        _ owner: WatchOwner, at now: ClockReading, effects: inout [Effect],
        _ body: (inout WatchTree, inout [WatchEffect]) -> Void
    ) -> [Order] {
        guard var table = tables[owner] else { return [] }
        var own: [WatchEffect] = []
        body(&table.tree, &own)
        tables[owner] = table
        return orders(own, owner, at: now, effects: &effects)
    }

    private mutating func load(
        _ owner: WatchOwner, _ account: WatchAccount, _ text: [UInt8], at now: ClockReading, effects: inout [Effect]
    ) -> [Order] {
        let read = WatchTable(text)
        let verb = tables[owner] == nil ? "LOAD" : "RELOAD"
        if tables[owner] == nil {
            count += 1
            owners[count] = owner
            tables[owner] = Table(tree: WatchTree(at: now.realtime), account: account, number: count)
        }
        tables[owner]?.account = account
        for error in read.errors {
            effects.append(.note(.cron(owner.user, "ERROR", "incron table \(owner.name):\(error.sentence)", .error)))
        }
        effects.append(.note(.cron(owner.user, verb, "incron table \(owner.name), \(read.rules.count) rules")))
        return change(owner, at: now, effects: &effects) { tree, own in tree.load(read.rules, effects: &own) }
    }

    private mutating func forget(_ owner: WatchOwner, effects: inout [Effect]) {
        guard let table = tables.removeValue(forKey: owner) else { return }
        owners[table.number] = nil
        effects.append(.watches(.forget(owner)))
    }

    /// Turns what a tree wants into what the scheduler does.
    private mutating func orders(
        _ own: [WatchEffect], _ owner: WatchOwner, at now: ClockReading, effects: inout [Effect]
    ) -> [Order] {
        var orders: [Order] = []
        var own = own[...]
        while let effect = own.popFirst() {
            switch effect {
            case .run(let number, _) where isPaused(owner, number):
                var next: [WatchEffect] = []
                tables[owner]?.tree.ended(rule: number, at: now.monotonic, effects: &next)
                own += next
            case .run(let number, let occurrence):
                if let order = order(owner, number, occurrence, at: now) { orders.append(order) }
            case .note(let note):
                effects.append(
                    .note(
                        .cron(
                            owner.user, "INCRON", "table \(owner.name): \(note.text)",
                            note.isError ? .error : .information)))
            case .watch, .list, .unwatch: effects.append(.watches(.perform(owner, effect)))
            }
        }
        return orders
    }

    private func isPaused(_ owner: WatchOwner, _ number: Int) -> Bool {
        guard !paused.isEmpty, let rule = tables[owner]?.tree.rule(number) else { return false }
        return paused.contains(Self.name(owner, rule).key)
    }

    func order(_ owner: WatchOwner, _ number: Int, _ occurrence: WatchOccurrence, at now: ClockReading)
        -> Order?
    {
        guard let table = tables[owner], let rule = table.tree.rule(number),
            let command = try? WatchCommand(rule.command),
            let first = command.arguments(occurrence).first
        else { return nil }
        var launch = Launch(
            user: owner.user,
            program: .arguments(path: String(decoding: first, as: UTF8.self), command.arguments(occurrence)))
        launch.defaults = [
            Variable("LOGNAME", owner.user), Variable("USER", owner.user), Variable("USERNAME", owner.user),
            Variable("SHELL", table.account.shell), Variable("HOME", table.account.home),
            Variable("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ]
        var order = Order(
            name: Self.name(owner, rule), launch: launch, planned: now.realtime, cause: .event,
            shownCommand: Self.shown(command, rule, occurrence))
        order.part = part
        order.token = table.number << 32 | Int64(number)
        return order
    }

    /// As it is executed; of a shell's text, what stands in the table and what happened.
    private static func shown(_ command: WatchCommand, _ rule: WatchRule, _ occurrence: WatchOccurrence) -> String {
        guard case .shell = command.form else {
            return WatchTree.shown(Array(command.arguments(occurrence).joined(separator: [0x20])))
        }
        let file = occurrence.path + [UInt8(ascii: "/")] + occurrence.name
        return "\(WatchTree.shown(rule.command)) [\(WatchTree.shown(file)) \(occurrence.mask.text)]"
    }

    // MARK: Requests

    public mutating func answer(
        kind: UInt8, fields: [UInt8], client: ClientToken, peer: Peer, at now: ClockReading, effects: inout [Effect]
    ) -> [Order] {
        func refuse(_ refusal: JobsReply.Refusal, _ sentence: String) {
            effects.append(.reply(.refused(refusal, sentence), to: client))
        }
        do throws(MessageError) {
            let request = try WatchRequestMessage(kind: kind, fields: fields)
            let user = request.user
            guard peer.isRoot || peer.name == user else {
                refuse(.notPermitted, "only root may change the table of another user")
                return []
            }
            if !peer.isRoot, let reason = access.refusal(of: user) {
                refuse(.notPermitted, "user '\(user)' is not allowed to use incron: \(reason)")
                return []
            }
            switch request {
            case .read: effects.append(.watches(.readTable(user: user, client: client)))
            case .remove: effects.append(.watches(.writeTable(user: user, nil, client: client)))
            case .reload:
                waiting.append(client)
                effects.append(.watches(.readTables))
            case .replace(_, let text):
                let table = WatchTable(text)
                if let error = table.errors.first {
                    refuse(.no, "line \(error.sentence)")
                } else if table.rules.count
                    > Self.mostRules
                {
                    refuse(.no, "more than \(Self.mostRules) rules")
                } else {
                    effects.append(.watches(.writeTable(user: user, text, client: client)))
                }
            }
        } catch {
            refuse(.misunderstood, error.sentence)
        }
        return []
    }
}
