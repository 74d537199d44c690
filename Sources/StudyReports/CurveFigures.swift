public import ClockStatistics
public import ClockStudies
public import Plotting

extension StudyAnalysis {
    /// A deviation over the averaging time, with 68 % bars and lines of the slopes that kinds of noise have.
    public func sigmaFigure(_ statistic: Statistic) -> Figure? {
        guard let curve = curve(statistic) else { return nil }
        let used = curve.statistic
        // Thêo1's effective averaging time (Howe and Peppler 2003).
        let stretch = used == .theo1 ? 0.75 : 1
        let points = curve.points.map { Point($0.tau * stretch, $0.deviation ?? .nan) }
        let bars = curve.points.compactMap { point in
            point.interval68.map { Bar(point.tau * stretch, $0.lowerBound, $0.upperBound) }
        }
        var layers: [Layer] = []
        for guide in guides(used, points) { layers.append(guide) }
        if !bars.isEmpty { layers.append(Layer(.errorBars(bars), name: "68\u{a0}%")) }
        layers.append(Layer(.line(points)))
        layers.append(Layer(.points(points), name: used.rawValue))
        let range = curve.points.map { $0.tau * stretch }
        return Figure(
            title: "\(used.heading): \(name)", summary: summary(of: curve, range),
            horizontal: Axis("averaging time τ (s)", scale: .logarithmic),
            vertical: Axis(used.isTime ? "\(used.rawValue) (s)" : "\(used.rawValue), fractional", scale: .logarithmic),
            layers: layers)
    }

    private func summary(of curve: Curve, _ taus: [Double]) -> String {
        // The last points rest on few independent values.
        let sure = curve.points.filter { ($0.degreesOfFreedom ?? 10) >= 5 }
        let lowest = (sure.isEmpty ? curve.points : sure).min {
            ($0.deviation ?? .infinity) < ($1.deviation ?? .infinity)
        }
        var text = "\(curve.statistic.heading) at averaging times from \(Quantity.duration(taus.first ?? .nan)) to "
        text +=
            "\(Quantity.duration(taus.last ?? .nan)), both axes logarithmic, without the mean rate, outliers and steps."
        if let lowest, let deviation = lowest.deviation {
            let value = curve.statistic.isTime ? Quantity.time(deviation) : Quantity.fraction(deviation)
            text += " Least: \(value) at \(Quantity.duration(lowest.tau))."
        }
        if curve.filled > 0 { text += " \(curve.filled) single losses were filled in by straight lines." }
        if curve.leftOut > 0 { text += " \(curve.leftOut) readings beyond gaps were left out." }
        return text
    }

    /// What each kind of noise of the model alone would show, as lines with the slope of that kind.
    private func guides(_ statistic: Statistic, _ points: [Point]) -> [Layer] {
        guard let first = points.first, let last = points.last else { return [] }
        let tau = (first.x * last.x).squareRoot()
        let noise = check.noise
        let averaged = noise.phase * record.interval / tau
        // Variances at τ, and slopes of the deviation, of white phase, white frequency and random walk noise.
        let kinds: [(variance: Double, slope: Double)]
        switch statistic {
        case .adev, .oadev, .gradev, .totdev, .theo1:
            kinds = [(3 * noise.phase / (tau * tau), -1), (noise.frequency / tau, -0.5), (noise.walk * tau / 3, 0.5)]
        case .hdev, .ohdev, .htotdev:
            kinds = [
                (10 * noise.phase / (3 * tau * tau), -1), (noise.frequency / tau, -0.5), (noise.walk * tau / 6, 0.5),
            ]
        case .mdev:
            kinds = [
                (3 * averaged / (tau * tau), -1.5), (noise.frequency / (2 * tau), -0.5),
                (0.825 * noise.walk * tau / 3, 0.5),
            ]
        case .tdev:
            kinds = [
                (averaged, -0.5), (noise.frequency * tau / 6, 0.5), (0.825 * noise.walk * tau * tau * tau / 9, 1.5),
            ]
        default: return []
        }
        let names = ["white phase", "white frequency", "random walk"]
        let low = points.map(\.y).min() ?? 0
        return zip(kinds, names).enumerated().compactMap { index, pair in
            let (kind, name) = pair
            guard kind.variance > 0 else { return nil }
            let level = kind.variance.squareRoot()
            // One that passes far below everything would only be a name.
            let ends = [first.x, last.x].map { level * Self.power($0 / tau, kind.slope) }
            guard (ends.max() ?? 0) > low / 2 else { return nil }
            return Layer(
                .guide(through: Point(tau, level), slope: kind.slope), name: "\(name) \(Self.raised(kind.slope))",
                hue: .series(index + 2))
        }
    }

    /// x to a power that is a multiple of ½.
    private static func power(_ x: Double, _ exponent: Double) -> Double {
        let root = x.squareRoot()
        var result = 1.0
        for _ in 0..<Int(exponent.magnitude * 2) { result *= root }
        return exponent < 0 ? 1 / result : result
    }

    private static func raised(_ slope: Double) -> String {
        switch slope {
        case -1.5: "τ⁻³ᐟ²"
        case -1: "τ⁻¹"
        case -0.5: "τ⁻¹ᐟ²"
        case 0.5: "τ¹ᐟ²"
        default: "τ³ᐟ²"
        }
    }

    var temperatureFigure: Figure? {
        guard let temperature else { return nil }
        let length = max(frequencyWindow, 8 * record.interval)
        var points: [Point] = []
        var first = 0
        for (middle, frequency) in record.frequencies(of: steady, over: length) {
            // The mean temperature of the same stretch, as it was a lag earlier.
            var sum = 0.0
            var count = 0.0
            while first < record.times.count, record.times[first] < middle - length / 2 - temperature.lag { first += 1 }
            var index = first
            while index < record.times.count, record.times[index] <= middle + length / 2 - temperature.lag {
                if record.temperatures[index].isFinite {
                    sum += record.temperatures[index]
                    count += 1
                }
                index += 1
            }
            if count > 0 { points.append(Point(sum / count, frequency)) }
        }
        guard points.count > 2 else { return nil }
        let unit = Unit.frequency(upTo: points.map(\.y.magnitude).max() ?? 0)
        let slope = temperature.coefficient.value
        let level = rateAtMiddle?.frequency ?? rate.frequency
        let warm = points.map(\.x)
        let ends = [warm.min() ?? 0, warm.max() ?? 0].map {
            Point($0, (level + slope * ($0 - temperature.middle)) / unit.size)
        }
        let text = Quantity.coefficient(temperature.coefficient)
        return Figure(
            title: "Frequency and temperature: \(name)",
            summary: "Means over \(Quantity.duration(length)) of the frequency against the temperature "
                + "\(temperature.lag > 0 ? Quantity.duration(temperature.lag) + " earlier" : "at the same time"). "
                + "The line is the fit: \(text).",
            horizontal: Axis("temperature (°C)"), vertical: Axis("frequency (\(unit.name))"),
            layers: [
                Layer(
                    .points(points.map { Point($0.x, $0.y / unit.size) }),
                    name: "means over \(Quantity.duration(length))"),
                Layer(.line(ends), name: text, hue: .series(1)),
            ])
    }

    var holdoverFigure: Figure? {
        var times: [Double] = []
        var time = 60.0
        while time <= 7 * 86_400 * 1.001 {
            times.append(time)
            time *= 1.2589254117941673
        }
        func line(_ holdover: Holdover, _ factor: Double) -> [Point] {
            times.map { Point($0 / 3600, holdover.bound(after: $0, factor: factor)) }
        }
        var layers = [
            Layer(.line(line(holdover, 1)), name: "68\u{a0}%"),
            Layer(.line(line(holdover, 1.96)), name: "95\u{a0}%", hue: .series(1)),
        ]
        if let holdoverAtMiddle {
            layers.append(
                Layer(.line(line(holdoverAtMiddle, 1.96)), name: "95\u{a0}%, temperature corrected", hue: .series(2)))
        }
        if holdover.referenceDoubt > 0 {
            let doubt = times.map { Point($0 / 3600, holdover.referenceDoubt * $0) }
            layers.append(Layer(.line(doubt), name: "the reference itself", hue: .quiet))
        }
        return Figure(
            title: "Without a reference: \(name)",
            summary:
                "How far a clock that is corrected for its rate may be off some hours after it lost its reference, both "
                + "axes logarithmic: \(Quantity.time(holdover.bound(after: 86_400, factor: 1.96))) after a day with 95\u{a0}%.",
            horizontal: Axis("time without reference (h)", scale: .logarithmic),
            vertical: Axis("error (s)", scale: .logarithmic), layers: layers)
    }

    var autocorrelationFigure: Figure? {
        guard autocorrelation.count > 2 else { return nil }
        let points = autocorrelation.map { Point($0.lag, $0.value) }
        // White residuals would stay within this with 95 %.
        let chance = 1.96 / Double(max(1, residuals.filter(\.isFinite).count)).squareRoot()
        return Figure(
            title: "Residuals remember: \(name)",
            summary: "Autocorrelation of the residuals over the lag. White residuals would stay within "
                + "\(DecimalText.significant(chance, digits: 2)) of 0; where they do not, the interval of a plain fit is too "
                + "narrow.",
            horizontal: Axis("lag (s)", scale: .logarithmic), vertical: Axis("autocorrelation", range: -0.2...1),
            layers: [
                Layer(.level(chance), name: "95\u{a0}% of white residuals", hue: .quiet),
                Layer(.level(-chance), hue: .quiet),
                Layer(.line(points)), Layer(.points(points)),
            ])
    }
}
