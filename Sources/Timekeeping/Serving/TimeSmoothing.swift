internal import Control
public import TimeBase

/// How the time that clients are served is smoothed (`smoothtime`).
public struct SmoothTimeSettings: Equatable, Sendable {
    /// How fast the smoothed time may run towards the right one; above zero.
    public var maximumFrequency: Frequency
    /// How much that frequency may change in a second; above zero.
    public var maximumWander: Frequency
    /// Only leap seconds are smoothed.
    public var leapOnly: Bool

    public init(maximumFrequency: Frequency, maximumWander: Frequency, leapOnly: Bool = false) {
        self.maximumFrequency = maximumFrequency
        self.maximumWander = maximumWander
        self.leapOnly = leapOnly
    }
}

/// The best estimate of true time as a line over the oscillator's: it jumps and bends when something is learned, and at leap
/// seconds.
struct EstimateLine: Equatable {
    var base: Duration
    var time: Double
    var offset: Double
    var frequency: Double

    /// How far another line is above this one at a moment.
    func rise(to other: EstimateLine, at moment: Double) -> Double {
        func value(_ line: EstimateLine) -> Double { line.offset - line.frequency * (moment - line.time) }
        return (other.base - base).inSeconds + value(other) - value(self)
    }
}

/// What is added to the best estimate of true time before clients are served it, so that for them nothing jumps.
struct TimeSmoothing: Equatable {
    let settings: SmoothTimeSettings
    /// Whether corrections are smoothed. At the start there is nothing that clients could be used to.
    private(set) var isActive = false
    private var course = SmoothingCourse.rest
    /// When the course began, as samples count it.
    private var began = 0.0
    private var lastChange: Instant<Monotonic>
    /// The estimate that the course goes with; nil where the next one may jump.
    var line: EstimateLine?

    /// The clock is steady enough where its skew would take longer than this to be outrun, seconds.
    private static let steadiness = 10_000.0

    init(_ settings: SmoothTimeSettings, at now: Instant<Monotonic>) {
        self.settings = settings
        lastChange = now
    }

    /// What is served at a moment: the course, and how far it has come, seconds.
    func course(at moment: Double) -> (course: SmoothingCourse, elapsed: Double)? {
        let elapsed = moment - began
        return elapsed < course.length ? (course, elapsed) : nil
    }

    /// There is nothing to smooth any more; corrections are smoothed from now on.
    mutating func activate(_ now: Instant<Monotonic>) {
        isActive = true
        course = .rest
        lastChange = now
    }

    /// Takes a new estimate in: what is served goes on as it was.
    ///
    /// - Parameter skew: how wrong the clock's frequency may be.
    mutating func follow(_ new: EstimateLine, skew: Frequency, at moment: Double, _ now: Instant<Monotonic>) {
        let old = line
        line = new
        if !isActive, skew.ratio < settings.maximumWander.ratio * Self.steadiness { activate(now) }
        guard let old, old != new, isActive, !settings.leapOnly else { return }
        absorb(old.rise(to: new, at: moment), bend: old.frequency - new.frequency, at: moment, now)
    }

    /// True time jumps by a leap second, which is smoothed or not.
    mutating func pass(_ jump: Duration, isSmoothed: Bool, at moment: Double, _ now: Instant<Monotonic>) {
        line?.base += jump
        if isSmoothed { absorb(jump.inSeconds, bend: 0, at: moment, now) }
    }

    private mutating func absorb(_ jump: Double, bend: Double, at moment: Double, _ now: Instant<Monotonic>) {
        let state = course.state(after: moment - began)
        course = SmoothingCourse(
            offset: state.offset - jump, frequency: state.frequency - bend,
            maximumFrequency: settings.maximumFrequency.ratio, maximumWander: settings.maximumWander.ratio)
        began = moment
        lastChange = now
    }

    func report(at moment: Double, _ now: Instant<Monotonic>) -> SmoothingReport {
        let state = course.state(after: moment - began)
        var report = SmoothingReport()
        report.isActive = isActive || settings.leapOnly
        report.isLeapOnly = settings.leapOnly
        report.offset = Duration(clampingSeconds: state.offset)
        report.frequency = Frequency(ratio: state.frequency)
        report.wander = Frequency(ratio: state.wander)
        report.lastUpdateAge = now - lastChange
        report.remainingTime = Duration(clampingSeconds: max(course.length - (moment - began), 0))
        return report
    }
}

extension Timekeeper {
    /// Sees that what clients are served goes on smoothly, whatever was learned.
    mutating func smoothLine(_ now: ClockReading) {
        guard smoothing != nil else { return }
        guard let aim else {
            smoothing?.line = nil
            return
        }
        let line = EstimateLine(
            base: offsetBase, time: aim.time, offset: aim.offset, frequency: discipline.frequency.ratio)
        let moment = seconds(at: now)
        let skew = discipline.skew
        smoothing?.follow(line, skew: skew, at: moment, now.monotonic)
    }

    /// `smoothing`
    func smoothingReply(_ now: ClockReading) -> ControlReply {
        guard let smoothing else { return .status(.notEnabled) }
        return .smoothing(smoothing.report(at: seconds(at: now), now.monotonic))
    }

    /// `smoothtime reset|activate`
    mutating func change(smoothing mode: SmoothTimeMode, _ now: ClockReading, _ effects: inout [Effect]) -> ControlReply
    {
        guard let smoothing else { return .status(.notEnabled) }
        if mode == .reset || !smoothing.isActive { self.smoothing?.activate(now.monotonic) }
        publish(now, &effects)
        return .status(.success)
    }
}
