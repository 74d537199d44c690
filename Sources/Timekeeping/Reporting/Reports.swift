internal import Addresses
internal import Control
internal import Estimation
internal import NTPWire
internal import TimeBase

/// What is told of the engine's state: getters, each of which reads one moment.
extension Timekeeper {
    func trackingReport(at now: ClockReading) -> TrackingReport {
        var report = TrackingReport()
        report.frequency = discipline.frequency
        report.skew = discipline.updates > 0 || settings.initialDrift != nil ? discipline.skew : .zero
        report.residualFrequency = discipline.residual
        report.correction = Duration(clampingSeconds: wallError(at: now.monotonic) ?? 0)
        report.lastOffset = Duration(clampingSeconds: discipline.lastOffset)
        report.rmsOffset = Duration(clampingSeconds: discipline.rmsOffset ?? 0)
        report.lastUpdateInterval = discipline.updateInterval
        switch standing(at: now) {
        case .unsynchronised, .tooDistant: break
        case .local(let local):
            report.referenceIdentifier = .local
            report.stratum = UInt16(local.stratum)
            report.leap = .none
            report.referenceTime = now.realtime
        case .island(let island): report.fill(island, at: now)
        case .following(let reference, let rootDispersion):
            report.referenceIdentifier = reference.identifier
            report.address = reference.address.map { .ip($0) } ?? .unspecified
            report.stratum = UInt16(reference.stratum)
            report.leap = reference.leap
            report.referenceTime = reference.time
            report.rootDelay = Duration(clampingSeconds: reference.rootDelay)
            report.rootDispersion = Duration(clampingSeconds: rootDispersion)
        }
        return report
    }

    func sourceReport(_ index: Int, _ now: ClockReading) -> SourceReport {
        let source = sources[index]
        var report = SourceReport()
        report.address = reportedAddress(source)
        report.poll = Int16(clamping: source.poll)
        report.stratum = UInt16(clamping: source.stratum > 15 ? 0 : source.stratum)
        report.reach = UInt16(source.reach)
        report.state =
            switch source.selection {
            case .selected: .selected
            case .combined: .combined
            case .falseticker: .falseticker
            case .jittery: .jittery
            case .distant, .notPreferred, .untrusted, .waitingForUpdate: .selectable
            default: .nonselectable
            }
        if source.settings.kind == .peer { report.mode = .peer }
        if source.settings.kind == .referenceClock { report.mode = .referenceClock }
        report.lastSampleAge = source.lastSample.map { now.monotonic - $0 }
        if let sample = source.estimate.newest {
            let then = sample.offset - wallOffset(at: now.monotonic)
            report.originalOffset = Duration(clampingSeconds: source.lastReply?.wallOffset ?? then)
            let age = max(seconds(at: now) - sample.time, 0)
            report.adjustedOffset = Duration(clampingSeconds: then - discipline.frequency.ratio * age)
            report.errorBound = Duration(clampingSeconds: sample.rootDistance)
        }
        return report
    }

    func statisticsReport(_ index: Int, _ now: ClockReading) -> SourceStatisticsReport {
        let source = sources[index]
        var report = SourceStatisticsReport()
        report.referenceIdentifier = controlIdentifier(source)
        report.address = controlAddress(source)
        report.sampleCount = UInt32(clamping: source.estimate.count)
        report.runCount = UInt32(clamping: source.estimate.runs)
        report.span = Duration(clampingSeconds: source.estimate.span)
        if let fit = source.estimate.estimate {
            report.standardDeviation = Duration(clampingSeconds: fit.sampleDeviation)
            report.residualFrequency = Frequency(ratio: fit.frequency) - discipline.frequency
            report.skew = Frequency(ratio: fit.skew)
            report.estimatedOffset = Duration(
                clampingSeconds: fit.offset(at: seconds(at: now)) - wallOffset(at: now.monotonic))
            report.estimatedOffsetError = Duration(clampingSeconds: fit.offsetDeviation)
        }
        return report
    }

    var activityReport: ActivityReport {
        var report = ActivityReport()
        for source in sources where source.settings.kind != .referenceClock {
            if source.endpoint == nil {
                report.unresolved += 1
            } else if source.burst != nil {
                if source.isOnline { report.burstOnline += 1 } else { report.burstOffline += 1 }
            } else if source.isOnline {
                report.online += 1
            } else {
                report.offline += 1
            }
        }
        return report
    }

    func ntpDataReport(_ index: Int) -> NTPDataReport {
        let source = sources[index]
        var report = NTPDataReport()
        report.remoteAddress = controlAddress(source)
        report.remotePort = source.endpoint?.port ?? 0
        report.sentCount = source.requests
        report.receivedCount = source.replies
        report.validCount = source.validReplies
        report.goodCount = source.outcomes[ReplyOutcome.accepted.rawValue]
        report.kernelTransmitCount = source.kernelSent
        report.kernelReceiveCount = source.kernelReceived
        report.hardwareTransmitCount = source.hardwareSent
        report.hardwareReceiveCount = source.hardwareReceived
        guard let last = source.lastReply else { return report }
        report.localAddress = last.local.map { .ip($0) } ?? .unspecified
        report.leap = last.header.leap
        report.version = last.header.version
        report.mode = last.header.mode.rawValue
        report.stratum = last.header.stratum
        report.poll = last.header.poll
        report.precision = last.header.precision
        report.rootDelay = last.header.rootDelay.duration
        report.rootDispersion = last.header.rootDispersion.duration
        report.referenceIdentifier = last.header.referenceIdentifier
        report.referenceTime = last.referenceTime
        report.offset = Duration(clampingSeconds: last.wallOffset)
        report.delay = Duration(clampingSeconds: last.delay)
        report.dispersion = Duration(clampingSeconds: last.dispersion)
        report.responseTime = Duration(clampingSeconds: last.responseTime)
        report.jitterAsymmetry = source.estimate.asymmetry
        report.tests = last.tests
        report.isInterleaved = last.isInterleaved
        report.isAuthenticated = source.settings.isAuthenticated
        report.transmitStamp = last.sentKind.letter
        report.receiveStamp = last.receivedKind.letter
        return report
    }

    func authenticationReport(_ index: Int) -> AuthenticationReport {
        var report = AuthenticationReport()
        guard let number = sources[index].settings.key else { return report }
        report.mode = .symmetric
        report.key = number
        if let key = keys.key(number) {
            report.keyType = key.algorithm.rawValue
            report.keyLength = UInt16(clamping: key.secret.count * 8)
        }
        return report
    }

    func selectionReport(_ index: Int, _ now: ClockReading) -> SelectionReport {
        let source = sources[index]
        var report = SelectionReport()
        report.referenceIdentifier = controlIdentifier(source)
        report.address = controlAddress(source)
        report.state = source.selection.rawValue
        report.leap = source.leap
        report.isAuthenticated = source.settings.isAuthenticated
        report.configuredOptions = configured(source)
        report.effectiveOptions = effective(source)
        report.lastSampleAge = source.lastSample.map { now.monotonic - $0 }
        report.score = source.score
        if let interval = interval(of: source, at: seconds(at: now)) {
            let wall = wallOffset(at: now.monotonic)
            report.lowestOffset = Duration(clampingSeconds: interval.offset - interval.distance - wall)
            report.highestOffset = Duration(clampingSeconds: interval.offset + interval.distance - wall)
        }
        return report
    }

    func statusReport(at now: ClockReading) -> StatusReport {
        let state = state(at: now)
        var report = StatusReport()
        report.verdict = state.verdict
        report.controlsClock = controlsClock
        report.bound = state.bound
        report.agreement = state.agreement
        report.offset = state.offset
        // 95 % of a normal distribution lie within 1.96 standard deviations.
        report.offsetError = state.deviation.map { Duration(clampingSeconds: $0.inSeconds * 1.96) }
        report.reason = state.reason
        report.nextStep = state.nextStep
        if discipline.updates > 0 || settings.initialDrift != nil {
            report.frequency = discipline.frequency
            report.skew = discipline.skew
        }
        if let bound = state.bound?.inSeconds {
            report.recordSpan = steadiness.span.map { Duration(clampingSeconds: $0) }
            report.worstAfterHour = steadiness.worstError(after: 3600).map { Duration(clampingSeconds: $0) }
            report.worstAfterEightHours = steadiness.worstError(after: 28800).map { Duration(clampingSeconds: $0) }
            report.worstAfterDay = steadiness.worstError(after: 86400).map { Duration(clampingSeconds: $0) }
            report.boundGrowth = state.growth
            report.boundAfterHour = confirmed.map {
                Duration(clampingSeconds: bound + $0.growth(in: 3600, at: seconds(at: now)))
            }
            report.boundAfterDay = confirmed.map {
                Duration(clampingSeconds: bound + $0.growth(in: 86400, at: seconds(at: now)))
            }
        }
        let tracking = trackingReport(at: now)
        report.leap = tracking.leap
        report.stratum = UInt8(clamping: tracking.stratum)
        report.referenceTime = tracking.referenceTime
        report.referenceIdentifier = tracking.referenceIdentifier
        report.sourceCount = UInt16(clamping: sources.count)
        report.usableSourceCount = UInt16(
            clamping: sources.count { $0.selection == .selected || $0.selection == .combined })
        if case .island(let island) = standing(at: now), island.isServed, island.hasJoined {
            report.rootDelay = .zero
            report.rootDispersion = tracking.rootDispersion
        }
        guard let reference else { return report }
        report.rootDelay = tracking.rootDelay
        report.rootDispersion = tracking.rootDispersion
        if let source = sources.first(where: { $0.number == reference.source }) {
            report.sourceAddress = controlAddress(source)
            report.sourceName = source.settings.name
            report.sourceStratum = UInt8(clamping: source.stratum)
            report.sourceReach = source.reach
            report.sourceAge = source.lastSample.map { now.monotonic - $0 }
        }
        return report
    }

    /// What stands for a source where four octets are all the room.
    func controlIdentifier(_ source: Source) -> ReferenceIdentifier {
        if let clock = referenceClocks.first(where: { $0.source == source.number }) { return clock.settings.identifier }
        return source.endpoint.map { ReferenceIdentifier(bits: $0.address.identifier) } ?? .none
    }
}

extension StampKind {
    /// `D`, `K` or `H`, as chrony's logs have it.
    var letter: UInt8 {
        switch self {
        case .daemon: UInt8(ascii: "D")
        case .kernel: UInt8(ascii: "K")
        case .hardware: UInt8(ascii: "H")
        }
    }
}
