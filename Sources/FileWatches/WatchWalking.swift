public import TimeBase

/// How the watches of a rule are found, and found again.
extension WatchTree {
    /// Looks for what a rule names, from the start.
    mutating func resolve(_ number: Int, news: WatchRequest.News, effects: inout [WatchEffect]) {
        step(number, [UInt8(ascii: "/")], 0, news, effects: &effects)
    }

    /// Goes on from a directory that the first so many components of the rule's path lead to.
    mutating func step(
        _ number: Int, _ folder: [UInt8], _ index: Int, _ news: WatchRequest.News, effects: inout [WatchEffect]
    ) {
        guard let pattern = patterns[number] else { return }
        var path = folder
        var index = index
        while index < pattern.components.count, !pattern.isPattern(index) {
            path = WatchPath.joined(path, pattern.components[index])
            index += 1
        }
        let role: WatchRequest.Role = index == pattern.components.count ? .root : .anchor(index)
        watch(path, number, role, news, effects: &effects)
    }

    mutating func watch(
        _ path: [UInt8], _ number: Int, _ role: WatchRequest.Role, _ news: WatchRequest.News,
        effects: inout [WatchEffect]
    ) {
        guard let rule = rules[number] else { return }
        var mask: WatchMask = [.deleteSelf, .moveSelf]
        switch role {
        case .anchor: mask.formUnion([.create, .movedTo, .onlyDirectory])
        case .root, .below:
            mask.formUnion(rule.events)
            if rule.isRecursive || rule.wantsNames { mask.formUnion([.create, .movedTo, .movedFrom, .delete]) }
            if role == .below {
                mask.formUnion([.onlyDirectory, .doNotFollow])
            } else {
                mask.formUnion(rule.mask.intersection([.onlyDirectory, .doNotFollow]))
            }
        }
        outstanding += 1
        effects.append(
            .watch(WatchRequest(path: path, rule: number, role: role, news: news, round: round), mask))
    }

    private mutating func list(_ request: WatchRequest, effects: inout [WatchEffect]) {
        outstanding += 1
        effects.append(.list(request))
    }

    /// A request was answered.
    ///
    /// - Parameter now: on the clock that nobody steps.
    public mutating func receive(
        _ answer: WatchAnswer, to request: WatchRequest, at now: Instant<Monotonic>, effects: inout [WatchEffect]
    ) {
        outstanding -= 1
        defer { finishScan(effects: &effects) }
        guard rules[request.rule] != nil else {
            // The table has changed in the meantime.
            if case .watched(let watch, _) = answer, watches[watch] == nil { effects.append(.unwatch(watch)) }
            return
        }
        switch answer {
        case .watched(let watch, let isDirectory): watched(watch, isDirectory, request, now, effects: &effects)
        case .listed(let entries): listed(entries, request, now, effects: &effects)
        case .failed(let failure): failed(failure, request, effects: &effects)
        }
    }

    private mutating func watched(
        _ watch: Int32, _ isDirectory: Bool, _ request: WatchRequest, _ now: Instant<Monotonic>,
        effects: inout [WatchEffect]
    ) {
        let place = Place(rule: request.rule, path: request.path)
        if let old = places[place], old != watch {
            drop(old, effects: &effects) { $0.rule == place.rule && $0.path == place.path }
            forgetBelow(place, effects: &effects)
        }
        places[place] = watch
        var entry = watches[watch] ?? Watch()
        var request = request
        if request.news == .unwatched, !entry.uses.contains(where: { $0.rule == request.rule && $0.role == .below }) {
            request.news = .all
        }
        // A directory has one name: what is found under a new one was moved.
        let stale = entry.uses.filter { use in
            use.rule == place.rule && use.path != place.path && use.role == .below && request.role == .below
        }
        for use in stale {
            rename(Place(rule: use.rule, path: use.path), to: request.path, effects: &effects)
        }
        entry = watches[watch] ?? Watch()
        entry.uses.removeAll { $0.rule == place.rule && $0.path == place.path }
        entry.uses.append(
            Use(rule: request.rule, path: request.path, role: request.role, round: max(request.round, round)))
        watches[watch] = entry

        guard let rule = rules[request.rule] else { return }
        switch request.role {
        case .anchor(let index):
            if patterns[request.rule]?.isPattern(index) == true {
                list(request, effects: &effects)
            } else {
                step(request.rule, request.path, index, request.news, effects: &effects)
            }
        case .root, .below:
            if request.role == .root, !hasPattern(request.rule) { dropAnchors(request.rule, effects: &effects) }
            if isDirectory, rule.isRecursive || rule.wantsNames || request.news != .none {
                list(request, effects: &effects)
            } else if !isDirectory, request.news == .all {
                // A file in the place of another: what it holds is new.
                let mask = rule.events.intersection([.modify, .closeWrite])
                fire(request.rule, WatchOccurrence(path: request.path, name: [], mask: mask), now, effects: &effects)
            }
        }
    }

    private func hasPattern(_ number: Int) -> Bool {
        patterns[number].map { pattern in pattern.components.indices.contains { pattern.isPattern($0) } } ?? false
    }

    private mutating func dropAnchors(_ number: Int, effects: inout [WatchEffect]) {
        for watch in watches.keys {
            drop(watch, effects: &effects) { use in
                if case .anchor = use.role { return use.rule == number }
                return false
            }
        }
    }

    private mutating func listed(
        _ entries: [WatchAnswer.Entry], _ request: WatchRequest, _ now: Instant<Monotonic>,
        effects: inout [WatchEffect]
    ) {
        guard let rule = rules[request.rule] else { return }
        if case .anchor(let index) = request.role {
            for entry in entries where patterns[request.rule]?.matches(index, entry.name) == true {
                step(
                    request.rule, WatchPath.joined(request.path, entry.name), index + 1, request.news,
                    effects: &effects)
            }
            return
        }
        guard let watch = places[Place(rule: request.rule, path: request.path)] else { return }
        for entry in entries {
            if entry.isDirectory, rule.descends(entry.name) {
                self.watch(
                    WatchPath.joined(request.path, entry.name), request.rule, .below, request.news, effects: &effects)
            }
            let mask = happened(entry, request.news, isKnown: watches[watch]?.names?.contains(entry.name))
                .intersection(rule.events)
            guard !mask.isEmpty else { continue }
            if request.news == .all {
                watches[watch]?.told.insert(Told(rule: request.rule, name: entry.name))
                tellers.insert(watch)
            }
            fire(
                request.rule,
                WatchOccurrence(
                    path: request.path, name: entry.name, mask: entry.isDirectory ? mask.union(.isDirectory) : mask),
                now, effects: &effects)
        }
        guard rule.wantsNames else { return }
        let names = Set(entries.map(\.name))
        if case .since = request.news, let before = watches[watch]?.names {
            for name in before.subtracting(names).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                let mask = rule.events.contains(.delete) ? WatchMask.delete : .movedFrom
                fire(
                    request.rule, WatchOccurrence(path: request.path, name: name, mask: mask), now, effects: &effects)
            }
        }
        watches[watch]?.names = names
    }

    /// What must have happened to a file that is found.
    private func happened(_ entry: WatchAnswer.Entry, _ news: WatchRequest.News, isKnown: Bool?) -> WatchMask {
        switch news {
        case .none, .unwatched: return []
        case .all: return entry.isDirectory ? .create : [.create, .closeWrite]
        case .since(let since):
            // Where file systems keep no time of creation, whatever has changed may be new.
            let isNew = (entry.created ?? (isKnown == true ? nil : entry.changed)).map { $0 >= since } ?? false
            if isNew { return entry.isDirectory ? .create : [.create, .modify, .closeWrite] }
            if isKnown == false { return .movedTo }
            if let modified = entry.modified, modified >= since {
                return entry.isDirectory ? [] : [.modify, .closeWrite]
            }
            if let changed = entry.changed, changed >= since { return [.attributes, .movedTo] }
            return []
        }
    }

    private mutating func failed(
        _ failure: WatchAnswer.Failure, _ request: WatchRequest, effects: inout [WatchEffect]
    ) {
        let shown = WatchTree.shown(request.path)
        switch failure {
        case .missing:
            if request.role == .below {
                // Most often it was removed, and all in it before: then there is nothing to look for.
                let place = Place(rule: request.rule, path: request.path)
                if places[place] != nil { forgetBelow(place, effects: &effects) }
                return
            }
            guard let pattern = patterns[request.rule] else { return }
            let index: Int
            switch request.role {
            case .anchor(let place): index = place
            default: index = pattern.components.count
            }
            // Wait in the directory above, unless that is being done.
            guard index > 0, let parent = WatchPath.parent(request.path) else { return }
            if let waiting = places[Place(rule: request.rule, path: parent)],
                watches[waiting]?.uses.contains(where: {
                    $0.rule == request.rule && $0.path == parent && $0.role == .anchor(index - 1)
                        && $0.round >= request.round
                }) == true
            {
                return
            }
            watch(parent, request.rule, .anchor(index - 1), request.news == .none ? .none : .all, effects: &effects)
        case .notPermitted:
            effects.append(.note(WatchNote(isError: true, text: "\(shown) is not watched: its owner may not read it")))
        case .limit:
            effects.append(
                .note(
                    WatchNote(
                        isError: true,
                        text:
                            "\(shown) is not watched: the limit of watches is reached; raise fs.inotify.max_user_watches"
                    )
                ))
        case .other(let reason):
            effects.append(.note(WatchNote(isError: true, text: "\(shown) is not watched: \(reason)")))
        }
    }

    /// Lists everything, and takes for news what was changed since the queue was last empty.
    public mutating func rescan(effects: inout [WatchEffect]) {
        round += 1
        isScanning = true
        departed = [:]
        for number in rules.keys.sorted() { resolve(number, news: .since(recently), effects: &effects) }
        finishScan(effects: &effects)
    }

    private mutating func finishScan(effects: inout [WatchEffect]) {
        guard isScanning, outstanding == 0 else { return }
        isScanning = false
        let current = round
        for watch in watches.keys {
            drop(watch, effects: &effects) { use in use.round < current }
        }
    }

    /// A path for the log.
    public static func shown(_ path: [UInt8]) -> String {
        String(decoding: path.prefix(300).map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }
}

extension WatchRule {
    /// Whether a directory below is watched too.
    func descends(_ name: [UInt8]) -> Bool {
        isRecursive && (includesDotDirectories || name.first != UInt8(ascii: "."))
    }

    /// Whether somebody wants to hear of files that go, which can be told after a full queue only if it is known what was there.
    var wantsNames: Bool { !events.isDisjoint(with: [.delete, .movedFrom]) }
}
