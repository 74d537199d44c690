internal import Addresses
internal import Estimation
internal import NTPWire
internal import TimeBase

/// Asking: when a request leaves, what it looks like, and what follows when no answer comes.
extension Timekeeper {
    /// The least time between requests to different sources, so that they do not disturb each other.
    var separation: Duration {
        let shortest = sources.map(\.settings.minimumPoll).min() ?? 6
        return min(max(.poll(shortest - 3), .milliseconds(2)), .milliseconds(200))
    }

    /// Asks the source that has waited longest, so that none starves where they are more than the separation allows.
    mutating func transmitIfDue(_ now: ClockReading, _ effects: inout [Effect]) {
        if let last = lastTransmission, now.monotonic < last + separation { return }
        var next: (index: Int, due: Instant<Monotonic>)?
        for index in sources.indices {
            guard let due = sources[index].due, due <= now.monotonic, sources[index].exchange == nil else { continue }
            if due < next?.due ?? now.monotonic + .seconds(1) { next = (index, due) }
        }
        guard let index = next?.index else { return }
        guard let endpoint = sources[index].endpoint else {
            sources[index].due = nil
            return
        }
        lastTransmission = now.monotonic
        sources[index].lastSent = now.monotonic
        guard sources[index].settings.kind != .peer else { return transmitToPeer(index, endpoint, now, &effects) }
        let token = token()
        // Only who sees the request can know this number, and it tells nobody what our clock shows (RFC 9769-style
        // data minimisation).
        var cookie = random.next()
        if cookie == 0 { cookie = 1 }
        let settings = sources[index].settings
        let isWarmUp = sources[index].poll >= settings.presendPoll && !sources[index].warmedUp
        let alias =
            settings.isInterleaved && sources[index].passage != nil ? NTPTimestamp(bits: random.next() | 1) : nil
        guard let octets = request(index, cookie: NTPTimestamp(bits: cookie), alias: alias) else {
            // Unauthenticated it would be another source than was asked for.
            sources[index].burst = nil
            schedule(index, after: now.monotonic)
            miss(index, now, &effects)
            return
        }
        let patience = min(sources[index].interval, settings.maximumDelay + .seconds(4))
        sources[index].exchange = Exchange(
            token: token, cookie: NTPTimestamp(bits: cookie), sent: Stamp(time: now.realtime, kind: .daemon),
            deadline: now.monotonic + patience, isWarmUp: isWarmUp, alias: alias)
        sources[index].requests &+= 1
        if sources[index].burst == nil, settings.burst, sources[index].poll > settings.minimumPoll {
            sources[index].burst = Burst(wanted: 1, left: 4)
        }
        sources[index].burst?.left -= 1
        schedule(index, after: now.monotonic)
        effects.append(.send(token, octets: octets, to: endpoint))
    }

    private mutating func transmitToPeer(
        _ index: Int, _ endpoint: Endpoint, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        schedule(index, after: now.monotonic)
        guard let packet = peerPacket(index, now, chance: random.next()) else { return miss(index, now, &effects) }
        let token = token()
        sources[index].hasHeard = false
        sources[index].leftBefore = nil
        // It answers when it would have sent a packet anyway: until our next one.
        sources[index].exchange = Exchange(
            token: token, cookie: packet.transmit, sent: Stamp(time: now.realtime, kind: .daemon),
            deadline: now.monotonic + sources[index].interval * 2, isWarmUp: false, alias: packet.receive)
        sources[index].requests &+= 1
        effects.append(.sendToPeer(token, octets: packet.octets, to: endpoint))
    }

    /// Sets when the source is asked next, counted from a request that left at `sent`.
    mutating func schedule(_ index: Int, after sent: Instant<Monotonic>) {
        if let burst = sources[index].burst, burst.left <= 0 || burst.wanted <= 0 { sources[index].burst = nil }
        var interval = sources[index].interval
        if sources[index].burst != nil {
            interval = sources[index].burstInterval
        } else if sources[index].exchange?.isWarmUp == true {
            interval = .seconds(2)
        } else {
            if sources[index].settings.kind == .peer { interval = symmetricInterval(index) }
            if let limit = islandPollLimit(index) { interval = min(interval, limit) }
            // Clients that started together drift apart, so that servers see no waves.
            interval = interval + Duration(clampingSeconds: interval.inSeconds * 0.02 * random.uniform())
        }
        // A burst is finished though the source is offline; it is offline again then.
        sources[index].due = sources[index].isOnline || sources[index].burst != nil ? sent + interval : nil
    }

    /// Ends an exchange whose answer did not come.
    mutating func expire(_ index: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        guard let exchange = sources[index].exchange else { return }
        let isOverdue = exchange.deadline <= now.monotonic
        let isSuperseded = sources[index].due.map { $0 <= now.monotonic } ?? false
        guard isOverdue || isSuperseded else { return }
        sources[index].exchange = nil
        if sources[index].settings.kind == .peer {
            sources[index].earlier = [exchange] + sources[index].earlier.prefix(1)
            if sources[index].hasHeard { return }
        } else {
            effects.append(.close(exchange.token))
        }
        miss(index, now, &effects)
    }

    /// Counts an exchange without a valid reply.
    mutating func miss(_ index: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        sources[index].reach <<= 1
        sources[index].failures += 1
        if othersAnswered(while: sources[index]) { sources[index].missedAlone += 1 }
        // Perhaps the server lost what it knew of us.
        if sources[index].failures >= 4 { sources[index].passage = nil }
        if sources[index].failures >= 2 { sources[index].adjustPoll(by: selected == index ? 0.1 : 0.25) }
        replaceIfDead(index, now, &effects)
        // Silence can change the choice only when it is complete.
        if sources[index].reach == 0 { select(because: nil, now, &effects) }
        finishIfAllFailed(now, &effects)
    }

    mutating func sendingFailed(_ token: RequestToken, _ now: ClockReading, _ effects: inout [Effect]) {
        guard let index = sources.firstIndex(where: { $0.exchange?.token == token }) else { return }
        effects.append(.close(token))
        sources[index].exchange = nil
        if sources[index].settings.autoOffline {
            sources[index].isOnline = false
            sources[index].due = nil
            sources[index].burst = nil
            effects.append(.note(.sourceOnline(sources[index].label, false)))
            return
        }
        miss(index, now, &effects)
    }

    /// All that was measured is worthless now: every source is asked anew, quickly.
    mutating func forgetMeasurements(_ now: ClockReading, _ effects: inout [Effect], reason: String) {
        for index in sources.indices {
            if let exchange = sources[index].exchange { effects.append(.close(exchange.token)) }
            sources[index].exchange = nil
            sources[index].estimate.reset()
            sources[index].path.reset()
            sources[index].passage = nil
            sources[index].peer = nil
            sources[index].leftBefore = nil
            sources[index].earlier = []
            sources[index].lastInterval = nil
            sources[index].bestSample = nil
            sources[index].poll = sources[index].settings.minimumPoll
            if sources[index].endpoint != nil, sources[index].isOnline {
                if sources[index].settings.kind != .peer { sources[index].burst = Burst(wanted: 4, left: 8) }
                sources[index].due = now.monotonic
            }
        }
        forgetReadings()
        steadiness.reset()
        confirmed = nil
        filter = nil
        leap.armed = .none
        kept = [:]
        setUnsynchronised(reason, now, &effects)
    }

    mutating func setOnline(_ index: Int, _ online: Bool, _ now: Instant<Monotonic>, _ effects: inout [Effect]) {
        guard sources[index].isOnline != online else { return }
        sources[index].isOnline = online
        sources[index].due = online && sources[index].endpoint != nil ? now : nil
        if !online { sources[index].burst = nil }
        if online, sources[index].settings.initialBurst, sources[index].settings.kind != .peer {
            sources[index].burst = Burst(wanted: 4, left: 8)
        }
        effects.append(.note(.sourceOnline(sources[index].label, online)))
    }

    /// Tries all names again, and asks silent sources at once.
    mutating func refresh(_ now: Instant<Monotonic>) {
        for index in pools.indices { refreshName(index, now) }
        for index in sources.indices where sources[index].reach == 0 && sources[index].isOnline {
            guard sources[index].endpoint != nil else { continue }
            sources[index].due = now
        }
    }
}
