internal import Addresses
internal import TimeBase

/// What identifies a request, and returns in its reply.
public struct ControlHeader: Hashable, Sendable {
    /// The command's number as it came.
    public var command: UInt16
    /// 0 for the first try, then one more for each repetition.
    public var attempt: UInt16
    /// Chosen at random by the client.
    public var sequence: UInt32
    /// Octets of the request: no reply is longer.
    public var length: Int

    public init(command: UInt16, attempt: UInt16 = 0, sequence: UInt32, length: Int) {
        self.command = command
        self.attempt = attempt
        self.sequence = sequence
        self.length = length
    }
}

/// What is to happen with a datagram at the control socket.
public enum ReceivedRequest: Equatable, Sendable {
    /// Nothing: it is not a request, or too old a version to be answered.
    case drop
    /// Answer with this status and nothing else.
    case reject(ControlStatus, ControlHeader)
    /// Check the permission of ``ControlRequest/command``, then do it.
    case accept(ControlRequest, ControlHeader)
}

/// A request whose fields make no sense, and the status that says so.
struct InvalidRequest: Error {
    var status: ControlStatus
}

extension ControlRequest {
    /// Lengths of datagrams that are looked at.
    static let lengths = 28...860
    static let version: UInt8 = 6
    static let requestType: UInt8 = 1
    static let replyType: UInt8 = 2

    /// Reads a datagram that came in at the control socket, by the daemon's rules and in their order.
    public static func receive(_ octets: [UInt8]) -> ReceivedRequest {
        guard lengths.contains(octets.count) else { return .drop }
        var reader = OctetReader(octets, at: 0)
        let version = reader.uint8()
        guard reader.uint8() == requestType, reader.uint16() == 0 else { return .drop }
        let header = ControlHeader(
            command: reader.uint16(), attempt: reader.uint16(), sequence: reader.uint32(), length: octets.count)
        guard version == Self.version else {
            return version >= 5 ? .reject(.badPacketVersion, header) : .drop
        }
        guard let command = ControlCommand(rawValue: header.command) else { return .reject(.invalid, header) }
        guard octets.count >= command.shortestRequest else { return .reject(.badPacketLength, header) }
        reader.skip(8)
        do {
            return .accept(try read(command, &reader), header)
        } catch {
            return .reject(error.status, header)
        }
    }

    private static func read(
        _ command: ControlCommand, _ reader: inout OctetReader
    ) throws(InvalidRequest) -> ControlRequest {
        switch command {
        case .online: .online(try selector(&reader))
        case .offline: .offline(try selector(&reader))
        case .burst: .burst(try selector(&reader), good: reader.int32(), total: reader.int32())
        case .modifyMinimumPoll: .modify(reader.address(), .minimumPoll(reader.int32()))
        case .modifyMaximumPoll: .modify(reader.address(), .maximumPoll(reader.int32()))
        case .modifyMinimumStratum: .modify(reader.address(), .minimumStratum(reader.int32()))
        case .modifyPollTarget: .modify(reader.address(), .pollTarget(reader.int32()))
        case .modifyMaximumDelay: .modify(reader.address(), .maximumDelay(reader.duration()))
        case .modifyMaximumDelayRatio: .modify(reader.address(), .maximumDelayRatio(reader.float()))
        case .modifyMaximumDelayDeviationRatio:
            .modify(reader.address(), .maximumDelayDeviationRatio(reader.float()))
        case .dump: .dump
        case .modifyMaximumUpdateSkew: .modifyMaximumUpdateSkew(reader.frequency())
        case .setTime: .setTime(try known(reader.instant(), else: .invalidTimestamp))
        case .manual: .manual(try known(ManualMode(rawValue: reader.int32()), else: .invalid))
        case .sourceCount: .sourceCount
        case .source: .source(index: reader.uint32())
        case .rekey: .rekey
        case .allow: try access(.time, allowed: true, all: false, &reader)
        case .allowAll: try access(.time, allowed: true, all: true, &reader)
        case .deny: try access(.time, allowed: false, all: false, &reader)
        case .denyAll: try access(.time, allowed: false, all: true, &reader)
        case .controlAllow: try access(.control, allowed: true, all: false, &reader)
        case .controlAllowAll: try access(.control, allowed: true, all: true, &reader)
        case .controlDeny: try access(.control, allowed: false, all: false, &reader)
        case .controlDenyAll: try access(.control, allowed: false, all: true, &reader)
        case .checkAccess: .checkAccess(.time, reader.address())
        case .checkControlAccess: .checkAccess(.control, reader.address())
        case .deleteSource: .deleteSource(reader.address())
        case .writeRTC: .writeRTC
        case .changeFrequency: .changeFrequency(reader.frequency())
        case .tracking: .tracking
        case .sourceStatistics: .sourceStatistics(index: reader.uint32())
        case .rtc: .rtc
        case .trimRTC: .trimRTC
        case .cycleLogs: .cycleLogs
        case .manualList: .manualList
        case .manualDelete: .manualDelete(index: reader.int32())
        case .makeStep: .makeStep
        case .activity: .activity
        case .reselect: .reselect
        case .reselectDistance: .reselectDistance(reader.duration())
        case .modifyMakeStep: makeStep(&reader)
        case .smoothing: .smoothing
        case .smoothTime: .smoothTime(try known(SmoothTimeMode(rawValue: reader.int32()), else: .invalid))
        case .refresh: .refresh
        case .serverStatistics: .serverStatistics
        case .localOld: local(&reader, isOld: true)
        case .ntpData: .ntpData(reader.address())
        case .shutdown: .shutdown
        case .onOffline: .onOffline
        case .addSource: .addSource(try SourceAddition.read(&reader).get())
        case .sourceName: .sourceName(reader.address())
        case .resetSources: .resetSources
        case .authentication: .authentication(reader.address())
        case .clientAccesses:
            .clientAccesses(
                first: reader.uint32(), count: reader.uint32(), minimumHits: reader.uint32(),
                reset: reader.uint32() != 0)
        case .selection: .selection(index: reader.uint32())
        case .reloadSources: .reloadSources
        case .changeOffset: .changeOffset(reader.duration())
        case .modifySelectOptions:
            .modifySelectOptions(
                reader.address(), reader.reference(), mask: selectOptions(&reader), options: selectOptions(&reader))
        case .modifyOffset: .modifyOffset(reader.address(), reader.reference(), reader.duration())
        case .local: local(&reader, isOld: false)
        case .status: .status
        case .temperature: .temperature
        case .story: .story(index: reader.uint32())
        }
    }

    private static func known<Value>(
        _ value: Value?, else status: ControlStatus
    ) throws(InvalidRequest) -> Value {
        guard let value else { throw InvalidRequest(status: status) }
        return value
    }

    private static func selector(_ reader: inout OctetReader) throws(InvalidRequest) -> SourceSelector {
        let mask = reader.address()
        switch (mask, reader.address()) {
        case (_, .unspecified): return .all
        case (_, .unresolved(let number)): return .unresolved(number)
        case (.ip(let mask), .ip(let address)) where mask.family == address.family:
            return .matching(address, mask: mask)
        default: throw InvalidRequest(status: .invalidAddressFamily)
        }
    }

    private static func access(
        _ subject: AccessSubject, allowed: Bool, all: Bool, _ reader: inout OctetReader
    ) throws(InvalidRequest) -> ControlRequest {
        let address = reader.address()
        let bits = reader.int32()
        switch address {
        case .unspecified: break
        case .ip(let ip) where (0...ip.width).contains(Int(bits)): break
        default: throw InvalidRequest(status: .badSubnet)
        }
        return .access(subject, address, bits: bits, allowed: allowed, all: all)
    }

    private static func makeStep(_ reader: inout OctetReader) -> ControlRequest {
        let limit = reader.int32()
        return .modifyMakeStep(threshold: reader.duration(), limit: limit)
    }

    private static func local(_ reader: inout OctetReader, isOld: Bool) -> ControlRequest {
        guard reader.int32() != 0 else { return .local(nil) }
        var local = LocalReference(
            stratum: reader.int32(), distance: reader.duration(), orphan: reader.int32() != 0)
        if !isOld {
            local.activate = reader.duration()
            local.waitSynchronised = reader.duration()
            local.waitUnsynchronised = reader.duration()
        }
        return .local(local)
    }

    /// The protocol numbers these options as it does in `add source`.
    private static func selectOptions(_ reader: inout OctetReader) -> SelectOptions {
        let flags = SourceAddition.Options(rawValue: reader.uint32())
        var options: SelectOptions = []
        for (option, flag) in SelectOptions.flags where flags.contains(flag) { options.insert(option) }
        return options
    }
}

extension SelectOptions {
    static let flags: [(SelectOptions, SourceAddition.Options)] = [
        (.noselect, .noselect), (.prefer, .prefer), (.trust, .trust), (.require, .require),
    ]
}
