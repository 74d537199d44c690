public import ClockStatistics
public import ClockStudies
public import Plotting

/// Several clocks laid over each other, with the drift of each pair.
public struct StudyComparison: Sendable {
    /// How two clocks part.
    public struct Pair: Sendable, Equatable {
        /// Places in `studies`.
        public var first: Int
        public var second: Int
        /// By how much the first gains more than the second, fractional.
        public var rate: Double
        /// Half the width of the interval that holds it with 95 %, the references taken for perfect.
        public var halfWidth95: Double
        /// Whether both were read at the same times, so that their difference was measured and not computed from two rates.
        public var isDirect: Bool
    }

    public let studies: [StudyAnalysis]
    public let pairs: [Pair]

    /// At least two.
    public init(_ studies: [StudyAnalysis]) {
        self.studies = studies
        var pairs: [Pair] = []
        for first in studies.indices {
            for second in studies.indices where second > first {
                pairs.append(Self.pair(first, second, studies[first], studies[second]))
            }
        }
        self.pairs = pairs
    }

    private static func pair(_ first: Int, _ second: Int, _ one: StudyAnalysis, _ other: StudyAnalysis) -> Pair {
        if let difference = one.study.difference(from: other.study), let analysis = StudyAnalysis(difference),
            analysis.record.duration > 0.5 * min(one.record.duration, other.record.duration)
        {
            return Pair(
                first: first, second: second, rate: analysis.rate.frequency, halfWidth95: analysis.rate.halfWidth95,
                isDirect: true)
        }
        let width = one.rate.halfWidth95 * one.rate.halfWidth95 + other.rate.halfWidth95 * other.rate.halfWidth95
        return Pair(
            first: first, second: second, rate: one.rate.frequency - other.rate.frequency,
            halfWidth95: width.squareRoot(), isDirect: false)
    }

    /// Different names, also where two files are called alike.
    public var names: [String] {
        let names = studies.map(\.name)
        return names.enumerated().map { index, name in
            names.count { $0 == name } > 1 ? "\(name) (\(index + 1))" : name
        }
    }

    /// The phases of all, each from its own start.
    public var phaseFigure: Figure {
        let length = studies.map(\.record.duration).max() ?? 1
        let span = Unit.span(length)
        let greatest = studies.flatMap { study in
            study.record.phases.map { ($0 - (study.record.phases.first ?? 0)).magnitude }
        }
        .max()
        let unit = Unit.time(upTo: greatest ?? 0)
        let layers = zip(studies, names).enumerated().map { index, pair in
            let (study, name) = pair
            let start = study.record.phases.first ?? 0
            let points = zip(study.record.times, study.record.phases).map {
                Point($0 / span.size, ($1 - start) / unit.size)
            }
            return Layer(.line(points), name: name, hue: .series(index))
        }
        return Figure(
            title: "Phase since the start",
            summary: "Clock minus reference of each clock, from its own first reading on.",
            horizontal: Axis(
                "time since the start (\(span.name))", steps: span.name == "h" ? .hours : .decimal, isTime: true,
                range: 0...(length / span.size)),
            vertical: Axis("gained (\(unit.name))"), layers: layers)
    }

    /// A statistic of all.
    public func sigmaFigure(_ statistic: Statistic = .oadev) -> Figure {
        var layers: [Layer] = []
        for (index, (study, name)) in zip(studies, names).enumerated() {
            guard let curve = study.curve(statistic) else { continue }
            let bars = curve.points.compactMap { point in
                point.interval68.map { Bar(point.tau, $0.lowerBound, $0.upperBound) }
            }
            let points = curve.points.map { Point($0.tau, $0.deviation ?? .nan) }
            layers.append(Layer(.errorBars(bars), hue: .series(index)))
            layers.append(Layer(.line(points), name: name, hue: .series(index)))
            layers.append(Layer(.points(points), hue: .series(index)))
        }
        return Figure(
            title: "\(statistic.heading) of all",
            summary:
                "\(statistic.heading) of each clock over the averaging time, both axes logarithmic, with 68\u{a0}% bars.",
            horizontal: Axis("averaging time τ (s)", scale: .logarithmic),
            vertical: Axis(
                statistic.isTime ? "\(statistic.rawValue) (s)" : "\(statistic.rawValue), fractional",
                scale: .logarithmic),
            layers: layers)
    }

    /// The whole comparison.
    public var document: Document {
        var document = Document(title: "Clocks compared: \(names.joined(separator: ", "))")
        if let widest = pairs.max(by: { $0.rate.magnitude < $1.rate.magnitude }) {
            document.blocks.append(.answer(sentence(widest)))
        }
        document.blocks.append(.heading("Each against its reference"))
        let rows = zip(studies, names).map { study, name -> [String] in
            let ppm = Quantity.measured(study.rate.frequency * 1e6, study.rate.halfWidth95 * 1e6)
            let day = Quantity.measured(study.rate.frequency * 86_400, study.rate.halfWidth95 * 86_400)
            let reference = study.study.subject.reference
            return [
                name, Quantity.duration(study.record.duration), "\(ppm.value) ± \(ppm.error)",
                "\(day.value) ± \(day.error)",
                reference.isEmpty ? "-" : reference,
            ]
        }
        document.blocks.append(
            .table(header: ["clock", "for", "ppm (95\u{a0}%)", "s a day (95\u{a0}%)", "against"], rows: rows))
        document.blocks.append(.figure(phaseFigure))
        document.blocks.append(.heading("Each pair"))
        let lines = pairs.map { pair -> [String] in
            let ppm = Quantity.measured(pair.rate * 1e6, pair.halfWidth95 * 1e6)
            let day = Quantity.measured(pair.rate * 86_400e3, pair.halfWidth95 * 86_400e3)
            return [
                "\(names[pair.first]) − \(names[pair.second])", "\(ppm.value) ± \(ppm.error)",
                "\(day.value) ± \(day.error)", apart(pair), pair.isDirect ? "measured" : "from two rates",
            ]
        }
        document.blocks.append(
            .table(
                header: ["pair", "ppm (95\u{a0}%)", "ms a day (95\u{a0}%)", "40 ms apart after", "how"], rows: lines))
        document.blocks.append(.paragraph(referenceSentence))
        document.blocks.append(.heading("How steady they are"))
        document.blocks.append(.figure(sigmaFigure()))
        return document
    }

    /// How long it takes two free-running clocks to part by two video frames' worth of time.
    private func apart(_ pair: Pair) -> String {
        guard pair.rate.magnitude > pair.halfWidth95 else { return "-" }
        return Quantity.duration(0.04 / pair.rate.magnitude)
    }

    private func sentence(_ pair: Pair) -> String {
        let day = Quantity.measured(pair.rate * 86_400e3, pair.halfWidth95 * 86_400e3)
        let ppm = Quantity.measured(pair.rate * 1e6, pair.halfWidth95 * 1e6)
        let one = names[pair.first]
        let other = names[pair.second]
        guard pair.rate.magnitude > pair.halfWidth95 else {
            return
                "No two of them differ measurably: \(one) − \(other) is \(day.value) ± \(day.error) ms a day (95\u{a0}%)."
        }
        let verb = pair.rate > 0 ? "gains" : "loses"
        let most = pairs.count > 1 ? "The two that part most: " : ""
        return
            "\(most)\(one) \(verb) \(Self.unsigned(day.value)) ± \(day.error) ms a day on \(other) "
            + "(\(Self.unsigned(ppm.value)) ± \(ppm.error) ppm, 95\u{a0}%)."
    }

    private static func unsigned(_ text: String) -> String { text.hasPrefix("-") ? String(text.dropFirst()) : text }

    private var referenceSentence: String {
        let references = Set(studies.map(\.study.subject.reference))
        if references.count == 1, let one = references.first, !one.isEmpty {
            return
                "All were compared with one of the name \(one). Where that is one and the same clock, what it is off drops out "
                + "of the pairs; where each had its own, their difference stands in the pairs too."
        }
        let doubts = studies.compactMap(\.study.subject.referenceDoubt)
        guard doubts.count == studies.count, let most = doubts.max(), most > 0 else {
            return "How far the references differ from each other is not known, and stands in the pairs too."
        }
        return
            "The references themselves may be off by \(Quantity.frequency(most)) each: a pair that differs by less than "
            + "\(Quantity.frequency(2 * most)) may differ in nothing but its references."
    }
}
