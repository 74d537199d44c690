internal import Addresses
public import Engine
internal import Estimation
public import NTPWire
internal import RealTimeClock
internal import Recording
public import TimeBase

/// The clock daemon's mind: sources, selection, steering, serving, and the verdict with its reasons.
///
/// Read from here: ``wake(at:effects:)`` and ``receive(_:at:effects:)`` are the only two ways in. A reply goes
/// `received` (Polling) → `select` (Selection) → `correct` (Steering) → `publish` (Serving).
public struct Timekeeper: Engine {
    public let settings: TimekeeperSettings

    var random: RandomSource
    /// What packets are authenticated with.
    var keys: KeyRing
    var sources: [Source] = []
    /// Clocks of this machine's own; each is one of the sources, too.
    var referenceClocks: [ReferenceClock] = []
    var pools: [Pool] = []
    var clock: SteeredClock
    var discipline: Discipline
    /// Moments of samples are counted from here.
    let origin: Instant<Oscillator>
    /// What was kept of sources that have not answered yet.
    var kept: [IPAddress: KeptMeasurements] = [:]
    /// The bound before the selection that is under way, for the tracking log.
    var lastBound: Double?
    /// Offsets of samples are counted from here: true time less oscillator time is this much more than they say.
    var offsetBase = Duration.zero

    /// What the clock follows; nil before the first update and after the majority was lost.
    var reference: Reference?
    /// Why there is no reference, or what it is.
    var selectionReason = "no source has answered yet"
    /// The last interval that a majority confirmed; outlives the reference.
    var confirmed: Confirmation?
    /// What that rests on.
    var confirmationBasis: ConfirmationBasis?
    /// Position of the selected source.
    var selected: Int?
    /// The best estimate of true time less oscillator time, as of a moment.
    var aim: Aim?
    /// The clock that all sources share, as the filter believes it to be.
    var filter: ClockFilter?
    /// Whether that is told by an island, whose time is another one than the true.
    var isFilterOfIsland = false
    /// Whether the next filter is made from samples that the last one had already, so that what that one found out must
    /// not count a second time.
    var rebuildsFilter = false
    /// How much each source counted in the last estimate, by its number.
    var fusedWeights: [Int: Double] = [:]
    /// The clock's own record.
    var steadiness = Steadiness()
    /// What the clock may have done without any sample having shown it.
    var unseen = Unseen()
    /// The crystal's temperature, where a sensor is configured.
    var temperature: TemperatureState?
    /// Whether the kernel's clock may be touched (false with -x, and after the kernel refused).
    var controlsClock: Bool
    /// What changes of rate since the last confirmation may have cost by being late, seconds.
    var rateSlack = 0.0
    /// `local` of the configuration, or as it was changed at run time.
    var localReference: LocalReferenceSettings?
    var isLocalReferenceActive = false
    /// The isolated network that this machine belongs to; nil without `role island`.
    var island: IslandKeeping?
    /// Control requests so far.
    public internal(set) var controlRequests: UInt64 = 0
    /// Whether root distance was once as small as `local … activate` wants.
    var wasEverClose = false
    /// `reselectdist` of the configuration, or as it was changed at run time.
    var reselectDistance: Duration
    let startedAt: Instant<Monotonic>

    var lastTransmission: Instant<Monotonic>?
    /// What the host was told of peers.
    var announcedPeers: [Endpoint] = []
    /// When each broadcast is sent next.
    var broadcastDue: [Instant<Monotonic>]
    var nextToken: UInt64 = 1
    var nextSourceNumber = 1
    var resolutions: [ResolutionToken: Resolution] = [:]
    var driftSaveDue: Instant<Monotonic>?
    var servedState: ServedTime?
    /// The clock of field F323: the oscillator less what it gains, never set. Its value at a moment of the oscillator, and
    /// the frequency that it is steered by since.
    var monotonicService: (moment: Instant<Oscillator>, value: Instant<Realtime>, frequency: Double)?
    let monotonicEpoch: UInt32
    var kernelStatus: KernelStatus?
    /// When clients and the kernel are told again, though nothing happened.
    var renewalDue: Instant<Monotonic>?
    /// What the last published bound followed from, and when it is to be published again in any case.
    var boundBasis: BoundBasis?
    var boundRenewal: Instant<Monotonic>?
    var leap = LeapState()
    /// How the time that clients are served is smoothed; nil if it is not.
    var smoothing: TimeSmoothing?
    /// The times that were entered by hand.
    var manual: ManualTime
    /// What the frequency was on average, for when there are no sources.
    var fallback: FallbackDrift?
    /// When it was last looked whether one of them is due.
    var fallbackLook: Instant<Monotonic>?
    /// The correction before the sources start; nil if there is none, or it is over.
    var initialCorrection: InitialCorrection?
    var suppressSamplesUntil: Instant<Monotonic>?
    var purposeDone = false
    /// The real-time clocks that are measured.
    var realTimeClocks: [RealTimeClockKeeping] = []
    var timeSaveDue: Instant<Monotonic>?
    var lastUnsynchronisedReason = ""
    var lastSelectedNote = ""

    /// - Parameters:
    ///   - now: the clocks at this moment.
    ///   - kernelRate: the rate that the kernel's clock is set to.
    ///   - random: the only source of chance.
    ///   - keys: what packets are authenticated with.
    public init(
        settings: TimekeeperSettings, at now: ClockReading, kernelRate: KernelRate, random: RandomSource,
        keys: KeyRing = .empty
    ) {
        self.settings = settings
        self.random = random
        self.keys = keys
        clock = SteeredClock(at: now, rate: kernelRate)
        origin = clock.oscillator(at: now.monotonic)
        discipline = Discipline(settings: settings, kernelRate: kernelRate)
        startedAt = now.monotonic
        controlsClock = settings.controlsClock
        localReference = settings.local
        reselectDistance = settings.reselectDistance
        temperature = settings.temperature.map { TemperatureState($0, at: now.monotonic) }
        // The drift file tells the frequency with what its temperature did.
        if settings.initialDrift != nil, let known = settings.temperature?.known {
            discipline.set(
                frequency: discipline.frequency - Frequency(ppm: known.compensated), skew: discipline.skew)
        }
        broadcastDue = settings.broadcasts.map { _ in now.monotonic }
        manual = ManualTime(isEnabled: settings.acceptsManualTime)
        island = settings.island.map { IslandKeeping($0) }
        monotonicEpoch = UInt32(truncatingIfNeeded: self.random.next())
        if settings.keepsDrift { driftSaveDue = now.monotonic + settings.driftInterval }
        takeKeptMeasurements(at: now)
        for clock in settings.referenceClocks { add(clock, at: now.monotonic) }
        prepareCivilTime(now.monotonic)
        addFirstSources(at: now.monotonic)
        realTimeClocks = settings.realTimeClocks.map { RealTimeClockKeeping($0, at: now.monotonic) }
        if settings.savesTime { timeSaveDue = now.monotonic + .seconds(60) }
        takeInitialKnowledge(now)
    }

    // MARK: Time

    public func nextWake(after now: ClockReading) -> Instant<Monotonic> {
        var next = now.monotonic + .seconds(1 << 20)
        func consider(_ moment: Instant<Monotonic>?) {
            if let moment, moment < next { next = moment }
        }
        // Who is due while another has just been asked is asked a little later: to wake before would be for nothing.
        let free = lastTransmission.map { $0 + separation }
        for source in sources {
            consider(source.due.map { due in free.map { max(due, $0) } ?? due })
            consider(source.exchange?.deadline)
        }
        for pool in pools { consider(pool.retryAt) }
        consider(refreshDue)
        for clock in referenceClocks { consider(clock.due) }
        consider(discipline.slewEnd)
        if !discipline.isStarted { next = now.monotonic }
        consider(driftSaveDue)
        for clock in realTimeClocks { consider(clock.wake) }
        consider(timeSaveDue)
        consider(localReferenceDue)
        consider(island?.due)
        consider(temperature?.due)
        consider(renewalDue)
        consider(leapWake(after: now))
        consider(fallbackDue)
        consider(initialCorrection?.due)
        consider(boundRenewal)
        for due in broadcastDue { consider(due) }
        if let timeout = settings.timeout { consider(startedAt + timeout) }
        return next
    }

    public mutating func wake(at now: ClockReading, effects: inout [Effect]) {
        lookAtClocks(now, &effects)
        if !discipline.isStarted { begin(now, &effects) }
        if let end = discipline.slewEnd, end <= now.monotonic { endSlew(now, &effects) }
        for index in sources.indices { expire(index, now, &effects) }
        readReferenceClocks(now, &effects)
        readTemperatureIfDue(now, &effects)
        transmitIfDue(now, &effects)
        broadcastIfDue(now, &effects)
        announcePeers(&effects)
        refreshIfDue(now)
        resolveIfDue(now, &effects)
        if let due = driftSaveDue, due <= now.monotonic {
            driftSaveDue = now.monotonic + settings.driftInterval
            saveDrift(&effects)
        }
        wakeRealTimeClocks(now, &effects)
        if let due = timeSaveDue, due <= now.monotonic {
            timeSaveDue = now.monotonic + Self.timeSavingInterval
            saveTime(now, &effects)
        }
        updateLocalReference(now, &effects)
        keepIsland(now, &effects)
        wakeForLeap(now, &effects)
        fallBackIfDue(now, &effects)
        endInitialCorrectionIfDue(now, &effects)
        if let renewalDue, renewalDue <= now.monotonic { publish(now, &effects) }
        if let timeout = settings.timeout, startedAt + timeout <= now.monotonic, !purposeDone {
            purposeDone = true
            effects.append(.note(.timedOut))
            effects.append(.stop(status: settings.purpose == .serve ? 0 : 1))
        }
        publishBound(now, &effects)
    }

    /// The first wake: the rate that the drift file told, and what is served before anything is known.
    private mutating func begin(_ now: ClockReading, _ effects: inout [Effect]) {
        discipline.isStarted = true
        if let drift = settings.initialDrift {
            effects.append(.note(.frequencyRead(drift.frequency, skew: drift.skew)))
            setRate(baseRate, now, &effects)
        }
        publish(now, &effects)
        noteKeptMeasurements(&effects)
        logUnsynchronised(now, &effects)
    }

    public mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect]) {
        lookAtClocks(now, &effects)
        switch event {
        case .datagram(let token, let octets, let from, let to, let stamp):
            received(octets, token, from: from, to: to, at: stamp, now, &effects)
        case .peerDatagram(let octets, let from, let to, let stamp):
            receivedFromPeer(octets, from: from, to: to, at: stamp, now, &effects)
        case .sent(let token, let stamp):
            guard let index = sources.firstIndex(where: { $0.exchange?.token == token }) else { return }
            if let known = sources[index].exchange?.sent.kind, stamp.kind > known {
                sources[index].exchange?.sent = stamp
                if stamp.kind == .kernel { sources[index].kernelSent &+= 1 }
                if stamp.kind == .hardware { sources[index].hardwareSent &+= 1 }
            }
        case .sendFailed(let token, _):
            sendingFailed(token, now, &effects)
        case .resolved(let token, let addresses):
            resolved(token, addresses, now, &effects)
        case .control(let octets, let client, let authority):
            control(octets, from: client, authority, now, &effects)
        case .sourcesReloaded(let added, let removed):
            reload(added: added, removed: removed, now, &effects)
        case .routesTested(let reachable, let unreachable):
            routesTested(reachable: reachable, unreachable: unreachable, now, &effects)
        case .keysRead(let read):
            keys = keys.replacing(keys: read)
            for index in sources.indices where sources[index].settings.key != nil && sources[index].reach == 0 {
                if sources[index].due != nil { sources[index].due = now.monotonic }
            }
        case .leapSecondsRead(let table):
            leapSecondsRead(table, now, &effects)
        case .referenceClockRead(let reading):
            received(reading, now, &effects)
        case .referenceClockFailed(let clock, let refusal):
            referenceClockFailed(clock, refusal)
        case .clockWasSet:
            break  // lookAtClocks has seen it.
        case .refused(let effect, let refusal):
            refused(effect, refusal, now, &effects)
        case .rtcRead(let index, let reading, let celsius): readRealTimeClock(index, reading, celsius, now, &effects)
        case .rtcTurned(let index, let edge, let celsius): realTimeClockTurned(index, edge, celsius, now, &effects)
        case .temperature(let reading):
            received(temperature: reading, now, &effects)
        case .signal(.refresh):
            refresh(now.monotonic)
        }
        announcePeers(&effects)
        publishBound(now, &effects)
    }

    public mutating func finish(at now: ClockReading, effects: inout [Effect]) {
        lookAtClocks(now, &effects)
        // No slew may go on when nobody is there to end it.
        aim?.slope = 0
        if controlsClock, discipline.isStarted {
            let rate = baseRate
            clock.set(rate, at: now.monotonic)
            effects.append(.setRate(rate))
        }
        publishBound(now, &effects, isLast: true)
        if settings.keepsDrift { saveDrift(&effects) }
        if settings.keepsMeasurements { saveMeasurements(now, &effects) }
        finishRealTimeClocks(now, &effects)
        saveTime(now, &effects)
        for source in sources {
            if let exchange = source.exchange { effects.append(.close(exchange.token)) }
        }
    }

    // MARK: Small helpers

    /// A moment as samples count it.
    func seconds(_ moment: Instant<Oscillator>) -> Double {
        (moment - origin).inSeconds
    }

    /// Now, as samples count it.
    func seconds(at now: ClockReading) -> Double {
        seconds(clock.oscillator(at: now.monotonic))
    }

    /// What the wall clock shows less what the oscillator shows, counted from the base of offsets.
    func wallOffset(at now: Instant<Monotonic>) -> Double {
        (clock.realtime(at: now).sinceEpoch - clock.oscillator(at: now).sinceEpoch - offsetBase).inSeconds
    }

    mutating func token() -> RequestToken {
        defer { nextToken &+= 1 }
        return RequestToken(number: nextToken)
    }

    /// Sees what others did to the clocks since the last event.
    private mutating func lookAtClocks(_ now: ClockReading, _ effects: inout [Effect]) {
        let seen = clock.lookForSteps(at: now)
        if seen.suspended > .zero {
            // Neither clock counted while the machine slept; nothing that was measured before says where we are now.
            effects.append(.note(.suspended(for: seen.suspended)))
            aim = nil
            forgetIsland()
            discipline.slewEnd = nil
            setRate(baseRate, now, &effects)
            forgetMeasurements(now, &effects, reason: "The machine was suspended.")
            publish(now, &effects)
            return
        }
        guard seen.step != .zero else { return }
        if isLeapSecond(seen.step, now) {
            passLeapSecond(now, &effects)
            return
        }
        clockWasSet(now)
        effects.append(.note(.steppedByOthers(by: seen.step)))
        for index in sources.indices {
            if let exchange = sources[index].exchange {
                effects.append(.close(exchange.token))
                sources[index].exchange = nil
                sources[index].due = now.monotonic + .milliseconds(100)
            }
        }
        if reference != nil || island?.scale != nil {
            correct(now, &effects, isUpdate: false)
        } else {
            publish(now, &effects)
        }
    }
}
