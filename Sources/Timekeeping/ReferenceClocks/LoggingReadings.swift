internal import Estimation
internal import TimeBase

/// Lines of the log of reference clocks (`log refclocks`).
extension Timekeeper {
    /// A reading was taken.
    func logReading(
        _ reading: ReferenceClockReading, _ taken: ReadingGroup.Reading, _ isPulse: Bool, _ position: Int,
        _ now: ClockReading, _ effects: inout [Effect]
    ) {
    }

    /// A sample was made of readings.
    func logSample(_ sample: Sample, _ position: Int, _ now: ClockReading, _ effects: inout [Effect]) {
    }
}
