internal import Addresses
internal import Control
internal import Estimation
internal import TimeBase

/// Answering who asks by the control socket. Reading needs no change of the engine; what changes it is listed here.
extension Timekeeper {
    mutating func control(
        _ octets: [UInt8], from client: ControlClient, _ authority: ControlAuthority, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
        controlRequests &+= 1
        switch ControlRequest.receive(octets) {
        case .drop:
            return
        case .reject(let status, let header):
            effects.append(.reply(ControlReply.status(status).octets(answering: header), to: client))
        case .accept(let request, let header):
            guard isPermitted(request, authority) else {
                effects.append(.reply(ControlReply.status(.unauthorised).octets(answering: header), to: client))
                return
            }
            switch request {
            case .serverStatistics, .checkAccess, .access, .clientAccesses:
                effects.append(.askResponder(octets, from: client))
            default:
                let reply = answer(request, now, &effects)
                effects.append(.reply(reply.octets(answering: header), to: client))
            }
        }
    }

    private func isPermitted(_ request: ControlRequest, _ authority: ControlAuthority) -> Bool {
        if authority == .unixSocket { return true }
        if case .clientAccesses(_, _, _, reset: true) = request { return false }
        return openCommands.permits(request.command)
    }

    private var openCommands: OpenCommands {
        guard let names = settings.openCommands else { return .standard }
        return OpenCommands(Set(names.compactMap { MonitoringGroup(rawValue: $0) }).union([.status]))
    }

    private mutating func answer(
        _ request: ControlRequest, _ now: ClockReading, _ effects: inout [Effect]
    ) -> ControlReply {
        switch request {
        case .sourceCount: .sourceCount(UInt32(clamping: sources.count))
        case .source(let index): report(index) { .source(sourceReport($0, now)) }
        case .sourceName(let address): with(address) { .sourceName(sources[$0].settings.name) }
        case .sourceStatistics(let index): report(index) { .sourceStatistics(statisticsReport($0, now)) }
        case .tracking: .tracking(trackingReport(at: now))
        case .activity: .activity(activityReport)
        case .ntpData(let address): with(address) { .ntpData(ntpDataReport($0)) }
        case .selection(let index): report(index) { .selection(selectionReport($0, now)) }
        case .authentication(let address): with(address) { .authentication(authenticationReport($0)) }
        case .status: .statusReport(statusReport(at: now))
        case .story(let index): report(index) { .story(story($0)) }
        case .temperature: temperatureReport.map { .temperature($0) } ?? .status(.notEnabled)
        case .rtc, .trimRTC, .writeRTC: answerRealTimeClock(request, now, &effects)
        case .smoothing, .smoothTime: .status(.notEnabled)
        case .manual, .manualDelete, .setTime: .status(.notEnabled)
        case .manualList: .manualList(ManualListReport())
        default: change(request, now, &effects)
        }
    }

    private func report(_ index: UInt32, _ make: (Int) -> ControlReply) -> ControlReply {
        guard let position = Int(exactly: index), sources.indices.contains(position) else {
            return .status(.noSuchSource)
        }
        return make(position)
    }

    private func with(_ address: SourceAddress, _ make: (Int) -> ControlReply) -> ControlReply {
        guard let index = position(of: address) else { return .status(.noSuchSource) }
        return make(index)
    }

    func position(of address: SourceAddress) -> Int? {
        // Nothing has no address, and reference clocks have none.
        address == .unspecified ? nil : sources.firstIndex { controlAddress($0) == address }
    }

    /// How the protocol names a source.
    func controlAddress(_ source: Source) -> SourceAddress {
        guard source.settings.kind != .referenceClock else { return .unspecified }
        return source.endpoint.map { .ip($0.address) } ?? .unresolved(UInt32(clamping: source.number))
    }

    // MARK: What changes something

    private mutating func change(
        _ request: ControlRequest, _ now: ClockReading, _ effects: inout [Effect]
    ) -> ControlReply {
        switch request {
        case .online(let selector):
            return onMatching(selector) { $0.setOnline($1, true, now.monotonic, &effects) }
        case .offline(let selector):
            return onMatching(selector) { $0.setOnline($1, false, now.monotonic, &effects) }
        case .burst(let selector, let good, let total):
            return onMatching(selector) { keeper, index in
                guard keeper.sources[index].settings.kind != .peer, keeper.sources[index].endpoint != nil else {
                    return
                }
                let limit = Int(min(max(total, 1), 100))
                keeper.sources[index].burst = Burst(wanted: Int(min(max(good, 1), 100)), left: limit)
                keeper.sources[index].due = now.monotonic
            }
        case .reloadSources:
            effects.append(.reloadSources)
            return .status(.success)
        case .onOffline: return testRoutes(&effects)
        case .refresh:
            refresh(now.monotonic)
            return .status(.success)
        case .addSource(let addition):
            return add(addition, now, &effects)
        case .deleteSource(let address):
            return delete(address, now, &effects)
        case .modify(let address, let modification):
            guard let index = position(of: address) else { return .status(.noSuchSource) }
            return modify(index, modification) ? .status(.success) : .status(.failed)
        case .modifySelectOptions(let address, let identifier, let mask, let options):
            guard let index = position(of: address, or: identifier) else { return .status(.noSuchSource) }
            func changed(_ flag: SelectOptions, _ old: Bool) -> Bool {
                mask.contains(flag) ? options.contains(flag) : old
            }
            sources[index].settings.noselect = changed(.noselect, sources[index].settings.noselect)
            sources[index].settings.prefer = changed(.prefer, sources[index].settings.prefer)
            sources[index].settings.trust = changed(.trust, sources[index].settings.trust)
            sources[index].settings.require = changed(.require, sources[index].settings.require)
            select(because: nil, now, &effects)
            return .status(.success)
        case .modifyOffset(let address, let identifier, let offset):
            guard let index = position(of: address, or: identifier) else { return .status(.noSuchSource) }
            sources[index].settings.offset = offset
            return .status(.success)
        case .resetSources:
            forgetMeasurements(now, &effects, reason: "the sources were reset")
            return .status(.success)
        case .reselect:
            selected = nil
            select(because: nil, now, &effects)
            return .status(.success)
        case .reselectDistance(let distance):
            reselectDistance = distance
            return .status(.success)
        case .makeStep:
            guard controlsClock, let error = wallError(at: now.monotonic) else { return .status(.failed) }
            step(by: error, now, &effects)
            publish(now, &effects)
            return .status(.success)
        case .modifyMakeStep(let threshold, let limit):
            discipline.makeStep = MakeStep(
                threshold: threshold, limit: limit < 0 ? -1 : discipline.updates + Int(limit))
            return .status(.success)
        case .modifyMaximumUpdateSkew(let skew):
            discipline.maximumUpdateSkew = skew
            return .status(.success)
        case .local(let local):
            setLocal(local, now, &effects)
            return .status(.success)
        case .changeFrequency(let change):
            let limit = settings.maximumDrift.ratio
            let frequency = (discipline.frequency + change).ratio.clamped(to: -limit...limit)
            discipline.set(frequency: Frequency(ratio: frequency), skew: discipline.skew)
            correct(now, &effects, isUpdate: false)
            return .status(.success)
        case .changeOffset(let fast):
            guard aim != nil else { return .status(.failed) }
            aim?.offset -= fast.inSeconds
            correct(now, &effects, isUpdate: false)
            return .status(.success)
        case .rekey:
            effects.append(.readKeys)
            return .status(.success)
        case .dump:
            saveMeasurements(now, &effects)
            return .status(.success)
        case .cycleLogs:
            effects.append(.cycleLogs)
            return .status(.success)
        case .shutdown:
            effects.append(.stop(status: 0))
            return .status(.success)
        default:
            return .status(.invalid)
        }
    }

    private mutating func onMatching(
        _ selector: SourceSelector, _ act: (inout Timekeeper, Int) -> Void
    ) -> ControlReply {
        let matching = sources.indices.filter {
            sources[$0].settings.kind != .referenceClock && selector.contains(controlAddress(sources[$0]))
        }
        guard !matching.isEmpty else { return .status(.noSuchSource) }
        for index in matching { act(&self, index) }
        return .status(.success)
    }

    private func position(of address: SourceAddress, or identifier: ReferenceIdentifier) -> Int? {
        if address != .unspecified { return position(of: address) }
        return sources.firstIndex { controlIdentifier($0) == identifier }
    }

    private mutating func modify(_ index: Int, _ modification: SourceModification) -> Bool {
        switch modification {
        case .minimumPoll(let poll):
            guard (-7...24).contains(poll) else { return false }
            sources[index].settings.minimumPoll = Int(poll)
            sources[index].settings.maximumPoll = max(sources[index].settings.maximumPoll, Int(poll))
            sources[index].adjustPoll(by: 0)
        case .maximumPoll(let poll):
            guard (-7...24).contains(poll) else { return false }
            sources[index].settings.maximumPoll = Int(poll)
            sources[index].settings.minimumPoll = min(sources[index].settings.minimumPoll, Int(poll))
            sources[index].adjustPoll(by: 0)
        case .minimumStratum(let stratum): sources[index].settings.minimumStratum = Int(stratum)
        case .pollTarget(let target): sources[index].settings.pollTarget = max(Int(target), 1)
        case .maximumDelay(let delay): sources[index].settings.maximumDelay = delay
        case .maximumDelayRatio(let ratio): sources[index].settings.maximumDelayRatio = ratio
        case .maximumDelayDeviationRatio(let ratio): sources[index].settings.maximumDelayDeviationRatio = ratio
        }
        return true
    }

    private mutating func add(
        _ addition: SourceAddition, _ now: ClockReading, _ effects: inout [Effect]
    ) -> ControlReply {
        guard !addition.options.contains(.nts) else {
            // Without authentication it would be another source than was asked for.
            return .status(.notEnabled)
        }
        guard !addition.name.isEmpty, addition.name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            return .status(.invalidName)
        }
        if let address = IPAddress(addition.name) {
            guard position(of: .ip(address)) == nil else { return .status(.sourceAlreadyKnown) }
        } else if pools.contains(where: { $0.name == addition.name }) {
            return .status(.sourceAlreadyKnown)
        }
        guard sources.count < 64 else { return .status(.tooManySources) }
        guard let settings = SourceSettings(addition) else { return .status(.failed) }
        add(settings, at: now.monotonic)
        effects.append(.note(.sourceAdded(addition.name)))
        return .status(.success)
    }

    private mutating func delete(
        _ address: SourceAddress, _ now: ClockReading, _ effects: inout [Effect]
    ) -> ControlReply {
        guard let index = position(of: address) else { return .status(.noSuchSource) }
        remove(index, now, &effects)
        return .status(.success)
    }

    /// The source directories were read again. What changed in a line is a source that goes and one that comes.
    mutating func reload(
        added: [SourceSettings], removed: [SourceSettings], _ now: ClockReading, _ effects: inout [Effect]
    ) {
        for old in removed {
            guard let pool = pools.first(where: { $0.settings.kind == old.kind && $0.settings.name == old.name })
            else { continue }
            while let index = sources.firstIndex(where: { $0.pool == pool.number }) { remove(index, now, &effects) }
        }
        for new in added where sources.count < 64 {
            if let address = IPAddress(new.name) {
                guard position(of: .ip(address)) == nil else { continue }
            } else if pools.contains(where: { $0.name == new.name }) {
                continue
            }
            add(new, at: now.monotonic)
            effects.append(.note(.sourceAdded(new.name)))
        }
    }

    private mutating func remove(_ index: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        let source = sources[index]
        if let exchange = source.exchange { effects.append(.close(exchange.token)) }
        let wasSelected = selected == index
        sources.remove(at: index)
        filter?.remove(source.number)
        if !sources.contains(where: { $0.pool == source.pool }) { pools.removeAll { $0.number == source.pool } }
        selected = wasSelected ? nil : selected.map { $0 > index ? $0 - 1 : $0 }
        effects.append(.note(.sourceRemoved(source.label)))
        select(because: nil, now, &effects)
    }

    private mutating func setLocal(
        _ local: LocalReference?, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        isLocalReferenceActive = false
        localReference = local.map { asked in
            var local = LocalReferenceSettings()
            local.stratum = UInt8(clamping: min(max(asked.stratum, 1), 15))
            local.distance = asked.distance
            local.orphan = asked.orphan
            local.activateDistance = asked.activate
            local.waitSynchronised = asked.waitSynchronised
            local.waitUnsynchronised = asked.waitUnsynchronised
            return local
        }
        updateLocalReference(now, &effects)
        publish(now, &effects)
    }
}

extension SourceSettings {
    /// What an `add source` request asks for; nil if a number is out of its range.
    init?(_ addition: SourceAddition) {
        let kind: Kind =
            switch addition.kind {
            case .server: .server
            case .pool: .pool
            case .peer: .peer
            }
        self.init(kind: kind, name: addition.name)
        guard let port = UInt16(exactly: addition.port), (-7...24).contains(addition.minimumPoll),
            (-7...24).contains(addition.maximumPoll), addition.minimumPoll <= addition.maximumPoll,
            addition.maximumDelay > .zero
        else { return nil }
        self.port = port
        minimumPoll = Int(addition.minimumPoll)
        maximumPoll = Int(addition.maximumPoll)
        presendPoll = Int(addition.presendPoll)
        minimumStratum = Int(addition.minimumStratum)
        pollTarget = max(Int(addition.pollTarget), 1)
        version = (1...4).contains(addition.version) ? UInt8(addition.version) : 4
        maximumSources = Int(min(max(addition.maximumSources, 1), 16))
        if addition.minimumSamples >= 0 { minimumSamples = Int(addition.minimumSamples) }
        if addition.maximumSamples > 0 { maximumSamples = min(Int(addition.maximumSamples), 64) }
        maximumDelay = addition.maximumDelay
        maximumDelayRatio = addition.maximumDelayRatio
        maximumDelayDeviationRatio = addition.maximumDelayDeviationRatio
        maximumDelayQuantile = addition.maximumDelayQuantile
        minimumDelay = addition.minimumDelay > .zero ? addition.minimumDelay : nil
        asymmetry = addition.asymmetry.magnitude <= 0.5 ? addition.asymmetry : nil
        offset = addition.offset
        key = addition.key == 0 ? nil : addition.key
        isInterleaved = addition.options.contains(.interleaved)
        copiesReference = addition.options.contains(.copy)
        asksMonotonicRoot = addition.options.contains(.extensionF323)
        initialBurst = addition.options.contains(.initialBurst)
        burst = addition.options.contains(.burst)
        prefer = addition.options.contains(.prefer)
        noselect = addition.options.contains(.noselect)
        trust = addition.options.contains(.trust)
        require = addition.options.contains(.require)
        offline = !addition.options.contains(.online)
        autoOffline = addition.options.contains(.autoOffline)
        family = addition.options.contains(.ipv4Only) ? .ipv4 : addition.options.contains(.ipv6Only) ? .ipv6 : nil
        maximumUnreachable = Int(addition.maximumUnreachable)
    }
}
