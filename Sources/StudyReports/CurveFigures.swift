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
        if !bars.isEmpty { layers.append(Layer(.errorBars(bars), name: "68 %")) }
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
        let lowest = curve.points.min { ($0.deviation ?? .infinity) < ($1.deviation ?? .infinity) }
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

    /// Slopes of the kinds of noise that the statistic tells apart, through the point where each kind is at home.
    private func guides(_ statistic: Statistic, _ points: [Point]) -> [Layer] {
        let modified = [.mdev, .mtotdev, .pdev].contains(statistic)
        let slopes: [(alpha: Int, slope: Double, name: String)] =
            switch statistic {
            case .tdev, .ttotdev:
                [(2, -0.5, "white phase τ⁻¹ᐟ²"), (0, 0.5, "white frequency τ¹ᐟ²"), (-2, 1.5, "random walk τ³ᐟ²")]
            case .mtie, .tierms: []
            default:
                [
                    (2, modified ? -1.5 : -1, modified ? "white phase τ⁻³ᐟ²" : "white phase τ⁻¹"),
                    (0, -0.5, "white frequency τ⁻¹ᐟ²"), (-2, 0.5, "random walk τ¹ᐟ²"),
                ]
            }
        return slopes.compactMap { slope in
            let home = points.filter { check.noise.kind($0.x) == slope.alpha }
            guard home.count > 1 || (home.count == 1 && points.count < 4) else { return nil }
            return Layer(
                .guide(through: home[home.count / 2], slope: slope.slope), name: slope.name,
                hue: .series(slope.alpha == 2 ? 2 : slope.alpha == 0 ? 3 : 4))
        }
    }

    var temperatureFigure: Figure? {
        guard let temperature else { return nil }
        let length = max(frequencyWindow, 8 * record.interval)
        var points: [Point] = []
        var first = 0
        for (middle, frequency) in record.frequencies(over: length) {
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
            Layer(.line(line(holdover, 1)), name: "68 %"),
            Layer(.line(line(holdover, 1.96)), name: "95 %", hue: .series(1)),
        ]
        if let holdoverAtMiddle {
            layers.append(
                Layer(.line(line(holdoverAtMiddle, 1.96)), name: "95 %, temperature corrected", hue: .series(2)))
        }
        return Figure(
            title: "Without a reference: \(name)",
            summary:
                "How far a clock that is corrected for its rate may be off some hours after it lost its reference, both "
                + "axes logarithmic: \(Quantity.time(holdover.bound(after: 86_400, factor: 1.96))) after a day with 95 %.",
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
                Layer(.level(chance), name: "95 % of white residuals", hue: .quiet),
                Layer(.level(-chance), hue: .quiet),
                Layer(.line(points)), Layer(.points(points)),
            ])
    }
}
