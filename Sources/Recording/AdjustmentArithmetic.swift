/// What hwclock (util-linux) makes of its record, digit for digit: it cuts microseconds off where others round.
extension AdjustmentRecord {
    /// A time as hwclock has it: whole seconds since 1970, and 0 to 999,999 microseconds after them.
    public struct Time: Hashable, Sendable {
        public var seconds: Int64
        public var microseconds: Int64

        /// A time; microseconds beyond a second are carried.
        public init(seconds: Int64, microseconds: Int64 = 0) {
            let carried = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
            self.seconds = seconds &+ carried.quotient &- (carried.remainder < 0 ? 1 : 0)
            self.microseconds = carried.remainder + (carried.remainder < 0 ? 1_000_000 : 0)
        }

        /// A time so many seconds later, what is less than a microsecond cut off towards zero.
        public func adding(_ seconds: Double) -> Time {
            let whole = seconds.rounded(.towardZero)
            return Time(
                seconds: self.seconds &+ AdjustmentRecord.whole(whole),
                microseconds: microseconds + AdjustmentRecord.whole((seconds - whole) * 1e6))
        }

        /// Seconds from another time to this one.
        public func since(_ other: Time) -> Double {
            Double(seconds &- other.seconds) + Double(microseconds - other.microseconds) / 1e6
        }
    }

    /// Seconds of a `Double` without its fraction, and within what 2^53 holds.
    private static func whole(_ value: Double) -> Int64 {
        value.isFinite ? Int64(min(max(value, -9e15), 9e15)) : 0
    }

    /// What is to be added to an RTC that shows these seconds: seconds rounded down, and microseconds after them.
    public func correction(at shown: Int64) -> Time {
        let exact = Double(shown &- lastAdjustment) * driftFactor / 86_400 + notAdjusted
        let seconds = exact.rounded(.down)
        return Time(seconds: Self.whole(seconds), microseconds: Self.whole((exact - seconds) * 1e6))
    }

    /// The time that an RTC means which shows these seconds (`--get`, `--hctosys`).
    public func corrected(_ shown: Int64) -> Time {
        let correction = correction(at: shown)
        return Time(seconds: correction.seconds &+ shown, microseconds: correction.microseconds)
    }

    /// What the RTC will show at a time (`--predict`).
    public func prediction(at time: Int64) -> Time {
        let correction = correction(at: time)
        return Time(seconds: time).adding(-(Double(correction.seconds) + Double(correction.microseconds) / 1e6))
    }

    /// Whether hwclock --adjust would set an RTC that shows these seconds: if it is off by a second.
    public func isDue(at shown: Int64) -> Bool {
        let seconds = correction(at: shown).seconds
        return seconds > 0 || seconds < -1
    }

    /// The record after the RTC was set to the right time.
    ///
    /// - Parameters:
    ///   - now: the right time.
    ///   - before: what the RTC had meant just before, corrected; nil if that was no time.
    ///   - updatesFactor: whether the drift is reckoned anew (`--update-drift`), which needs four hours since the last time.
    public func calibrated(at now: Time, before: Time?, updatesFactor: Bool) -> AdjustmentRecord {
        var record = self
        if updatesFactor, let before, lastCalibration != 0, before.seconds &- lastCalibration >= 4 * 3600 {
            let days = now.since(Time(seconds: lastCalibration)) / 86_400
            let factor = driftFactor + now.since(before) / days
            record.driftFactor = factor.isFinite && factor.magnitude <= Self.greatestDriftFactor ? factor : 0
        }
        record.lastCalibration = now.seconds
        record.lastAdjustment = now.seconds
        record.notAdjusted = 0
        return record
    }
}
