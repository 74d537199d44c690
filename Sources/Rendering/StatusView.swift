public import Control
public import TimeBase

/// A status with where and when it was asked.
public struct StatusView: Sendable {
    public var report: StatusReport
    /// Whether the daemon steers the clock; nil if it does not say.
    public var controlsClock: Bool?
    /// The program that answered: `timeballd`, or `chronyd` of whose tracking the status is derived.
    public var daemon: String
    /// When it was asked.
    public var now: Instant<Realtime>

    /// What timeballd says itself.
    public init(_ report: StatusReport, at now: Instant<Realtime>) {
        self.report = report
        self.controlsClock = report.controlsClock
        self.daemon = "timeballd"
        self.now = now
    }

    /// What can be said from what chronyd reports: its bound is what is left to correct, half the root delay, and the
    /// root dispersion.
    ///
    /// - Parameter sources: all sources; their states tell settling from holding.
    public init(tracking: TrackingReport, sources: [SourceRow], at now: Instant<Realtime>) {
        self.controlsClock = nil
        self.daemon = "chronyd"
        self.now = now
        var report = StatusReport()
        let isFollowing = tracking.leap != .unsynchronised && tracking.referenceIdentifier != .none
        let isAnswered = sources.contains { $0.report.reach & 0xff != 0 }
        let selected = sources.first { $0.report.state == .selected }
        if isFollowing {
            report.leap = tracking.leap
            report.stratum = UInt8(clamping: tracking.stratum)
            report.referenceTime = tracking.referenceTime
            // Serving its own clock, chronyd has nothing to compare with, and its zeros say nothing.
            if tracking.referenceIdentifier != .local {
                report.offset = tracking.correction
                report.frequency = tracking.frequency
                report.skew = tracking.skew
            }
            report.rootDelay = tracking.rootDelay
            report.rootDispersion = tracking.rootDispersion
        }
        report.referenceIdentifier = tracking.referenceIdentifier
        report.sourceAddress = tracking.address
        report.sourceCount = UInt16(clamping: sources.count)
        report.usableSourceCount = UInt16(
            clamping: sources.count { [.selected, .combined, .selectable].contains($0.report.state) })
        if let selected {
            report.sourceStratum = UInt8(clamping: selected.report.stratum)
            report.sourceReach = UInt8(truncatingIfNeeded: selected.report.reach)
            report.sourceAge = selected.report.lastSampleAge
            report.sourceName = selected.label
        }
        if !isFollowing {
            report.verdict = isAnswered ? .settling : .unknown
            report.reason = isAnswered ? "Sources answer, but none is selected yet" : "No source has answered"
            report.nextStep = "timeball sources -v"
        } else if tracking.referenceIdentifier == .local {
            report.verdict = .agreed
            report.reason = "The daemon serves its own clock; no source confirms it"
            report.nextStep = "timeball sources"
        } else {
            report.bound =
                tracking.correction.magnitude + Duration(clampingSeconds: tracking.rootDelay.inSeconds / 2)
                + tracking.rootDispersion
            let isSilent = !sources.isEmpty && !isAnswered
            report.verdict = isSilent ? .holding : .right
            if isSilent {
                report.reason = "No source answers; the clock runs on what was learned"
                report.nextStep = "timeball sources -v"
            }
        }
        self.report = report
    }
}
