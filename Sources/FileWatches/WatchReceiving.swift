public import TimeBase

/// What the kernel's events mean.
extension WatchTree {
    /// - Parameter now: on the clock that nobody steps.
    public mutating func receive(_ event: WatchEvent, at now: Instant<Monotonic>, effects: inout [WatchEffect]) {
        if event.mask.contains(.overflow) {
            effects.append(
                .note(
                    WatchNote(
                        isError: true,
                        text:
                            "too many file events at once, and the kernel has lost some: all watched directories are listed"
                            + " again (fs.inotify.max_queued_events)")))
            rescan(effects: &effects)
            return
        }
        guard let watch = watches[event.watch] else { return }
        let isCreation = event.mask.contains(.create)
        if isCreation { watches[event.watch]?.told = watch.told.filter { $0.name != event.name } }
        if watch.names != nil, !event.name.isEmpty {
            if !event.mask.isDisjoint(with: [.create, .movedTo]) { watches[event.watch]?.names?.insert(event.name) }
            if !event.mask.isDisjoint(with: [.delete, .movedFrom]) { watches[event.watch]?.names?.remove(event.name) }
        }
        for use in watch.uses {
            // A run of an earlier use may have ended the rule.
            guard let rule = rules[use.rule] else { continue }
            if case .anchor(let index) = use.role {
                appeared(event, use, index, effects: &effects)
                continue
            }
            let mask = event.mask.intersection(rule.events)
            let isTold = isCreation && watch.told.contains(Told(rule: use.rule, name: event.name))
            if !mask.isEmpty, !isTold {
                fire(
                    use.rule,
                    WatchOccurrence(
                        path: use.path, name: event.name, mask: mask.union(event.mask.intersection(.isDirectory))),
                    now, effects: &effects)
            }
            if event.mask.contains(.isDirectory), rule.descends(event.name) {
                directoryChanged(event, use, effects: &effects)
            }
            if event.mask.contains(.moveSelf) {
                if use.role == .root { rootMoved(use, effects: &effects) } else { moved.insert(event.watch) }
            }
        }
        if event.mask.contains(.ignored) { vanished(event.watch, effects: &effects) }
    }

    /// Something has come into a directory in which a part of a rule's path is awaited.
    private mutating func appeared(_ event: WatchEvent, _ use: Use, _ index: Int, effects: inout [WatchEffect]) {
        if !event.mask.isDisjoint(with: [.create, .movedTo]),
            patterns[use.rule]?.matches(index, event.name) == true
                || patterns[use.rule]?.components[index] == event.name
        {
            // What lay in a directory before it was moved here is no news.
            let isOld = event.mask.isSuperset(of: [.movedTo, .isDirectory])
            step(
                use.rule, WatchPath.joined(use.path, event.name), index + 1, isOld ? .none : .all, effects: &effects)
        }
        if event.mask.contains(.moveSelf) {
            drop(event.watch, effects: &effects) { $0 == use }
            watch(use.path, use.rule, use.role, .all, effects: &effects)
        }
    }

    private mutating func directoryChanged(_ event: WatchEvent, _ use: Use, effects: inout [WatchEffect]) {
        let place = Place(rule: use.rule, path: WatchPath.joined(use.path, event.name))
        if event.mask.contains(.create) {
            // Unless it was found already when the directory was listed.
            if places[place] == nil { watch(place.path, place.rule, .below, .all, effects: &effects) }
        } else if event.mask.contains(.movedFrom) {
            departed[event.cookie, default: []].append(place)
        } else if event.mask.contains(.movedTo) {
            if let index = departed[event.cookie]?.firstIndex(where: { $0.rule == use.rule }),
                let old = departed[event.cookie]?.remove(at: index)
            {
                if departed[event.cookie]?.isEmpty == true { departed[event.cookie] = nil }
                rename(old, to: place.path, effects: &effects)
                // Parts of it may not have been watched: hidden ones, and what came just before the move.
                watch(place.path, place.rule, .below, .unwatched, effects: &effects)
            } else {
                // From elsewhere: what lay in it is no news, what came into it since is.
                watch(place.path, place.rule, .below, .since(recently), effects: &effects)
            }
        }
    }

    /// A directory has got another name: what is watched in it goes on under that.
    mutating func rename(_ old: Place, to path: [UInt8], effects: inout [WatchEffect]) {
        for (number, watch) in watches {
            for (index, use) in watch.uses.enumerated()
            where use.rule == old.rule && use.role == .below
                && (use.path == old.path || WatchPath.isBelow(use.path, old.path))
            {
                let new = path + use.path.dropFirst(old.path.count)
                let place = Place(rule: use.rule, path: use.path)
                if places[place] == number { places[place] = nil }
                places[Place(rule: use.rule, path: new)] = number
                watches[number]?.uses[index].path = new
            }
        }
        // What has left from below it, and is not yet known to be gone, goes by the new name too.
        for (cookie, gone) in departed {
            departed[cookie] = gone.map { place in
                guard place.rule == old.rule, WatchPath.isBelow(place.path, old.path) else { return place }
                return Place(rule: place.rule, path: path + place.path.dropFirst(old.path.count))
            }
        }
    }

    /// What a rule names was moved away: its name leads elsewhere now, or nowhere.
    private mutating func rootMoved(_ use: Use, effects: inout [WatchEffect]) {
        for watch in watches.keys {
            drop(watch, effects: &effects) { other in
                guard other.rule == use.rule else { return false }
                return other == use || (other.role == .below && WatchPath.isBelow(other.path, use.path))
            }
        }
        watch(use.path, use.rule, .root, .all, effects: &effects)
    }

    /// The kernel watches it no more.
    private mutating func vanished(_ watch: Int32, effects: inout [WatchEffect]) {
        guard let uses = watches.removeValue(forKey: watch)?.uses else { return }
        for use in uses where places[Place(rule: use.rule, path: use.path)] == watch {
            places[Place(rule: use.rule, path: use.path)] = nil
        }
        // Something else may have its name already; a directory below is most often just gone.
        for use in uses {
            self.watch(
                use.path, use.rule, use.role, use.role == .below ? .since(recently) : .all, effects: &effects)
        }
    }
}
