internal import RealTimeClock
internal import TimeBase

/// What a real-time clock that was learned while there was true time tells an island that has drifted away from it.
///
/// The RTC is no member: it does not take part in every correction, since to pull a little all the time would only set one
/// member apart from the others. But when the common time is certainly wrong, because it lies beyond all that the RTC can
/// be off, the member that sees it brings the common time back to the edge of that, as somebody would by hand, and all
/// members follow by slewing. Where several members have RTCs, none undoes what another did: the truth is inside what
/// each of them allows.
extension Timekeeper {
    /// Whether an RTC has a say in this island: an operator's word counts more, and so does an RTC that somebody set.
    func isAskedByIsland(_ keeping: RealTimeClockKeeping) -> Bool {
        guard let island, let scale = island.scale, reference == nil, scale.isSettled else { return false }
        return keeping.isTrustedByIsland && scale.setting == island.settingByRTC
    }

    /// An edge of an RTC, while nobody has true time.
    mutating func compareWithIsland(
        _ keeping: inout RealTimeClockKeeping, _ edge: EdgeFinder.Edge, _ now: ClockReading, _ effects: inout [Effect]
    ) {
        guard isAskedByIsland(keeping), var scale = island?.scale else { return }
        keeping.due = now.monotonic + Self.islandLookInterval
        let moment = seconds(clock.oscillator(at: edge.moment))
        let common =
            clock.realtime(at: edge.moment)
            + Duration(clampingSeconds: scale.offset(at: moment) - wallOffset(at: edge.moment))
        guard let known = prediction(keeping, at: common) else { return }
        // By how much the common time is fast, by what the RTC shows, and how far that may be wrong.
        let fast = (common.sinceEpoch - .seconds(edge.seconds)).inSeconds + known.offset
        let width = known.bound + edge.uncertainty.inSeconds
        defer { keeping.lastLook = (edge.moment, fast) }
        if let last = keeping.lastLook {
            let elapsed = (edge.moment - last.moment).inSeconds
            guard (fast - last.fast).magnitude < 0.05 + Self.fastestDrift * elapsed else {
                // Somebody set it, perhaps by the very time that it is to judge.
                keeping.isTrustedByIsland = false
                return
            }
        }
        guard fast.magnitude > width + Self.clearlyBeyond, width < Self.widestUse else { return }
        let excess = fast < 0 ? fast + width : fast - width
        scale.setByHand(by: -excess, at: seconds(at: now))
        island?.scale = scale
        island?.settingByRTC = scale.setting
        island?.due = now.monotonic + Duration(clampingSeconds: scale.settings.interval)
        // On its way the common time is no measure of anything.
        keeping.lastLook = nil
        keeping.due = now.monotonic + .seconds(3600)
        effects.append(
            .note(.islandPulled(by: Duration(clampingSeconds: -excess), name: keeping.settings.name)))
        steerByIsland(now, &effects, mayStep: false)
    }

    /// By how much the RTC is fast at a time, and how far that may be wrong; nil if it was never compared with true time.
    private func prediction(
        _ keeping: RealTimeClockKeeping, at time: Instant<Realtime>
    ) -> (offset: Double, bound: Double)? {
        let seconds = time.sinceEpoch.inSeconds
        let written = keeping.tracker.isWrittenByKernel ? Self.lastWrite : 0
        if let estimate = keeping.tracker.estimate(at: seconds) { return (estimate.offset, estimate.bound + written) }
        guard let record = keeping.settings.record else { return nil }
        let known = RealTimeClockPrediction(record, chip: keeping.settings.chip).offset(at: seconds, celsius: nil)
        return (known.offset, known.bound + written)
    }

    /// How often an island looks at an RTC.
    private static let islandLookInterval = Duration.seconds(240)
    /// The common time must be so far beyond what the RTC allows, seconds.
    private static let clearlyBeyond = 0.01
    /// An RTC that may be off by more, seconds, is no help.
    private static let widestUse = 60.0
    /// What the common time and an RTC may gain on each other, s/s; more is a setting.
    private static let fastestDrift = 300e-6
    /// What the kernel's last write may have moved the RTC by since it was compared, seconds.
    private static let lastWrite = 0.05
}
