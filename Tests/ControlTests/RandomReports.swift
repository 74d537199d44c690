import Addresses
import TimeBase

@testable import Control

/// Draws values that survive the protocol's precision, so that what comes back can be compared exactly.
struct Draw {
    var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    mutating func number() -> Double {
        let value = (random.uniform() - 0.5) * [1e-3, 1, 1e3][Int(random.next() % 3)]
        return ChronyFloat.value(ChronyFloat.bits(value))
    }
    mutating func duration() -> Duration { Duration(clampingSeconds: number()) }
    mutating func frequency() -> Frequency { Frequency(ppm: number()) }
    mutating func integer<Number: FixedWidthInteger>() -> Number { Number(truncatingIfNeeded: random.next()) }
    mutating func bool() -> Bool { random.next() & 1 == 0 }
    mutating func maybe<Value>(_ value: Value) -> Value? { random.next() % 3 == 0 ? nil : value }
    mutating func wholeSeconds() -> Duration { .seconds(Int64(random.next() % 1_000_000)) }
    mutating func leap() -> LeapIndicator { one([.none, .insertSecond, .deleteSecond, .unsynchronised]) }
    mutating func one<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }
    mutating func reference() -> ReferenceIdentifier { ReferenceIdentifier(bits: integer()) }
    mutating func options() -> SelectOptions { SelectOptions(rawValue: UInt16(random.next() % 16)) }

    mutating func ip() -> IPAddress { bool() ? .v4(integer()) : .v6(integer(), integer()) }
    mutating func address() -> SourceAddress {
        switch random.next() % 4 {
        case 0: .unspecified
        case 1: .unresolved(integer())
        default: .ip(ip())
        }
    }
    mutating func selector() -> SourceSelector {
        switch random.next() % 4 {
        case 0: .all
        case 1: .unresolved(integer())
        case 2: .matching(.v4(integer()), mask: .v4(integer()))
        default: .matching(.v6(integer(), integer()), mask: .v6(integer(), integer()))
        }
    }
    /// 1900 to 2170, to the nanosecond.
    mutating func instant() -> Instant<Realtime> {
        let seconds = Int64(random.next() % 8_500_000_000) - 2_200_000_000
        return Instant(sinceEpoch: .seconds(seconds) + .nanoseconds(Int64(random.next() % 1_000_000_000)))
    }
    mutating func text(_ size: Int) -> String {
        var text = ""
        for _ in 0..<Int(random.next() % UInt64(size / 2)) { text += one(["a", "Z", "0", ".", "-", "é", " "]) }
        return text
    }
}

extension Draw {
    mutating func tracking() -> TrackingReport {
        var report = TrackingReport()
        report.referenceIdentifier = reference()
        report.address = address()
        report.stratum = integer()
        report.leap = leap()
        report.referenceTime = maybe(instant())
        report.correction = duration()
        report.lastOffset = duration()
        report.rmsOffset = duration()
        report.frequency = frequency()
        report.residualFrequency = frequency()
        report.skew = frequency()
        report.rootDelay = duration()
        report.rootDispersion = duration()
        report.lastUpdateInterval = duration()
        return report
    }

    mutating func source() -> SourceReport {
        var report = SourceReport()
        report.address = address()
        report.poll = integer()
        report.stratum = integer()
        report.state = one(SourceReport.State.allCases)
        report.mode = one(SourceReport.Mode.allCases)
        report.reach = integer()
        report.lastSampleAge = maybe(wholeSeconds())
        report.originalOffset = duration()
        report.adjustedOffset = duration()
        report.errorBound = duration()
        return report
    }

    mutating func sourceStatistics() -> SourceStatisticsReport {
        var report = SourceStatisticsReport()
        report.referenceIdentifier = reference()
        report.address = address()
        report.sampleCount = integer()
        report.runCount = integer()
        report.span = wholeSeconds()
        report.standardDeviation = duration()
        report.residualFrequency = frequency()
        report.skew = frequency()
        report.estimatedOffset = duration()
        report.estimatedOffsetError = duration()
        return report
    }

    mutating func selection() -> SelectionReport {
        var report = SelectionReport()
        report.referenceIdentifier = reference()
        report.address = address()
        report.state = integer()
        report.isAuthenticated = bool()
        report.leap = leap()
        report.configuredOptions = options()
        report.effectiveOptions = options()
        report.lastSampleAge = maybe(wholeSeconds())
        report.score = number()
        report.lowestOffset = duration()
        report.highestOffset = duration()
        return report
    }

    mutating func manualList() -> ManualListReport {
        var report = ManualListReport()
        for _ in 0..<Int(random.next() % 17) {
            var entry = ManualListReport.Entry()
            entry.time = maybe(instant())
            entry.slewedOffset = duration()
            entry.originalOffset = duration()
            entry.residual = duration()
            report.entries.append(entry)
        }
        return report
    }

    mutating func ntpData() -> NTPDataReport {
        var report = NTPDataReport()
        report.remoteAddress = address()
        report.localAddress = address()
        report.remotePort = integer()
        report.leap = leap()
        report.version = integer()
        report.mode = integer()
        report.stratum = integer()
        report.poll = integer()
        report.precision = integer()
        report.rootDelay = duration()
        report.rootDispersion = duration()
        report.referenceIdentifier = reference()
        report.referenceTime = maybe(instant())
        report.offset = duration()
        report.delay = duration()
        report.dispersion = duration()
        report.responseTime = duration()
        report.jitterAsymmetry = number()
        report.tests = UInt16(random.next() % 1024)
        report.isInterleaved = bool()
        report.isAuthenticated = bool()
        report.transmitStamp = integer()
        report.receiveStamp = integer()
        report.sentCount = integer()
        report.receivedCount = integer()
        report.validCount = integer()
        report.goodCount = maybe(integer())
        report.kernelTransmitCount = maybe(integer())
        report.kernelReceiveCount = maybe(integer())
        report.hardwareTransmitCount = maybe(integer())
        report.hardwareReceiveCount = maybe(integer())
        return report
    }

    mutating func serverStatistics() -> ServerStatisticsReport {
        var report = ServerStatisticsReport()
        report.ntpHits = maybe(integer())
        report.keyExchangeHits = maybe(integer())
        report.commandHits = maybe(integer())
        report.ntpDrops = maybe(integer())
        report.keyExchangeDrops = maybe(integer())
        report.commandDrops = maybe(integer())
        report.logDrops = maybe(integer())
        report.authenticatedHits = maybe(integer())
        report.interleavedHits = maybe(integer())
        report.timestampsHeld = maybe(integer())
        report.timestampSpan = maybe(integer())
        report.daemonReceiveStamps = maybe(integer())
        report.daemonTransmitStamps = maybe(integer())
        report.kernelReceiveStamps = maybe(integer())
        report.kernelTransmitStamps = maybe(integer())
        report.hardwareReceiveStamps = maybe(integer())
        report.hardwareTransmitStamps = maybe(integer())
        return report
    }

    mutating func activity() -> ActivityReport {
        var report = ActivityReport()
        report.online = integer()
        report.offline = integer()
        report.burstOnline = integer()
        report.burstOffline = integer()
        report.unresolved = integer()
        return report
    }

    mutating func status() -> StatusReport {
        var report = StatusReport()
        report.verdict = one(StatusReport.Verdict.allCases)
        report.controlsClock = bool()
        report.leap = leap()
        report.stratum = integer()
        report.bound = maybe(duration())
        report.agreement = maybe(duration())
        report.boundGrowth = maybe(frequency())
        report.offset = maybe(duration())
        report.offsetError = maybe(duration())
        report.frequency = maybe(frequency())
        report.skew = maybe(frequency())
        report.rootDelay = maybe(duration())
        report.rootDispersion = maybe(duration())
        report.recordSpan = maybe(duration())
        report.worstAfterHour = maybe(duration())
        report.worstAfterEightHours = maybe(duration())
        report.worstAfterDay = maybe(duration())
        report.boundAfterHour = maybe(duration())
        report.boundAfterDay = maybe(duration())
        report.referenceTime = maybe(instant())
        report.referenceIdentifier = reference()
        report.sourceAddress = address()
        report.sourceStratum = integer()
        report.sourceReach = integer()
        report.sourceAge = maybe(duration())
        report.sourceCount = integer()
        report.usableSourceCount = integer()
        report.sourceName = text(StatusReport.nameSize)
        report.reason = text(StatusReport.reasonSize)
        report.nextStep = text(StatusReport.nextStepSize)
        return report
    }

    mutating func clientAccesses() -> ClientAccessReport {
        var report = ClientAccessReport()
        report.indexCount = integer()
        report.next = integer()
        for _ in 0..<Int(random.next() % 9) {
            var client = ClientAccessReport.Client()
            client.address = address()
            client.ntpHits = integer()
            client.commandDrops = integer()
            client.ntpInterval = maybe(Int8(random.next() % 20) - 6)
            client.ntpTimeoutInterval = maybe(Int8(random.next() % 20) - 6)
            client.lastNTPHit = maybe(integer())
            client.lastCommandHit = maybe(integer())
            report.clients.append(client)
        }
        return report
    }

    mutating func authentication() -> AuthenticationReport {
        var report = AuthenticationReport()
        report.mode = one(AuthenticationReport.Mode.allCases)
        report.keyType = integer()
        report.key = integer()
        report.keyLength = integer()
        report.keyExchangeAttempts = integer()
        report.lastKeyExchangeAge = maybe(wholeSeconds())
        report.cookies = integer()
        report.cookieLength = integer()
        report.refusals = integer()
        return report
    }

    mutating func rtc() -> RTCReport {
        var report = RTCReport()
        report.referenceTime = maybe(instant())
        report.sampleCount = integer()
        report.runCount = integer()
        report.span = wholeSeconds()
        report.fast = duration()
        report.frequency = frequency()
        return report
    }

    mutating func smoothing() -> SmoothingReport {
        var report = SmoothingReport()
        report.isActive = bool()
        report.isLeapOnly = bool()
        report.offset = duration()
        report.frequency = frequency()
        report.wander = frequency()
        report.lastUpdateAge = duration()
        report.remainingTime = duration()
        return report
    }

    mutating func manualTimestamp() -> ManualTimestampReport {
        var report = ManualTimestampReport()
        report.fast = duration()
        report.frequencyChange = frequency()
        report.frequency = frequency()
        return report
    }

    /// A reply of each kind, with the request that it answers.
    mutating func exchanges() -> [(ControlRequest, ControlReply)] {
        [
            (.sourceCount, .sourceCount(integer())),
            (.source(index: integer()), .source(source())),
            (.sourceName(address()), .sourceName(text(256))),
            (.sourceStatistics(index: integer()), .sourceStatistics(sourceStatistics())),
            (.tracking, .tracking(tracking())),
            (.activity, .activity(activity())),
            (.ntpData(address()), .ntpData(ntpData())),
            (.selection(index: integer()), .selection(selection())),
            (.serverStatistics, .serverStatistics(serverStatistics())),
            (.authentication(address()), .authentication(authentication())),
            (.rtc, .rtc(rtc())),
            (.smoothing, .smoothing(smoothing())),
            (.manualList, .manualList(manualList())),
            (.setTime(instant()), .manualTimestamp(manualTimestamp())),
            (
                .clientAccesses(first: integer(), count: integer(), minimumHits: integer(), reset: bool()),
                .clientAccesses(clientAccesses())
            ),
            (.status, .statusReport(status())),
            (.story(index: integer()), .story(text(StatusReport.storySize))),
            (.temperature, .temperature(temperature())),
        ]
    }

    /// A request of each kind that is answered by a status alone.
    mutating func commands() -> [ControlRequest] {
        [
            .online(selector()), .offline(selector()), .burst(selector(), good: integer(), total: integer()),
            .onOffline, .addSource(addition()), .deleteSource(address()),
            .modify(address(), .minimumPoll(integer())), .modify(address(), .maximumPoll(integer())),
            .modify(address(), .minimumStratum(integer())), .modify(address(), .pollTarget(integer())),
            .modify(address(), .maximumDelay(duration())), .modify(address(), .maximumDelayRatio(number())),
            .modify(address(), .maximumDelayDeviationRatio(number())),
            .modifySelectOptions(address(), reference(), mask: options(), options: options()),
            .modifyOffset(address(), reference(), duration()), .refresh, .reloadSources, .resetSources, .reselect,
            .reselectDistance(duration()), .makeStep, .modifyMakeStep(threshold: duration(), limit: integer()),
            .modifyMaximumUpdateSkew(frequency()), .changeFrequency(frequency()), .changeOffset(duration()),
            .manual(one(ManualMode.allCases)), .manualDelete(index: integer()),
            .smoothTime(one(SmoothTimeMode.allCases)), .local(nil), .local(local()), .checkAccess(.time, address()),
            .checkAccess(.control, address()), access(), access(), .dump, .rekey, .cycleLogs, .writeRTC, .trimRTC,
            .shutdown,
        ]
    }

    mutating func access() -> ControlRequest {
        let ip = ip()
        let bits = Int32(random.next() % UInt64(ip.width + 1))
        return .access(one([.time, .control]), .ip(ip), bits: bits, allowed: bool(), all: bool())
    }

    mutating func local() -> LocalReference {
        LocalReference(
            stratum: integer(), distance: duration(), orphan: bool(), activate: duration(),
            waitSynchronised: duration(), waitUnsynchronised: duration())
    }

    mutating func addition() -> SourceAddition {
        var source = SourceAddition(kind: one(SourceAddition.Kind.allCases), name: "x" + text(250))
        source.port = integer()
        source.minimumPoll = integer()
        source.maximumPoll = integer()
        source.presendPoll = integer()
        source.minimumStratum = integer()
        source.pollTarget = integer()
        source.version = integer()
        source.maximumSources = integer()
        source.minimumSamples = integer()
        source.maximumSamples = integer()
        source.key = integer()
        source.ntsPort = integer()
        source.maximumDelay = duration()
        source.maximumDelayRatio = number()
        source.maximumDelayDeviationRatio = number()
        source.minimumDelay = duration()
        source.asymmetry = number()
        source.offset = duration()
        source.options = SourceAddition.Options(rawValue: integer())
        source.filter = integer()
        source.certificateSet = integer()
        source.maximumDelayQuantile = number()
        source.maximumUnreachable = integer()
        return source
    }
}

extension Draw {
    mutating func temperature() -> TemperatureReport {
        var report = TemperatureReport()
        report.isLearned = bool()
        report.reading = maybe(number())
        report.compensation = maybe(number())
        report.reference = maybe(number())
        report.linear = maybe(number())
        report.linearDeviation = maybe(number())
        report.quadratic = maybe(number())
        report.span = maybe(number())
        report.lowest = maybe(number())
        report.highest = maybe(number())
        report.variationWithout = maybe(number())
        report.variationWith = maybe(number())
        return report
    }
}
