extension Duration {
    /// 2^exponent seconds, for poll intervals; exponents are clamped to -7 … 24.
    public static func poll(_ exponent: Int) -> Duration {
        let clamped = Swift.min(Swift.max(exponent, -7), 24)
        return clamped >= 0
            ? .seconds(1 << clamped) : .nanoseconds(1_000_000_000 >> -clamped)
    }
}
