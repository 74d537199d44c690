internal import Addresses
internal import TimeBase

/// Looking names up again although the servers behind them answer: an address that its name no longer has may be one that
/// its owner wants to be rid of (`refresh`).
extension Timekeeper {
    /// When the next name is looked up again; nil if none is.
    var refreshDue: Instant<Monotonic>? {
        guard settings.refreshInterval > .zero else { return nil }
        return pools.compactMap { refreshDue(of: $0) }.min()
    }

    /// A name that is being asked for anyway is not due.
    private func refreshDue(of pool: Pool) -> Instant<Monotonic>? {
        guard pool.name != nil, pool.retryAt == nil, !pool.isAsking, let resolved = pool.resolvedAt else { return nil }
        return resolved + settings.refreshInterval
    }

    /// Looks up the name that was looked up longest ago, if it is time. One at a time, so that not all sources that moved
    /// start afresh together.
    mutating func refreshIfDue(_ now: ClockReading) {
        guard let due = refreshDue, due <= now.monotonic, !pools.contains(where: \.isAsking) else { return }
        guard let index = pools.firstIndex(where: { refreshDue(of: $0) == due }) else { return }
        refreshName(index, now.monotonic)
    }

    /// Has a name looked up now, and its sources compared with what comes of it.
    mutating func refreshName(_ index: Int, _ now: Instant<Monotonic>) {
        guard pools[index].name != nil else { return }
        pools[index].isRefreshing = true
        pools[index].retryAt = now
        pools[index].searches = 0
    }

    /// Whether a source's address is to be given up, because its name has only others now.
    ///
    /// Of a pool one source goes at a time: such names give other addresses whenever they are asked, and a clock that
    /// loses all its sources at once loses what it learned of them.
    func isOutdated(_ position: Int, _ addresses: [IPAddress], _ pool: Pool, replaced: Int) -> Bool {
        guard pool.isRefreshing, let endpoint = sources[position].endpoint, !addresses.contains(endpoint.address) else {
            return false
        }
        return pool.settings.kind != .pool || replaced == 0
    }
}
