public import ClockStatistics
public import ClockStudies
public import Plotting

extension StudyRecord {
    /// The horizontal axis of the record, and its unit.
    var timeAxis: (axis: Axis, unit: Unit) {
        let unit = Unit.span(duration)
        let axis = Axis(
            "time since the start (\(unit.name))", steps: unit.name == "h" ? .hours : .decimal,
            range: 0...(duration / unit.size))
        return (axis, unit)
    }

    /// Clock minus reference over time.
    public func phaseFigure(titled title: String) -> Figure {
        let (axis, span) = timeAxis
        let unit = Unit.time(upTo: phases.map(\.magnitude).max() ?? 0)
        let points = zip(times, phases).map { Point($0 / span.size, $1 / unit.size) }
        return Figure(
            title: title, summary: "Clock minus reference over time: the line rises where the clock gains.",
            horizontal: axis, vertical: Axis("clock − reference (\(unit.name))"), layers: [Layer(.line(broken(points)))])
    }

    /// A point that is not finite wherever a reading is missing, so that no line is drawn across a hole.
    func broken(_ points: [Point]) -> [Point] {
        var result: [Point] = []
        result.reserveCapacity(points.count)
        for (index, point) in points.enumerated() {
            // Single losses are not shown as holes: with many of them there would be no line left.
            if index > 0, times[index] - times[index - 1] > 5.5 * interval { result.append(Point(.nan, .nan)) }
            result.append(point)
        }
        return result
    }
}

extension Statistic {
    /// As it stands in headings.
    public var heading: String {
        switch self {
        case .adev: "Allan deviation"
        case .oadev: "Allan deviation (overlapping)"
        case .mdev: "Modified Allan deviation"
        case .tdev: "Time deviation"
        case .hdev: "Hadamard deviation"
        case .ohdev: "Hadamard deviation (overlapping)"
        case .totdev: "Total deviation"
        case .mtotdev: "Modified total deviation"
        case .ttotdev: "Time total deviation"
        case .htotdev: "Hadamard total deviation"
        case .theo1: "Thêo1"
        case .pdev: "Parabolic deviation"
        case .gradev: "Allan deviation (gap resistant)"
        case .mtie: "Maximum time interval error"
        case .tierms: "Root mean square time interval error"
        }
    }
}
