internal import Addresses
internal import TimeBase

extension ControlRequest {
    /// The command that asks for it.
    public var command: ControlCommand {
        switch self {
        case .sourceCount: .sourceCount
        case .source: .source
        case .sourceName: .sourceName
        case .sourceStatistics: .sourceStatistics
        case .tracking: .tracking
        case .activity: .activity
        case .ntpData: .ntpData
        case .selection: .selection
        case .serverStatistics: .serverStatistics
        case .authentication: .authentication
        case .rtc: .rtc
        case .smoothing: .smoothing
        case .manualList: .manualList
        case .clientAccesses: .clientAccesses
        case .checkAccess(.time, _): .checkAccess
        case .checkAccess(.control, _): .checkControlAccess
        case .status: .status
        case .story: .story
        case .temperature: .temperature
        case .online: .online
        case .offline: .offline
        case .burst: .burst
        case .onOffline: .onOffline
        case .addSource: .addSource
        case .deleteSource: .deleteSource
        case .modify(_, let modification): modification.command
        case .modifySelectOptions: .modifySelectOptions
        case .modifyOffset: .modifyOffset
        case .refresh: .refresh
        case .reloadSources: .reloadSources
        case .resetSources: .resetSources
        case .reselect: .reselect
        case .reselectDistance: .reselectDistance
        case .makeStep: .makeStep
        case .modifyMakeStep: .modifyMakeStep
        case .modifyMaximumUpdateSkew: .modifyMaximumUpdateSkew
        case .changeFrequency: .changeFrequency
        case .changeOffset: .changeOffset
        case .setTime: .setTime
        case .manual: .manual
        case .manualDelete: .manualDelete
        case .smoothTime: .smoothTime
        case .local: .local
        case .localOld: .localOld
        case .access(.time, _, _, let allowed, let all):
            allowed ? (all ? .allowAll : .allow) : (all ? .denyAll : .deny)
        case .access(.control, _, _, let allowed, let all):
            allowed ? (all ? .controlAllowAll : .controlAllow) : (all ? .controlDenyAll : .controlDeny)
        case .dump: .dump
        case .rekey: .rekey
        case .cycleLogs: .cycleLogs
        case .writeRTC: .writeRTC
        case .trimRTC: .trimRTC
        case .shutdown: .shutdown
        }
    }

    /// The request as a client sends it, padded so that the reply is not longer.
    ///
    /// - Parameter sequence: random, and new for each attempt.
    public func octets(sequence: UInt32, attempt: UInt16 = 0) -> [UInt8] {
        var writer = OctetWriter()
        writer.uint8(Self.version)
        writer.uint8(Self.requestType)
        writer.uint16(0)
        writer.uint16(command.rawValue)
        writer.uint16(attempt)
        writer.uint32(sequence)
        writer.zeros(8)
        writeData(&writer)
        writer.end(at: command.requestLength)
        return writer.octets
    }

    private func writeData(_ writer: inout OctetWriter) {
        switch self {
        case .source(let index), .sourceStatistics(let index), .selection(let index), .story(let index):
            writer.uint32(index)
        case .sourceName(let address), .ntpData(let address), .authentication(let address),
            .deleteSource(let address), .checkAccess(_, let address):
            writer.address(address)
        case .clientAccesses(let first, let count, let minimumHits, let reset):
            writer.uint32(first)
            writer.uint32(count)
            writer.uint32(minimumHits)
            writer.uint32(reset ? 1 : 0)
        case .online(let selector), .offline(let selector): write(selector, &writer)
        case .burst(let selector, let good, let total):
            write(selector, &writer)
            writer.int32(good)
            writer.int32(total)
        case .addSource(let source): source.write(&writer)
        case .modify(let address, let modification):
            writer.address(address)
            modification.write(&writer)
        case .modifySelectOptions(let address, let reference, let mask, let options):
            writer.address(address)
            writer.reference(reference)
            write(mask, &writer)
            write(options, &writer)
        case .modifyOffset(let address, let reference, let offset):
            writer.address(address)
            writer.reference(reference)
            writer.duration(offset)
        case .reselectDistance(let distance): writer.duration(distance)
        case .modifyMakeStep(let threshold, let limit):
            writer.int32(limit)
            writer.duration(threshold)
        case .modifyMaximumUpdateSkew(let frequency), .changeFrequency(let frequency): writer.frequency(frequency)
        case .changeOffset(let offset): writer.duration(offset)
        case .setTime(let time): writer.instant(time)
        case .manual(let mode): writer.int32(mode.rawValue)
        case .manualDelete(let index): writer.int32(index)
        case .smoothTime(let mode): writer.int32(mode.rawValue)
        case .local(let local): write(local, &writer, isOld: false)
        case .localOld(let local): write(local, &writer, isOld: true)
        case .access(_, let address, let bits, _, _):
            writer.address(address)
            writer.int32(bits)
        case .sourceCount, .tracking, .activity, .serverStatistics, .rtc, .smoothing, .manualList, .status,
            .temperature,
            .onOffline, .refresh, .reloadSources, .resetSources, .reselect, .makeStep, .dump, .rekey, .cycleLogs,
            .writeRTC, .trimRTC, .shutdown:
            break
        }
    }

    private func write(_ selector: SourceSelector, _ writer: inout OctetWriter) {
        switch selector {
        case .all:
            writer.address(.unspecified)
            writer.address(.unspecified)
        case .matching(let address, let mask):
            writer.address(.ip(mask))
            writer.address(.ip(address))
        case .unresolved(let number):
            writer.address(.unresolved(number))
            writer.address(.unresolved(number))
        }
    }

    private func write(_ options: SelectOptions, _ writer: inout OctetWriter) {
        var flags: SourceAddition.Options = []
        for (option, flag) in SelectOptions.flags where options.contains(option) { flags.insert(flag) }
        writer.uint32(flags.rawValue)
    }

    private func write(_ local: LocalReference?, _ writer: inout OctetWriter, isOld: Bool) {
        guard let local else { return }
        writer.int32(1)
        writer.int32(local.stratum)
        writer.duration(local.distance)
        writer.int32(local.orphan ? 1 : 0)
        guard !isOld else { return }
        writer.duration(local.activate)
        writer.duration(local.waitSynchronised)
        writer.duration(local.waitUnsynchronised ?? (local.orphan ? .seconds(300) : .zero))
    }
}

extension SourceModification {
    var command: ControlCommand {
        switch self {
        case .minimumPoll: .modifyMinimumPoll
        case .maximumPoll: .modifyMaximumPoll
        case .minimumStratum: .modifyMinimumStratum
        case .pollTarget: .modifyPollTarget
        case .maximumDelay: .modifyMaximumDelay
        case .maximumDelayRatio: .modifyMaximumDelayRatio
        case .maximumDelayDeviationRatio: .modifyMaximumDelayDeviationRatio
        }
    }

    func write(_ writer: inout OctetWriter) {
        switch self {
        case .minimumPoll(let value), .maximumPoll(let value), .minimumStratum(let value), .pollTarget(let value):
            writer.int32(value)
        case .maximumDelay(let delay): writer.duration(delay)
        case .maximumDelayRatio(let ratio), .maximumDelayDeviationRatio(let ratio): writer.float(ratio)
        }
    }
}
