extension Duration {
    /// This duration in seconds, exact for whole seconds and else to the last digit of a `Double`.
    public var inSeconds: Double {
        // Not Double(attoseconds) * 1e-18: converting 128 bits is 70 times slower, and the product is off even for 501 s.
        let (whole, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
        return Double(Int64(clamping: whole)) + Double(Int64(truncatingIfNeeded: rest)) / 1e18
    }

    /// A duration of so many seconds; nil if the number is not finite or its magnitude is above 1e15 s.
    ///
    /// Use it for every number that was calculated: `Duration.seconds(_:)` traps on NaN.
    public init?(checkedSeconds seconds: Double) {
        guard seconds.isFinite, seconds.magnitude <= 1e15 else { return nil }
        let whole = seconds.rounded(.towardZero)
        let fraction = seconds - whole
        self.init(secondsComponent: Int64(whole), attosecondsComponent: Int64((fraction * 1e18).rounded()))
    }

    /// A duration of so many seconds, with what is not finite taken as zero and what is too large as ±1e15 s.
    ///
    /// For numbers of which a wrong value cannot do harm, such as those that are only shown.
    public init(clampingSeconds seconds: Double) {
        guard !seconds.isNaN else {
            self = .zero
            return
        }
        let clamped = Swift.min(Swift.max(seconds, -1e15), 1e15)
        self = Duration(checkedSeconds: clamped) ?? .zero
    }

    /// The distance from zero.
    public var magnitude: Duration {
        self < .zero ? .zero - self : self
    }

    /// Whole nanoseconds, rounded down, clamped to what 64 bits hold.
    public var inNanoseconds: Int64 {
        let nanoseconds = attoseconds / 1_000_000_000
        let floored = attoseconds < 0 && nanoseconds * 1_000_000_000 != attoseconds ? nanoseconds - 1 : nanoseconds
        return Int64(clamping: floored)
    }
}
