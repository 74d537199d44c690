/// A straight line through equally spaced phases by least squares: the mean fractional frequency and how far it may be
/// off.
public struct LineFit: Sendable, Equatable {
    /// Fractional frequency; positive when the clock gains. Times 86,400 it is seconds a day.
    public let frequency: Double
    /// Phase at the first sample, in seconds.
    public let start: Double
    /// Standard deviation of the residuals about the line, in seconds.
    public let residual: Double
    /// Lag-1 autocorrelation of the residuals. Near 0 the residuals are white, and `whiteError` may be believed.
    public let residualCorrelation: Double
    /// Standard error of the frequency if the residuals were white.
    public let whiteError: Double

    /// Standard error widened by the residuals' correlation r, as if they were a first-order process:
    /// √((1 + r) / (1 - r)) times as great. Never less than `whiteError`.
    public var error: Double {
        widened(whiteError, by: residualCorrelation)
    }

    /// nil with fewer than four samples, or with missing ones.
    public init?(_ series: ClockSeries) {
        guard series.phases.count > 3, series.missing == 0, series.interval > 0 else { return nil }
        let readings = series.readings
        let line = Polynomial(fitting: readings, degree: 1)
        let residuals = line.residuals(of: readings)
        let n = Double(readings.count)
        var squares = CompensatedSum()
        for value in residuals { squares.add(value * value) }
        frequency = line.slope / series.interval
        start = line.mean - line.slope * line.centre
        residual = (squares.value / (n - 2)).squareRoot()
        residualCorrelation = autocorrelation(residuals) ?? 0
        // Σ u² = n (n² - 1) / 12.
        whiteError = residual / ((n * line.spread).squareRoot() * series.interval)
        guard frequency.isFinite, start.isFinite, whiteError.isFinite else { return nil }
    }
}

/// A standard error of white residuals, widened by their lag-1 correlation as if they were a first-order process; never
/// narrowed.
func widened(_ whiteError: Double, by correlation: Double) -> Double {
    let r = min(max(0, correlation), 0.999)
    return whiteError * ((1 + r) / (1 - r)).squareRoot()
}
