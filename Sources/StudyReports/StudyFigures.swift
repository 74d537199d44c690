public import ClockStatistics
public import ClockStudies
public import Plotting

/// The pictures of a study.
public enum StudyFigure: String, CaseIterable, Sendable {
    case phase, frequency, residuals
    case sigmaTau = "sigma-tau"
    case tdev, mtie, temperature, holdover, autocorrelation
}

extension StudyAnalysis {
    /// A picture of the study; nil when the record has nothing for it, such as a temperature.
    /// - Parameter statistic: Of `sigmaTau`.
    public func figure(_ kind: StudyFigure, statistic: Statistic = .oadev) -> Figure? {
        switch kind {
        case .phase: phaseFigure
        case .frequency: frequencyFigure
        case .residuals: residualFigure
        case .sigmaTau: sigmaFigure(statistic)
        case .tdev: sigmaFigure(.tdev)
        case .mtie: sigmaFigure(.mtie)
        case .temperature: temperatureFigure
        case .holdover: holdoverFigure
        case .autocorrelation: autocorrelationFigure
        }
    }

    /// What stands in headings.
    public var name: String {
        let subject = study.subject
        if !subject.title.isEmpty { return subject.title }
        return subject.clock.isEmpty ? "the clock" : subject.clock
    }

    /// The horizontal axis of the record, and its unit.
    var timeAxis: (axis: Axis, unit: Unit) {
        let unit = Unit.span(record.duration)
        let axis = Axis(
            "time since the start (\(unit.name))", steps: unit.name == "h" ? .hours : .decimal, isTime: true,
            range: 0...(record.duration / unit.size))
        return (axis, unit)
    }

    private var phaseFigure: Figure {
        let (axis, span) = timeAxis
        let unit = Unit.time(upTo: record.phases.map(\.magnitude).max() ?? 0)
        let points = zip(record.times, record.phases).map { Point($0 / span.size, $1 / unit.size) }
        return Figure(
            title: "Phase: \(name)",
            summary: "Clock minus reference over time. The line rises where the clock gains. \(headline)",
            horizontal: axis, vertical: Axis("clock − reference (\(unit.name))"),
            layers: [Layer(.line(broken(points)))] + faultLayers(span, height: { record.phases[$0] / unit.size }))
    }

    private var frequencyFigure: Figure {
        let (axis, span) = timeAxis
        // Long enough that the noise of the readings does not hide the clock's.
        let length = frequencyWindow
        let means = record.frequencies(of: steady, over: length)
        let values = means.map(\.frequency)
        let unit = Unit.frequency(upTo: values.map(\.magnitude).max() ?? 0)
        var points: [Point] = []
        for mean in means {
            // A line across a gap would show what nobody saw.
            if let last = points.last, mean.time / span.size - last.x > 1.9 * length / span.size {
                points.append(Point(.nan, .nan))
            }
            points.append(Point(mean.time / span.size, mean.frequency / unit.size))
        }
        var layers = [Layer(.line(points), name: "mean over \(Quantity.duration(length))")]
        if points.count <= 60 { layers.append(Layer(.points(points))) }
        layers.append(Layer(.level(rate.frequency / unit.size), name: "over all", hue: .series(1)))
        return Figure(
            title: "Frequency: \(name)",
            summary:
                "Means of the fractional frequency over successive \(Quantity.duration(length)), steps left out, positive where the "
                + "clock gains, from \(Quantity.frequency(values.min() ?? .nan)) to "
                + "\(Quantity.frequency(values.max() ?? .nan)).",
            horizontal: axis, vertical: Axis("frequency (\(unit.name))"), layers: layers + momentLayers(span))
    }

    /// Over this long means are taken of the frequency: where the Allan deviation is least, or a fiftieth of the record.
    var frequencyWindow: Double {
        var length = record.interval
        while length < record.duration / 50 { length *= 2 }
        let nice: [Double] = [
            1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
        ]
        return nice.first { $0 >= record.duration / 60 && $0 >= 2 * record.interval } ?? length
    }

    private var residualFigure: Figure {
        let (axis, span) = timeAxis
        let unit = Unit.time(upTo: residuals.filter(\.isFinite).map(\.magnitude).max() ?? 0)
        let points = zip(record.times, residuals).map { Point($0 / span.size, $1 / unit.size) }
        var layers = [Layer(.line(broken(points)), name: "residual")]
        if let temperature, rateAtMiddle != nil {
            let explained = Self.withoutLine(record.times, temperature.phases)
            layers.append(
                Layer(
                    .line(zip(record.times, explained).map { Point($0 / span.size, $1 / unit.size) }),
                    name: "what the temperature explains", hue: .series(1)))
        }
        return Figure(
            title: "Residuals: \(name)",
            summary:
                "Phase without its straight line of \(Quantity.frequency(rate.frequency)), outliers and steps. Standard "
                + "deviation \(Quantity.time(residualDeviation)).",
            horizontal: axis, vertical: Axis("residual (\(unit.name))"), layers: layers + momentLayers(span))
    }

    /// Without its straight line by least squares.
    private static func withoutLine(_ times: [Double], _ values: [Double]) -> [Double] {
        guard let line = Regression(of: values, over: times) else { return values }
        return zip(times, values).map { $1 - line.intercept - line.slope * $0 }
    }

    /// A point that is not finite wherever a reading is missing, so that no line is drawn across a gap.
    private func broken(_ points: [Point]) -> [Point] {
        var result: [Point] = []
        result.reserveCapacity(points.count)
        let gaps = Set(check.gaps.gaps.map(\.index))
        for (index, point) in points.enumerated() {
            if gaps.contains(index) { result.append(Point(.nan, .nan)) }
            // An outlier that was left out leaves no hole.
            if point.y.isFinite { result.append(point) }
        }
        return result
    }

    /// Outliers as points, and lines where something broke.
    private func faultLayers(_ span: Unit, height: (Int) -> Double) -> [Layer] {
        let outliers = check.faults.filter { $0.kind == .outlier }
        let points = outliers.map { Point(record.times[$0.index] / span.size, height($0.index)) }
        let layer = points.isEmpty ? [] : [Layer(.points(points), name: "outlier", hue: .series(1))]
        return layer + momentLayers(span)
    }

    /// Lines where something broke; so many that they would hide the data are only named.
    private func momentLayers(_ span: Unit) -> [Layer] {
        var layers: [Layer] = []
        func add(_ times: [Double], _ name: String, _ hue: Layer.Hue) {
            guard times.count <= Self.mostMoments else { return }
            for (place, time) in times.enumerated() {
                layers.append(Layer(.moment(time / span.size), name: place == 0 ? name : "", hue: hue))
            }
        }
        func times(_ kind: Fault.Kind) -> [Double] {
            check.faults.filter { $0.kind == kind }.map { record.times[$0.index] }
        }
        add(times(.step), "step", .series(5))
        add(times(.frequencyJump), "frequency jump", .series(3))
        add(check.gaps.gaps.flatMap { [record.times[$0.index] - $0.length, record.times[$0.index]] }, "gap", .quiet)
        return layers
    }

    private static let mostMoments = 8
}
