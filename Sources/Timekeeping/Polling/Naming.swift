internal import Addresses
internal import Estimation
internal import TimeBase

/// A configured `server` or `pool` line, and the addresses that its name has.
struct Pool {
    /// Stable number; sources point back to it.
    let number: Int
    var settings: SourceSettings
    /// The name to resolve; nil for a numeric address.
    var name: String?
    /// Addresses not in use, in the resolver's order.
    var spare: [IPAddress] = []
    /// When to ask the resolver again; nil while there is no need, or while it is being asked.
    var retryAt: Instant<Monotonic>?
    /// Failed resolutions in a row.
    var failures = 0
    /// How often the name was asked again because a member was dead; the waits between grow with it.
    var searches = 0
    var isAsking = false
    /// When the resolver last knew the name.
    var resolvedAt: Instant<Monotonic>?
    /// Whether sources whose address the name no longer has are to be replaced by the next answer.
    var isRefreshing = false
}

/// A question that the resolver has not answered yet.
struct Resolution {
    var pool: Int
}

extension Timekeeper {
    /// Takes a configured source in. Numeric addresses are asked at once; names go to the resolver first.
    mutating func add(_ configured: SourceSettings, at now: Instant<Monotonic>) {
        var configured = configured
        // Who waits for one answer does not want to wait for several poll intervals.
        if settings.purpose != .serve { configured.initialBurst = true }
        let number = nextSourceNumber
        nextSourceNumber += 1
        var pool = Pool(number: number, settings: configured)
        let count = configured.kind == .pool ? min(max(configured.maximumSources, 1), 16) : 1
        let address = IPAddress(configured.name)
        if address == nil {
            pool.name = configured.name
            pool.retryAt = now
        }
        pools.append(pool)
        for _ in 0..<(address == nil ? count : 1) {
            var source = Source(
                number: nextSourceNumber, settings: configured, pool: number, endpoint: nil,
                precision: settings.precision.inSeconds)
            nextSourceNumber += 1
            if let address {
                source.moveTo(Endpoint(address: address, port: configured.port), at: now + .milliseconds(200))
            }
            sources.append(source)
        }
    }

    mutating func resolveIfDue(_ now: ClockReading, _ effects: inout [Effect]) {
        for index in pools.indices {
            guard let retry = pools[index].retryAt, retry <= now.monotonic, !pools[index].isAsking,
                let name = pools[index].name
            else { continue }
            let token = ResolutionToken(number: nextToken)
            nextToken &+= 1
            pools[index].retryAt = nil
            pools[index].isAsking = true
            resolutions[token] = Resolution(pool: pools[index].number)
            effects.append(.resolve(token, name: name, family: pools[index].settings.family))
        }
    }

    mutating func resolved(
        _ token: ResolutionToken, _ addresses: [IPAddress], _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard let resolution = resolutions.removeValue(forKey: token),
            let index = pools.firstIndex(where: { $0.number == resolution.pool })
        else { return }
        pools[index].isAsking = false
        let wanted = addresses.filter {
            pools[index].settings.family == nil || $0.family == pools[index].settings.family
        }
        guard !wanted.isEmpty else {
            // The addresses in use stay: a name that stops resolving is no reason to lose a working server.
            pools[index].failures += 1
            let wait = Duration.seconds(7 * (1 << min(pools[index].failures + 1, 9)) / 4)
            pools[index].retryAt = now.monotonic + wait
            finishIfAllFailed(now, &effects)
            if pools[index].failures == 1 {
                effects.append(.note(.unresolved(name: pools[index].name ?? "")))
            }
            for position in sources.indices
            where sources[position].pool == resolution.pool && sources[position].endpoint == nil {
                sources[position].story = "Its name does not resolve; asked again in \(wait.components.seconds) s."
            }
            return
        }
        pools[index].failures = 0
        pools[index].resolvedAt = now.monotonic
        let used = sources.compactMap { $0.endpoint?.address }
        pools[index].spare = []
        for address in wanted where !used.contains(address) && !pools[index].spare.contains(address) {
            pools[index].spare.append(address)
        }
        var outdated = 0
        for position in sources.indices where sources[position].pool == resolution.pool {
            if sources[position].endpoint == nil || isDead(sources[position]) {
                replace(position, now, &effects)
            } else if isOutdated(position, wanted, pools[index], replaced: outdated) {
                outdated += 1
                replace(position, now, &effects)
            }
        }
        pools[index].isRefreshing = false
        // A server's other addresses are not needed; a pool keeps them for when a member dies.
        if pools[index].settings.kind == .server { pools[index].spare = Array(pools[index].spare.prefix(4)) }
    }

    /// Whether a source should make room for another address.
    func isDead(_ source: Source) -> Bool {
        guard source.endpoint != nil else { return true }
        if !source.hasAnswered { return source.failures >= 4 }
        return source.reach == 0 && source.failures >= 8 || source.badSelections >= 4 && source.reach != 0
    }

    /// Gives a source that stays silent or useless another address, from the spare ones or from the resolver.
    mutating func replaceIfDead(_ index: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        guard isDead(sources[index]), let number = sources[index].pool,
            let pool = pools.firstIndex(where: { $0.number == number }), pools[pool].name != nil
        else { return }
        // A source that once worked is not thrown away for a short outage of the network.
        let isOnlyOne = !sources.contains { $0.number != sources[index].number && $0.reach != 0 }
        if sources[index].hasAnswered, isOnlyOne, let last = sources[index].lastReplacement,
            now.monotonic < last + .seconds(3600)
        {
            return
        }
        if !pools[pool].spare.isEmpty {
            replace(index, now, &effects)
        } else if !pools[pool].isAsking, pools[pool].retryAt == nil {
            let wait = Duration.seconds(7 * (1 << min(pools[pool].searches + 2, 9)))
            pools[pool].searches += 1
            pools[pool].retryAt = now.monotonic + wait
        }
    }

    private mutating func replace(_ index: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        guard let number = sources[index].pool, let pool = pools.firstIndex(where: { $0.number == number }),
            !pools[pool].spare.isEmpty
        else { return }
        let address = pools[pool].spare.removeFirst()
        let old = sources[index].endpoint
        filter?.remove(sources[index].number)
        if let exchange = sources[index].exchange {
            effects.append(.close(exchange.token))
            sources[index].exchange = nil
        }
        sources[index].moveTo(Endpoint(address: address, port: sources[index].settings.port), at: now.monotonic)
        // A name whose addresses keep being dead is not worth a burst each time.
        if pools[pool].searches > 0 { sources[index].burst = nil }
        if let old {
            effects.append(.note(.sourceReplaced(old: old.address.description, new: sources[index].label)))
        }
    }
}
