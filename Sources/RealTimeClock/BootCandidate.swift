internal import Recording
internal import TimeBase

/// What one of the machine's real-time clocks says of true time when the machine starts.
struct BootCandidate {
    /// Its place among ``BootEvidence/realTimeClocks``.
    var index: Int
    var time: Instant<Realtime>
    /// How far true time can be from ``time``; nil where nothing is promised.
    var bound: Duration?

    /// How far an RTC may lag behind what has certainly passed, by drift alone.
    private static let slack = Duration.seconds(600)

    /// The one to go by; nil if none is believed.
    ///
    /// That is the one with the smallest bound. Where RTCs that promise something contradict each other, it is the best of
    /// those that most of the others agree with; where there is no majority, nothing is promised.
    static func best(_ evidence: BootEvidence, _ floor: BootEvidence.Floor, _ reasons: inout [String]) -> BootCandidate?
    {
        if evidence.realTimeClocks.allSatisfy({ $0.reading == .absent }) {
            reasons.append("there is no RTC")
            return nil
        }
        var candidates: [BootCandidate] = []
        for index in evidence.realTimeClocks.indices {
            if let candidate = BootCandidate(evidence, index, floor, &reasons) { candidates.append(candidate) }
        }
        guard var best = choose(candidates, evidence) else { return nil }
        let promising = candidates.filter { $0.bound != nil }
        let agreeing = promising.count { $0.agrees(with: best) }
        if best.bound != nil, promising.count > 1, 2 * agreeing <= promising.count {
            best.bound = nil
            reasons.append("the RTCs contradict each other, so that nothing is promised")
        }
        for other in promising where !other.agrees(with: best) && best.bound != nil {
            reasons.append("\(evidence.words(for: other.index)) is not believed: the others contradict it")
        }
        if candidates.count > 1 {
            let promise = best.bound.map { ", +/-\(BootDecision.words($0))" } ?? ""
            reasons.append("\(evidence.words(for: best.index)) is the best of them\(promise)")
        }
        return best
    }

    private static func choose(_ candidates: [BootCandidate], _ evidence: BootEvidence) -> BootCandidate? {
        let promising = candidates.filter { $0.bound != nil }
        // Nothing is promised: first what was measured at all, then what has the better crystal, then the main one.
        guard !promising.isEmpty else {
            return candidates.min { left, right in
                rank(evidence.realTimeClocks[left.index], left) < rank(evidence.realTimeClocks[right.index], right)
            }
        }
        let most = promising.map { one in promising.count { $0.agrees(with: one) } }.max() ?? 0
        let trusted = promising.filter { one in promising.count { $0.agrees(with: one) } == most }
        return trusted.min { ($0.bound ?? .zero, $0.index) < ($1.bound ?? .zero, $1.index) }
    }

    private static func rank(_ clock: BootEvidence.RealTimeClock, _ candidate: BootCandidate) -> (Int, Int, Int) {
        (clock.record == nil ? 1 : 0, clock.chip.crystal == .compensated ? 0 : 1, candidate.index)
    }

    /// Whether true time can be what both say.
    private func agrees(with other: BootCandidate) -> Bool {
        guard let bound, let others = other.bound else { return index == other.index }
        return (time - other.time).magnitude <= bound + others
    }

    /// True time by one RTC; nil if it is not believed.
    private init?(
        _ evidence: BootEvidence, _ index: Int, _ floor: BootEvidence.Floor, _ reasons: inout [String]
    ) {
        let clock = evidence.realTimeClocks[index]
        let name = evidence.words(for: index)
        let shown: Instant<Realtime>
        let uncertainty: Duration
        switch clock.reading {
        case .absent:
            reasons.append("\(name) is not there")
            return nil
        case .fails(let sentence):
            reasons.append("\(name) is not believed: \(sentence)")
            return nil
        case .shows(let time, let doubt):
            (shown, uncertainty) = (time, doubt)
        }
        // What makes up for any drift: an RTC that far behind has not merely drifted.
        guard shown > floor.time - Self.slack else {
            reasons.append(
                "\(name) is not believed: it shows \(BootDecision.date(shown)), which is before \(floor.name) "
                    + "(\(BootDecision.date(floor.time)))")
            return nil
        }
        guard shown - floor.time < BootDecision.longest else {
            reasons.append(
                "\(name) is not believed: it shows \(BootDecision.date(shown)), more than 20 years after \(floor.name) "
                    + "(\(BootDecision.date(floor.time)))")
            return nil
        }
        var (time, bound) = Self.correction(clock, evidence.celsius, shown, uncertainty, name, &reasons)
        if time < floor.time {
            guard let known = bound, time + known >= floor.time || floor.time - time < .seconds(2) else {
                reasons.append(
                    "\(name) is not believed: corrected it shows \(BootDecision.date(time)), which is before "
                        + "\(floor.name) (\(BootDecision.date(floor.time)))")
                return nil
            }
            // What has passed cannot come.
            bound = known + (floor.time - time)
            time = floor.time
        }
        self.index = index
        self.time = time
        self.bound = bound
    }

    private static func correction(
        _ clock: BootEvidence.RealTimeClock, _ celsius: Double?, _ shown: Instant<Realtime>, _ uncertainty: Duration,
        _ name: String, _ reasons: inout [String]
    ) -> (time: Instant<Realtime>, bound: Duration?) {
        let seconds = shown.sinceEpoch.inSeconds
        if let record = clock.record {
            let prediction = RealTimeClockPrediction(record, chip: clock.chip)
            // By its own time less what it was ahead then: near enough to say how long ago that was.
            var offset = prediction.offset(at: seconds - record.offset, celsius: celsius)
            offset = prediction.offset(at: seconds - offset.offset, celsius: celsius)
            let away = seconds - offset.offset - record.reference
            reasons.append(
                "\(name), measured \(BootDecision.words(.seconds(max(away, 0)))) ago, is taken to be "
                    + "\(BootDecision.words(.seconds(offset.offset.magnitude))) \(offset.offset < 0 ? "slow" : "fast")")
            return (
                shown - Duration(clampingSeconds: offset.offset),
                record.offsetBound == nil || away < 0 ? nil : Duration(clampingSeconds: offset.bound) + uncertainty
            )
        }
        if let adjustment = clock.adjustment?.adjustment(at: seconds) {
            reasons.append("\(name) is corrected by /etc/adjtime, which promises nothing")
            return (shown + Duration(clampingSeconds: adjustment), nil)
        }
        reasons.append("\(name) is taken as it is, for nobody has measured it yet")
        return (shown, nil)
    }
}
