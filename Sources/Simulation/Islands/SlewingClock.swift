/// A clock as a kernel keeps it for a daemon: a rate that was set, and a slew that comes to its end.
///
/// Seconds, told by the oscillator.
struct SlewingClock: Sendable {
    private var time: Double
    private var offset: Double
    /// How much the clock gains on its oscillator when no slew is under way.
    private(set) var rate = 0.0
    private var slew = (rate: 0.0, end: 0.0)

    init(at moment: Double, offset: Double) {
        time = moment
        self.offset = offset
    }

    /// What the clock shows more than its oscillator.
    func offset(at moment: Double) -> Double {
        offset + rate * (moment - time) + slew.rate * max(min(moment, slew.end) - time, 0)
    }

    /// What the slew has still to do.
    func remaining(at moment: Double) -> Double { slew.rate * max(slew.end - moment, 0) }

    private mutating func settle(at moment: Double) {
        offset = offset(at: moment)
        time = moment
    }

    mutating func setRate(_ rate: Double, at moment: Double) {
        settle(at: moment)
        self.rate = rate
    }

    /// Begins a slew in place of the one that is under way.
    mutating func slew(by seconds: Double, within duration: Double, at moment: Double) {
        settle(at: moment)
        slew = duration > 0 ? (seconds / duration, moment + duration) : (0, moment)
    }

    /// Jumps; a slew that is under way ends.
    mutating func step(by seconds: Double, at moment: Double) {
        slew(by: 0, within: 0, at: moment)
        offset += seconds
    }
}
