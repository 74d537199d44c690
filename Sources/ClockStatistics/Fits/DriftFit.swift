/// A parabola through equally spaced phases by least squares: frequency in the middle, and its drift (ageing).
public struct DriftFit: Sendable, Equatable {
    /// Fractional frequency in the middle of the series.
    public let frequency: Double
    /// Change of the fractional frequency per second; times 86,400 per day. Positive when the clock gains ever more.
    public let drift: Double
    /// Standard deviation of the residuals, in seconds.
    public let residual: Double
    /// Lag-1 autocorrelation of the residuals.
    public let residualCorrelation: Double
    /// Standard error of the drift if the residuals were white. With random walk frequency noise it means nothing.
    public let whiteError: Double

    /// Standard error of the drift, widened by the residuals' correlation as `LineFit.error` is.
    public var error: Double {
        widened(whiteError, by: residualCorrelation)
    }

    /// nil with fewer than five samples, or with missing ones.
    public init?(_ series: ClockSeries) {
        guard series.phases.count > 4, series.missing == 0, series.interval > 0 else { return nil }
        let readings = series.readings
        let parabola = Polynomial(fitting: readings, degree: 2)
        let residuals = parabola.residuals(of: readings)
        let n = Double(readings.count)
        var squares = CompensatedSum()
        for value in residuals { squares.add(value * value) }
        let step = series.interval * series.interval
        frequency = parabola.slope / series.interval
        drift = 2 * parabola.curvature / step
        residual = (squares.value / (n - 3)).squareRoot()
        residualCorrelation = autocorrelation(residuals) ?? 0
        whiteError = 2 * residual / (n * (n * n - 1) * (n * n - 4) / 180).squareRoot() / step
        guard frequency.isFinite, drift.isFinite, whiteError.isFinite else { return nil }
    }
}
