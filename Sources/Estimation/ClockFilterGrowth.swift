extension ClockFilter {
    /// By how much the variance of one source's offset has grown since the last sample, seconds squared: what the
    /// frequency's uncertainty and the wander make of the time that has passed.
    ///
    /// - Parameter number: the source; any if nil or unknown, since all share the one clock.
    public func growth(at moment: Double, of number: Int?) -> Double {
        guard !members.isEmpty else { return 0 }
        let place = members.firstIndex { $0.number == number } ?? 0
        let t = max(moment - time, 0)
        let n = members.count + 1
        return beliefs.reduce(0) { sum, belief in
            sum + belief.weight
                * max(
                    2 * t * belief.covariance[place * n + n - 1] + t * t * belief.covariance[n * n - 1]
                        + belief.wander2 * t * t * t / 3, 0)
        }
    }
}
