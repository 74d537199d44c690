internal import Addresses
internal import Control
internal import Estimation
internal import NTPWire
internal import RealTimeClock
internal import Recording
internal import TimeBase

/// Lines of the measurement logs (`log`). Those that the configuration does not ask for are not even made.
extension Timekeeper {
    private func wants(_ log: ChronyLog) -> Bool { settings.logs.contains(log) }

    /// A moment that a sample counts from its origin, as the wall clock showed it, in whole seconds.
    private func wallSeconds(_ moment: Double, _ now: ClockReading) -> Int {
        Int((now.realtime - Duration(clampingSeconds: seconds(at: now) - moment)).sinceEpoch.components.seconds)
    }

    private func wallSeconds(_ now: ClockReading) -> Int { Int(now.realtime.sinceEpoch.components.seconds) }

    /// What the logs call a source.
    private func logName(_ source: Source) -> String {
        source.endpoint?.address.description ?? source.settings.name
    }

    // MARK: measurements

    /// What the last answer of a source told. An answer that says itself that it is worth nothing is a raw measurement.
    mutating func logMeasurement(
        _ sample: Sample, _ index: Int, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard wants(.measurements), let last = sources[index].lastReply else { return }
        let tests = last.tests.logged
        guard settings.logsRawMeasurements || tests.prefix(6).allSatisfy(\.self) else { return }
        append(
            MeasurementLine(
                last.header, logName(sources[index]), time: wallSeconds(sample.time, now), tests: tests,
                sources[index], values: [last.wallOffset, last.delay, last.dispersion],
                kinds: (last.sentKind, last.receivedKind), isInterleaved: last.isInterleaved), &effects)
    }

    /// A packet that no sample was made of: nothing was calculated from it.
    mutating func logRefused(
        _ octets: [UInt8], _ outcome: ReplyOutcome, _ index: Int, _ sentKind: StampKind, _ stamp: Stamp,
        _ effects: inout [Effect]
    ) {
        guard settings.logsRawMeasurements, wants(.measurements), let header = NTPHeader(octets.span) else { return }
        let hasTimes = header.receive != .unknown && header.transmit != .unknown
        let claimed = header.rootDelay.duration / 2 + header.rootDispersion.duration
        let tests =
            [
                outcome != .notExpected, outcome != .bogusOrigin, hasTimes, outcome != .badAuthentication,
                header.leap != .unsynchronised && (1...15).contains(header.stratum), claimed < .seconds(16),
            ] + [Bool](repeating: false, count: 4)
        append(
            MeasurementLine(
                header, logName(sources[index]), time: Int(stamp.time.sinceEpoch.components.seconds), tests: tests,
                sources[index], values: [0, 0, 0], kinds: (sentKind, stamp.kind), isInterleaved: false), &effects)
    }

    private func append(_ line: MeasurementLine, _ effects: inout [Effect]) {
        effects.append(.log(.measurement(line)))
    }

    // MARK: statistics

    /// What a source's samples say together, now that there is one more.
    mutating func logStatistics(
        _ index: Int, after before: Estimate?, count: Int, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard wants(.statistics), let fit = sources[index].estimate.estimate else { return }
        let estimate = sources[index].estimate
        let stress = before.map { ($0.frequency - fit.frequency).magnitude / max($0.skew, 1e-12) }
        effects.append(
            .log(
                .statistics(
                    StatisticsLine(
                        time: wallSeconds(fit.time, now), address: logName(sources[index]),
                        deviation: fit.sampleDeviation,
                        offset: wallOffset(at: now.monotonic) - fit.offset(at: seconds(at: now)),
                        offsetDeviation: fit.offsetDeviation,
                        frequency: fit.frequency - discipline.frequency.ratio, skew: fit.skew, stress: stress ?? 0,
                        samples: estimate.count, firstSample: max(0, count + 1 - estimate.count),
                        runs: estimate.runs, asymmetry: estimate.asymmetry))))
    }

    // MARK: temperature

    /// A temperature was read, and the clock's rate follows it.
    mutating func logTemperature(_ reading: Double, _ now: ClockReading, _ effects: inout [Effect]) {
        guard wants(.tempcomp) else { return }
        effects.append(
            .log(
                .temperature(
                    TemperatureLine(
                        time: wallSeconds(now), temperature: reading, compensation: -clock.compensation * 1e6))))
    }

    // MARK: rtc

    /// The main real-time clock was compared with true time.
    func logRealTimeClock(
        _ sample: RealTimeClockSample, _ keeping: RealTimeClockKeeping, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard wants(.rtc) else { return }
        let estimate = keeping.tracker.estimate(at: sample.time)
        effects.append(
            .log(
                .realTimeClock(
                    RealTimeClockLine(
                        time: wallSeconds(now), offset: sample.offset, isEstimateValid: estimate != nil,
                        estimatedOffset: estimate?.offset ?? 0, frequency: estimate?.frequency.ppm ?? 0,
                        samples: estimate?.samples ?? 0, runs: estimate?.runs ?? 0,
                        interval: Int((keeping.due - now.monotonic).components.seconds)))))
    }

    // MARK: selection

    /// Notes what the logs tell of the state before a selection.
    mutating func beginLoggingSelection(_ now: ClockReading) {
        if wants(.tracking) { lastBound = clockError(at: now)?.bound }
    }

    /// What was just thought of every source.
    mutating func logSelection(_ now: ClockReading, _ effects: inout [Effect]) {
        guard wants(.selection) else { return }
        let moment = seconds(at: now)
        let wall = wallOffset(at: now.monotonic)
        for source in sources where source.isWithinReach {
            let interval = interval(of: source, at: moment).map { known in
                let fast = wall - known.offset
                return (fast - known.distance)...(fast + known.distance)
            }
            effects.append(
                .log(
                    .selection(
                        SelectionLine(
                            time: wallSeconds(now), address: logName(source),
                            state: Character(Unicode.Scalar(source.selection.rawValue)),
                            options: SelectionLine.Options(effective(source)), reach: source.reach,
                            score: source.score, sampleAge: source.lastSample.map { (now.monotonic - $0).inSeconds },
                            interval: interval))))
        }
    }

    // MARK: tracking

    /// A new estimate was taken in.
    ///
    /// - Parameters:
    ///   - error: what the wall clock lacks, seconds.
    ///   - remaining: the part of it that was known before.
    mutating func logTracking(
        _ combination: Combination, _ error: Double, remaining: Double, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
        guard wants(.tracking), let reference else { return }
        let source = sources.first { $0.number == reference.source }
        effects.append(
            .log(
                .tracking(
                    TrackingLine(
                        time: wallSeconds(now), address: source.map { logName($0) } ?? "0.0.0.0",
                        stratum: Int(reference.stratum), frequency: discipline.frequency.ppm,
                        skew: discipline.skew.ppm, offset: remaining - error, leap: reference.leap.logged,
                        combined: combination.members, offsetDeviation: combination.offsetDeviation,
                        remaining: remaining, rootDelay: reference.rootDelay,
                        rootDispersion: reference.rootDispersion, maximumError: lastBound ?? 16))))
    }

    /// There is no reference. What is not known is written as chrony writes it, and readers pass over the line by its `?`.
    mutating func logUnsynchronised(_ now: ClockReading, _ effects: inout [Effect]) {
        guard wants(.tracking) else { return }
        effects.append(
            .log(
                .tracking(
                    TrackingLine(
                        time: wallSeconds(now), address: "0.0.0.0", stratum: 0, frequency: discipline.frequency.ppm,
                        skew: discipline.skew.ppm, offset: 0, leap: "?", combined: 0, offsetDeviation: 0,
                        remaining: wallError(at: now.monotonic) ?? 0, rootDelay: 1, rootDispersion: 1,
                        maximumError: clockError(at: now)?.bound ?? 16))))
    }
}

extension MeasurementLine {
    /// - Parameter values: offset, delay and dispersion.
    fileprivate init(
        _ header: NTPHeader, _ name: String, time: Int, tests: [Bool], _ source: Source, values: [Double],
        kinds: (sent: StampKind, received: StampKind), isInterleaved: Bool
    ) {
        self.init(
            time: time, address: name, leap: header.leap.logged, stratum: min(Int(header.stratum), 16), tests: tests,
            localPoll: source.poll, remotePoll: Int(header.poll), score: source.pollScore, offset: values[0],
            delay: values[1], dispersion: values[2], rootDelay: header.rootDelay.duration.inSeconds,
            rootDispersion: header.rootDispersion.duration.inSeconds,
            referenceIdentifier: header.referenceIdentifier.bits,
            kinds: [
                "\(header.mode.rawValue)\(isInterleaved ? "I" : "B")",
                String(Unicode.Scalar(kinds.sent.letter)), String(Unicode.Scalar(kinds.received.letter)),
            ])
    }
}

extension SelectionLine.Options {
    fileprivate init(_ options: SelectOptions) {
        self = []
        if options.contains(.noselect) { insert(.noselect) }
        if options.contains(.prefer) { insert(.prefer) }
        if options.contains(.trust) { insert(.trust) }
        if options.contains(.require) { insert(.require) }
    }
}

extension LeapIndicator {
    /// `N`, `+`, `-` or `?`, as chrony's logs have it.
    var logged: Character {
        switch self {
        case .none: "N"
        case .insertSecond: "+"
        case .deleteSecond: "-"
        case .unsynchronised: "?"
        }
    }
}

extension UInt16 {
    /// Ten tests from bit 9 down.
    fileprivate var logged: [Bool] { (0..<10).map { self & 1 << (9 - UInt16($0)) != 0 } }
}
