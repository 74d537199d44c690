internal import Addresses
internal import Estimation
internal import NTPWire
internal import TimeBase

/// Listening: from the octets of a reply to a sample, or to a named reason why not.
extension Timekeeper {
    mutating func received(
        _ octets: [UInt8], _ token: RequestToken, from: Endpoint, to: IPAddress?, at stamp: Stamp, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
        // Only a socket of an open request is listened to; nothing below changes lasting state before the origin
        // check has passed.
        guard let index = sources.firstIndex(where: { $0.exchange?.token == token }),
            let exchange = sources[index].exchange
        else {
            if let index = sources.firstIndex(where: { $0.endpoint == from }) { sources[index].count(.notExpected) }
            return
        }
        sources[index].replies &+= 1
        let reply: Reply
        do throws(Refusal) {
            reply = try judge(octets, exchange, from, index)
        } catch {
            sources[index].count(error.outcome)
            logRefused(octets, error.outcome, index, exchange.sent.kind, stamp, &effects)
            return
        }

        // The origin is ours, so the server (or somebody on the path) has answered this request: it is closed.
        effects.append(.close(token))
        sources[index].exchange = nil
        let header = reply.header
        // A server that is not synchronised says stratum 0, too, but has no code to tell. INIT and STEP are no more than
        // that in ntpd's words.
        if let code = header.kissCode, code != "INIT", code != "STEP" {
            logRefused(octets, .kissOther, index, exchange.sent.kind, stamp, &effects)
            kiss(code, index, now, &effects)
            return
        }
        guard header.receive != .unknown, header.transmit != .unknown else {
            sources[index].count(.missingTimestamp)
            logRefused(octets, .missingTimestamp, index, exchange.sent.kind, stamp, &effects)
            miss(index, now, &effects)
            return
        }
        noteValid(header, stamp, index)
        if exchange.isWarmUp {
            sources[index].count(.warmUp)
            sources[index].warmedUp = true
            sources[index].due = now.monotonic + .seconds(2)
            return
        }
        sources[index].warmedUp = false
        apply(reply, passage(exchange, stamp, header, now), to, index, now, &effects)
    }

    /// Takes a valid reply in: a basic one tells of its own exchange, an interleaved one of the exchange before.
    mutating func apply(
        _ reply: Reply, _ passage: Passage?, _ to: IPAddress?, _ index: Int, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
        followPhase(reply, index)
        let last = sources[index].passage
        sources[index].passage = passage
        guard reply.isInterleaved else {
            let sample = use(reply, passage, to, index, now, &effects)
            // Only what gave a sample already must not give another.
            sources[index].passage?.isMeasured = sample
            return
        }
        // The answer tells when the one before it left.
        guard var last, !last.isMeasured else {
            sources[index].count(.repeated)
            burstFailed(index)
            return
        }
        last.transmit = reply.header.transmit
        use(reply, last, to, index, now, &effects)
    }

    /// A packet that is what was waited for.
    struct Reply {
        var header: NTPHeader
        /// What the header says, or the finer value of an extension field.
        var rootDelay: Duration
        var rootDispersion: Duration
        /// The clock of field F323 of its sender, if it told of it.
        var monotonic: MonotonicMoment?
        /// Its transmit timestamp belongs to the reply before it.
        var isInterleaved: Bool
    }

    /// Why a packet is not.
    struct Refusal: Error {
        var outcome: ReplyOutcome
    }

    /// A reply that proves that the source is there and answers.
    mutating func noteValid(_ header: NTPHeader, _ stamp: Stamp, _ index: Int) {
        sources[index].reach = sources[index].reach << 1 | 1
        sources[index].failures = 0
        sources[index].missedAlone = 0
        sources[index].hasAnswered = true
        sources[index].validReplies &+= 1
        if stamp.kind == .kernel { sources[index].kernelReceived &+= 1 }
        if stamp.kind == .hardware { sources[index].hardwareReceived &+= 1 }
        sources[index].leap = header.leap
        sources[index].stratum = Int(header.stratum)
        sources[index].referenceIdentifier = header.referenceIdentifier
        noteIslandMark(header, index)
    }

    /// An exchange on the oscillator's scale; nil if the clock was stepped in between.
    func passage(_ exchange: Exchange, _ stamp: Stamp, _ header: NTPHeader, _ now: ClockReading) -> Passage? {
        // The kernel may have stamped the request later than it was received if the clock was set between.
        let destination = stamp.time > now.realtime ? now.realtime : stamp.time
        guard let sent = clock.oscillator(at: exchange.sent.time), let came = clock.oscillator(at: destination),
            came >= sent
        else { return nil }
        return Passage(
            sent: sent, came: came, sentKind: exchange.sent.kind, cameKind: stamp.kind, receive: header.receive,
            transmit: header.transmit)
    }

    /// Makes a sample of an exchange, and what follows from it.
    ///
    /// - Returns: whether there is one.
    @discardableResult
    mutating func use(
        _ reply: Reply, _ passage: Passage?, _ to: IPAddress?, _ index: Int, _ now: ClockReading,
        _ effects: inout [Effect]
    ) -> Bool {
        let measured =
            passage.map { measure(reply, $0, to, index, now) }
            ?? Measurement(
                outcome: .clockStepped,
                sample: Sample(time: 0, offset: 0, delay: 0, dispersion: 0, rootDelay: 0, rootDispersion: 0))
        sources[index].count(measured.outcome)
        if measured.outcome != .clockStepped { logMeasurement(measured.sample, index, now, &effects) }
        switch measured.outcome {
        case .accepted:
            if island != nil, let claim = sources[index].island {
                takeComparison(measured.sample, claim, index, now, &effects)
                break
            }
            take(measured.sample, index, now, &effects)
            replaceIfDead(index, now, &effects)
        case .unsynchronised, .rootDistance, .loop:
            // What it told before does not count any more, either.
            sources[index].adjustPoll(by: 0.1)
            burstFailed(index)
            select(because: nil, now, &effects)
        case .delay, .delayRatio, .delayDeviation:
            sources[index].adjustPoll(by: 0.02)
            burstFailed(index)
        default:
            sources[index].adjustPoll(by: 0.1)
            burstFailed(index)
        }
        finishIfAllFailed(now, &effects)
        return measured.outcome == .accepted
    }

    /// Whether this is the answer to that request at all.
    private func judge(
        _ octets: [UInt8], _ exchange: Exchange, _ from: Endpoint, _ index: Int
    ) throws(Refusal) -> Reply {
        guard let header = NTPHeader(octets.span) else { throw Refusal(outcome: .tooShort) }
        guard from == sources[index].endpoint else { throw Refusal(outcome: .wrongSource) }
        guard header.mode == .server, (1...4).contains(header.version),
            header.version == sources[index].settings.version
        else { throw Refusal(outcome: .wrongMode) }
        let isInterleaved = header.origin == exchange.alias
        guard isInterleaved || header.origin == exchange.cookie else { throw Refusal(outcome: .bogusOrigin) }
        // After the cheap tests: a guesser makes us calculate nothing.
        return try authenticated(octets, header, index, isInterleaved: isInterleaved)
    }

    /// A packet whose code, where the source has a key, is right.
    func authenticated(
        _ octets: [UInt8], _ header: NTPHeader, _ index: Int, isInterleaved: Bool
    ) throws(Refusal) -> Reply {
        var reply = Reply(
            header: header, rootDelay: header.rootDelay.duration, rootDispersion: header.rootDispersion.duration,
            isInterleaved: isInterleaved)
        let settings = sources[index].settings
        guard settings.key != nil || settings.asksMonotonicRoot else { return reply }
        let layout = PacketLayout(octets.span)
        if let key = settings.key {
            guard let layout, isAuthentic(octets, layout, key: key) else {
                throw Refusal(outcome: .badAuthentication)
            }
        }
        if settings.asksMonotonicRoot, let layout, let field = MonotonicRootField(octets.span, layout) {
            reply.rootDelay = field.rootDelay.duration
            reply.rootDispersion = field.rootDispersion.duration
            reply.monotonic = MonotonicMoment(field, receive: header.receive)
        }
        return reply
    }

    /// A kiss-o'-death that passed the origin check (RFC 5905 section 7.4).
    private mutating func kiss(
        _ code: String, _ index: Int, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        sources[index].burst = nil
        switch code {
        case "RATE":
            sources[index].count(.kissRate)
            sources[index].adjustPoll(by: 1)
            let pause = sources[index].interval * 4
            sources[index].due = sources[index].isOnline ? now.monotonic + pause : nil
            sources[index].story = "It asked us to ask less often (kiss-o'-death RATE)."
        case "DENY", "RSTR":
            // It does not want us: ask as rarely as is allowed, and take another address where there is one.
            sources[index].count(.kissDenied)
            sources[index].plan(.poll(sources[index].settings.maximumPoll))
            schedule(index, after: now.monotonic)
            sources[index].story = "It refuses to serve us (kiss-o'-death \(code))."
        default:
            sources[index].count(.kissOther)
            sources[index].story = "It answered with kiss-o'-death \(code)."
        }
        effects.append(.note(.kissOfDeath(code: code, source: sources[index].label)))
        miss(index, now, &effects)
    }

    private struct Measurement {
        var outcome: ReplyOutcome
        var sample: Sample
    }

    /// T1 to T4 become an offset and a delay, and all tests of sanity are made.
    private mutating func measure(
        _ reply: Reply, _ passage: Passage, _ local: IPAddress?, _ index: Int, _ now: ClockReading
    ) -> Measurement {
        let header = reply.header
        let (sent, came) = (passage.sent, passage.came)
        let settings = sources[index].settings
        let frequency = discipline.frequency.ratio
        let localInterval = (came - sent).inSeconds * (1 - frequency)
        let remoteInterval = passage.transmit.since(passage.receive).inSeconds
        let remotePrecision = Duration.poll2(Int(header.precision)).inSeconds
        let precision = self.settings.precision.inSeconds + remotePrecision
        let delay = max((localInterval - remoteInterval).magnitude, precision)
        // Where the server's time is read near ours, it is in the era that is nearest.
        let remote = passage.receive.instant(near: now.realtime) + passage.transmit.since(passage.receive) / 2
        let middle = sent + (came - sent) / 2
        let offset = remote.sinceEpoch - middle.sinceEpoch - offsetBase + settings.offset
        // Between members only what their rates differ by matters.
        let member = island.flatMap { sources[index].island == nil ? nil : $0 }
        let skew = member?.relativeSkew ?? min(discipline.skew.ratio, Regression.unknownSkew)
        let dispersion = precision + skew * localInterval.magnitude
        var sample = Sample(
            time: seconds(middle), offset: offset.inSeconds, delay: delay, dispersion: dispersion,
            rootDelay: reply.rootDelay.inSeconds + delay,
            rootDispersion: reply.rootDispersion.inSeconds + dispersion)
        if passage.sentKind == .hardware, passage.cameKind == .hardware {
            sample.stampDeviation = Self.hardwareDeviation
        }

        var tests: UInt16 = 0b11_1100_0000  // 1, 2, 3 and 5 (no authentication was asked for) have passed.
        var failed: ReplyOutcome?
        func test(_ passed: Bool, _ bit: UInt16, _ outcome: ReplyOutcome) {
            if passed { tests |= 1 << bit } else if failed == nil { failed = outcome }
        }
        // A member that is about to join says that it is not synchronised, and is compared all the same.
        let isKept = header.leap != .unsynchronised || member != nil
        test(isKept && (1...15).contains(header.stratum), 5, .unsynchronised)
        let claimed = reply.rootDelay.inSeconds / 2 + reply.rootDispersion.inSeconds
        test(claimed < 16, 4, .rootDistance)
        if header.stratum < settings.minimumStratum { failed = failed ?? .stratum }
        let isLeapNear = suppressSamplesUntil.map { now.monotonic < $0 } ?? false || isLeapImminent(now)
        if isLeapNear { failed = failed ?? .leapSecond }
        // Where a packet was lost, an interleaved answer may tell of another one than ours before it.
        let isMismatched = reply.isInterleaved && localInterval - remoteInterval < -0.001
        test(
            delay - dispersion <= settings.maximumDelay.inSeconds && precision <= settings.maximumDelay.inSeconds
                && (-precision...longestHold(index)).contains(remoteInterval)
                && !isMismatched, 3, .delay)
        test(passesDelayRatio(sample, index), 2, .delayRatio)
        test(passesDelayDeviation(sample, index), 1, .delayDeviation)
        test(!isLoop(header, local) && (island == nil || local != sources[index].endpoint?.address), 0, .loop)
        sources[index].lastReply = LastReply(
            header: header, local: local, wallOffset: sample.offset - wallOffset(at: now.monotonic),
            referenceTime: header.referenceTime == .unknown ? nil : header.referenceTime.instant(near: now.realtime),
            delay: delay, dispersion: dispersion,
            responseTime: remoteInterval, sentKind: passage.sentKind, receivedKind: passage.cameKind, tests: tests,
            isInterleaved: reply.isInterleaved)
        return Measurement(outcome: failed ?? .accepted, sample: sample)
    }

    /// What is left of an offset's error where interfaces stamp, seconds: the clock is compared with theirs once a second, by
    /// 15 readings of 100 ns, and a line through 16 such comparisons is good to half of what one is.
    private static let hardwareDeviation = 15e-9

    /// How long a source may keep our packet before it answers: a peer answers when it would have sent one anyway.
    private func longestHold(_ index: Int) -> Double {
        sources[index].settings.kind == .peer ? 2 * Duration.poll(sources[index].settings.maximumPoll).inSeconds : 4
    }

    /// Test B.
    private func passesDelayRatio(_ sample: Sample, _ index: Int) -> Bool {
        let ratio = sources[index].settings.maximumDelayRatio
        let estimate = sources[index].estimate
        guard ratio >= 1, estimate.count >= 6, let least = estimate.minimumDelay, let newest = estimate.newest,
            let fit = estimate.estimate
        else { return true }
        let growth = (sample.time - newest.time) * (fit.skew + settings.maximumClockError.ratio)
        return sample.delay <= least * ratio + growth
    }

    /// Test C. A sample that lies further from the prediction than its delay can explain is kept: the clock may have
    /// jumped.
    private mutating func passesDelayDeviation(_ sample: Sample, _ index: Int) -> Bool {
        if let before = sources[index].delayQuantile?.value {
            let limit = before + (sources[index].delayQuantile?.tolerance ?? 0)
            sources[index].delayQuantile?.add(sample.delay)
            return sample.delay <= limit
        }
        sources[index].delayQuantile?.add(sample.delay)
        let estimate = sources[index].estimate
        guard estimate.count >= 6, let least = estimate.minimumDelay, let newest = estimate.newest,
            let fit = estimate.estimate
        else { return true }
        let excess = (sample.delay - least) / 2
        let limit =
            sources[index].settings.maximumDelayDeviationRatio * fit.sampleDeviation
            + (sample.time - newest.time) * (fit.skew + settings.maximumClockError.ratio)
        let error = (sample.offset - fit.offset(at: sample.time)).magnitude
        return excess <= limit || error - excess > limit
    }

    /// Test D: a server that follows us would tell us our own time.
    func isLoop(_ header: NTPHeader, _ local: IPAddress?) -> Bool {
        guard header.stratum > 1, let local, !local.isLoopback else { return false }
        return header.referenceIdentifier.bits == local.identifier
    }

    private mutating func burstFailed(_ index: Int) {
        if let burst = sources[index].burst, burst.left <= 0 { sources[index].burst = nil }
    }

    /// Takes a good sample in: the poll interval, the estimate, and then the choice of what to follow.
    private mutating func take(_ sample: Sample, _ index: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        if !(filter?.knows(sources[index].number) ?? false) { scorePoll(sample, index) }
        let expected = filter?.estimate(at: sample.time, of: sources[index].number)
        let isShorter = sources[index].path.add(
            sample.delay, error: expected.map { sample.offset - $0.offset }, expected: expected?.offsetDeviation ?? 0)
        // What was believed rests on samples that were taken for short ones.
        if isShorter {
            let number = sources[index].number
            // Their common error says nothing of the frequency; but other sources' samples will be told once more.
            rebuildsFilter = sources.contains { $0.number != number && filter?.knows($0.number) ?? false }
            sources[index].shortSince = sample.time
            filter = nil
            // Almost nothing is known again.
            sources[index].startSteps = 0
        }
        takeKept(before: sample, index, now, &effects)
        let before = (fit: sources[index].estimate.estimate, count: sources[index].estimate.count)
        sources[index].estimate.add(sample)
        logStatistics(index, after: before.fit, count: before.count, now, &effects)
        sources[index].lastSample = now.monotonic
        select(because: index, now, &effects)
        if sources[index].burst != nil {
            sources[index].burst?.wanted -= 1
            if let burst = sources[index].burst, burst.wanted > 0, burst.left > 0 { return }
            sources[index].burst = nil
        }
        if let interval = predictedInterval(index) {
            if interval < .poll(sources[index].settings.minimumPoll) { sources[index].startSteps += 1 }
            sources[index].plan(interval)
        }
        schedule(index, after: now.monotonic)
    }

    /// The poll interval by the number of samples that a straight line fits (sources that are not in
    /// the filter).
    private mutating func scorePoll(_ sample: Sample, _ index: Int) {
        if let fit = sources[index].estimate.estimate {
            let error = (sample.offset - fit.offset(at: sample.time)).magnitude
            let expected = sample.dispersion + sample.delay / 2
            if error > expected {
                sources[index].adjustPoll(by: -logarithm2(error / expected))
            } else {
                let target = Double(max(sources[index].settings.pollTarget, 1))
                let change = (Double(sources[index].estimate.count) / target - 1) / target
                sources[index].adjustPoll(by: change < 0 ? 2 * change : change)
            }
        }
    }
}

extension Duration {
    /// 2^exponent seconds for the precision of a clock, exponents clamped to -60 … 10.
    static func poll2(_ exponent: Int) -> Duration {
        let clamped = Swift.min(Swift.max(exponent, -59), 10)
        return clamped >= 0
            ? .seconds(1 << clamped)
            : Duration(secondsComponent: 0, attosecondsComponent: 1_000_000_000_000_000_000 >> -clamped)
    }
}

/// Binary logarithm from the exponent and a polynomial in the significand; exact to 1e-2, which a poll score bears.
func logarithm2(_ value: Double) -> Double {
    guard value.isFinite, value > 0 else { return 0 }
    let m = value.significand
    // Minimax-like parabola through 1 -> 0, sqrt2 -> 1/2, 2 -> 1.
    return Double(value.exponent) + (-0.344 * m + 2.032) * m - 1.688
}
