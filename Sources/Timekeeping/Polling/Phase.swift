internal import Estimation
internal import NTPWire
internal import TimeBase

/// What a source's field F323 says of its clocks at one moment.
struct MonotonicMoment: Equatable {
    /// When its clock that is never set began.
    var epoch: UInt32
    /// Its served time less that clock, seconds: it changes by corrections of phase, and by nothing else. In units of
    /// 2^-32 s, and whole turns of the era left out.
    var difference: UInt64

    init?(_ field: MonotonicRootField, receive: NTPTimestamp) {
        guard field.receive != .unknown, receive != .unknown else { return nil }
        epoch = field.epoch
        difference = receive.bits &- field.receive.bits
    }

    /// By how much the phase was corrected since another moment, seconds; nil if nobody can tell.
    func correction(since earlier: MonotonicMoment) -> Double? {
        guard epoch == earlier.epoch else { return nil }
        return Double(Int64(bitPattern: difference &- earlier.difference)) / 4_294_967_296
    }
}

/// Field F323 tells a source's corrections of phase from our own error of rate: where it moved its time, all that it said
/// before is moved with it, so that the samples lie on one line again.
///
/// What it claimed before is not forgotten: the samples are moved, and their root distances widened by as much.
extension Timekeeper {
    /// A larger correction is a step, with which a source says that it was wrong.
    private static let mostCorrection = 0.1

    mutating func followPhase(_ reply: Reply, _ index: Int) {
        guard let moment = reply.monotonic else { return }
        guard let earlier = sources[index].monotonic, let correction = moment.correction(since: earlier),
            correction.magnitude <= Self.mostCorrection
        else {
            sources[index].monotonic = moment
            return
        }
        // Both of its numbers end in random bits; below that nothing was corrected.
        let noise = 4 * Duration.poll2(Int(reply.header.precision)).inSeconds
        guard correction.magnitude > max(noise, 1e-9) else { return }
        sources[index].monotonic = moment
        sources[index].estimate.shiftPhase(by: correction)
        filter?.shift(sources[index].number, by: correction)
        // What was told relative to the filter's belief does not hold any more.
        unseen.surprises += correction.magnitude
        sources[index].confinements = []
    }
}
