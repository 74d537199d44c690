/// The commands of chrony's command protocol, version 6, and our own, by their numbers.
///
/// Numbers that are missing belonged to commands that were removed; they are answered ``ControlStatus/invalid``.
public enum ControlCommand: UInt16, CaseIterable, Hashable, Sendable {
    case online = 1
    case offline = 2
    case burst = 3
    case modifyMinimumPoll = 4
    case modifyMaximumPoll = 5
    case dump = 6
    case modifyMaximumDelay = 7
    case modifyMaximumDelayRatio = 8
    case modifyMaximumUpdateSkew = 9
    case setTime = 11
    case manual = 13
    case sourceCount = 14
    case source = 15
    case rekey = 16
    case allow = 17
    case allowAll = 18
    case deny = 19
    case denyAll = 20
    case controlAllow = 21
    case controlAllowAll = 22
    case controlDeny = 23
    case controlDenyAll = 24
    case checkAccess = 25
    case checkControlAccess = 26
    case deleteSource = 29
    case writeRTC = 30
    case changeFrequency = 31
    case tracking = 33
    case sourceStatistics = 34
    case rtc = 35
    case trimRTC = 36
    case cycleLogs = 37
    case manualList = 41
    case manualDelete = 42
    case makeStep = 43
    case activity = 44
    case modifyMinimumStratum = 45
    case modifyPollTarget = 46
    case modifyMaximumDelayDeviationRatio = 47
    case reselect = 48
    case reselectDistance = 49
    case modifyMakeStep = 50
    case smoothing = 51
    case smoothTime = 52
    case refresh = 53
    case serverStatistics = 54
    /// `local` as chrony 4.3 sends it; newer ones send ``local``.
    case localOld = 56
    case ntpData = 57
    case shutdown = 62
    case onOffline = 63
    case addSource = 64
    case sourceName = 65
    case resetSources = 66
    case authentication = 67
    case clientAccesses = 68
    case selection = 69
    case reloadSources = 70
    case changeOffset = 71
    case modifySelectOptions = 72
    case modifyOffset = 73
    case local = 74
    /// Ours: the verdict and all that stands behind it.
    case status = 0x7401
    /// Ours: what became of one source in selection, in a sentence.
    case story = 0x7402
    /// Ours: what the temperature does to the clock.
    case temperature = 0x7403

    /// Octets of data in a request, after its header of 20.
    var dataLength: Int {
        switch self {
        case .sourceCount, .rekey, .writeRTC, .tracking, .rtc, .trimRTC, .cycleLogs, .manualList, .makeStep,
            .activity, .reselect, .smoothing, .refresh, .serverStatistics, .shutdown, .onOffline, .resetSources,
            .reloadSources, .status, .temperature:
            0
        case .dump, .modifyMaximumUpdateSkew, .manual, .source, .changeFrequency, .sourceStatistics, .manualDelete,
            .reselectDistance, .smoothTime, .selection, .changeOffset, .story:
            4
        case .modifyMakeStep: 8
        case .setTime: 12
        case .localOld, .clientAccesses: 16
        case .checkAccess, .checkControlAccess, .deleteSource, .ntpData, .sourceName, .authentication: 20
        case .modifyMinimumPoll, .modifyMaximumPoll, .modifyMaximumDelay, .modifyMaximumDelayRatio, .allow, .allowAll,
            .deny, .denyAll, .controlAllow, .controlAllowAll, .controlDeny, .controlDenyAll, .modifyMinimumStratum,
            .modifyPollTarget, .modifyMaximumDelayDeviationRatio:
            24
        case .modifyOffset, .local: 28
        case .modifySelectOptions: 32
        case .online, .offline: 40
        case .burst: 48
        case .addSource: 352
        }
    }

    /// The body of a successful reply.
    var replyCode: ReplyCode {
        switch self {
        case .setTime: .manualTimestamp
        case .sourceCount: .sourceCount
        case .source: .source
        case .tracking: .tracking
        case .sourceStatistics: .sourceStatistics
        case .rtc: .rtc
        case .manualList: .manualList
        case .activity: .activity
        case .smoothing: .smoothing
        case .serverStatistics: .serverStatistics
        case .ntpData: .ntpData
        case .sourceName: .sourceName
        case .authentication: .authentication
        case .clientAccesses: .clientAccesses
        case .selection: .selection
        case .status: .status
        case .story: .story
        case .temperature: .temperature
        default: .null
        }
    }

    /// The length of a request: padded so that its reply is not longer.
    public var requestLength: Int { max(20 + dataLength, replyCode.length) }

    /// The shortest request that is taken: chrony 4.3 asks for shorter replies to two commands.
    var shortestRequest: Int {
        switch self {
        case .serverStatistics: ReplyCode.serverStatisticsOld.length
        case .ntpData: ReplyCode.ntpDataOld.length
        case .localOld: 36
        default: requestLength
        }
    }
}

/// The bodies that a reply may have, by their numbers.
enum ReplyCode: UInt16, CaseIterable {
    case null = 1
    case sourceCount = 2
    case source = 3
    case tracking = 5
    case sourceStatistics = 6
    case rtc = 7
    case activity = 12
    case smoothing = 13
    case ntpDataOld = 16
    case manualTimestamp = 17
    case manualList = 18
    case sourceName = 19
    case authentication = 20
    case clientAccesses = 21
    case selection = 23
    case serverStatisticsOld = 24
    case serverStatistics = 25
    case ntpData = 26
    case status = 0x7401
    case story = 0x7402
    case temperature = 0x7403

    /// Octets of the whole reply, header included.
    var length: Int {
        switch self {
        case .null: 28
        case .sourceCount: 32
        case .source: 76
        case .tracking: 104
        case .sourceStatistics: 84
        case .rtc: 56
        case .activity: 48
        case .smoothing: 52
        case .ntpDataOld: 152
        case .manualTimestamp: 40
        case .manualList: 416
        case .sourceName: 284
        case .authentication: 52
        case .clientAccesses: 520
        case .selection: 76
        case .serverStatisticsOld: 72
        case .serverStatistics: 196
        case .ntpData: 172
        case .status: 28 + StatusReport.size
        case .story: 28 + StatusReport.storySize
        case .temperature: 28 + TemperatureReport.size
        }
    }
}
