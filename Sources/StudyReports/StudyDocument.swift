internal import ClockStatistics
public import ClockStudies
internal import Plotting
internal import TimeBase

extension StudyAnalysis {
    /// The whole report.
    /// - Parameter budget: In seconds; adds how long the clock stays within it without a reference.
    public func document(budget: Double? = nil) -> Document {
        var document = Document(title: "Clock study: \(name)", blocks: [.answer(headline)])
        if let steeringSentence { document.blocks.append(.paragraph(steeringSentence)) }
        document.blocks += subjectBlocks + rateBlocks
        for kind in [StudyFigure.phase, .frequency] { document.add(figure(kind)) }
        document.blocks += residualBlocks
        document.blocks += noiseBlocks
        document.blocks += temperatureBlocks
        document.blocks += holdoverBlocks(budget: budget)
        document.blocks += qualityBlocks
        return document
    }

    /// A caution, when somebody turned the clock while it was studied.
    var steeringSentence: String? {
        let changes = study.events.count { $0.kind == .rateChange }
        let steps = study.events.count { $0.kind == .step }
        guard changes + steps > 0 else { return nil }
        var what: [String] = []
        if changes > 0 {
            what.append(changes == 1 ? "its rate was changed once" : "its rate was changed \(changes) times")
        }
        if steps > 0 { what.append(steps == 1 ? "it was set once" : "it was set \(steps) times") }
        return
            "The clock was steered while it was recorded: \(what.joined(separator: " and ")). So this describes the steered "
            + "clock and not its crystal, and one that is left alone will wander more."
    }

    private var subjectBlocks: [Document.Block] {
        let subject = study.subject
        var facts: [(name: String, value: String)] = []
        facts.append(("clock", subject.clock.isEmpty ? "not said in the record" : subject.clock))
        facts.append(("reference", subject.reference.isEmpty ? "not said in the record" : subject.reference))
        if let doubt = subject.referenceDoubt, doubt > 0 {
            let seconds = DecimalText.significant(doubt * 86_400, digits: 3)
            facts.append(("its own rate", "good to \(Quantity.frequency(doubt)), \(seconds) s a day"))
        } else {
            facts.append(("its own rate", "how good it is, is not known; all of this is relative to it"))
        }
        if record.start > 1e8, record.start < 1e11 {
            let start = Instant<Realtime>(sinceEpoch: .seconds(record.start.rounded()))
            facts.append(("from", CivilDate(start).rfc3339Seconds))
        }
        facts.append(("for", Quantity.duration(record.duration)))
        let steps = DecimalText.significant(record.interval, digits: 6)
        facts.append(("readings", "\(record.times.count), one every \(steps) s"))
        for fact in subject.facts { facts.append((fact.name, fact.value)) }
        return [.heading("What was measured"), .facts(facts)]
    }

    private var rateBlocks: [Document.Block] {
        func row(_ unit: String, _ scale: Double) -> [String] {
            let narrow = Quantity.measured(rate.frequency * scale, rate.halfWidth68 * scale)
            let wide = Quantity.measured(rate.frequency * scale, rate.halfWidth95 * scale)
            return [unit, wide.value, "± \(narrow.error)", "± \(wide.error)"]
        }
        var blocks: [Document.Block] = [.heading("Rate")]
        blocks.append(
            .table(
                header: ["mean rate", "the clock gains", "68\u{a0}%", "95\u{a0}%"],
                rows: [row("ppm", 1e6), row("s a day", 86_400), row("s a year", 31_557_600)]))
        if stretches.count > 1, stretches.count <= 20 {
            blocks.append(.paragraph("The frequency jumped, and the mean describes no moment. Between the jumps:"))
            blocks.append(
                .table(
                    header: ["from", "ppm (95\u{a0}%)", "s a day (95\u{a0}%)"],
                    rows: stretches.map { start, rate in
                        let ppm = Quantity.measured(rate.frequency * 1e6, rate.halfWidth95 * 1e6)
                        let day = Quantity.measured(rate.frequency * 86_400, rate.halfWidth95 * 86_400)
                        return [
                            start == 0 ? "the start" : Quantity.duration(start), "\(ppm.value) ± \(ppm.error)",
                            "\(day.value) ± \(day.error)",
                        ]
                    }))
        }
        blocks.append(.paragraph(estimatorSentence))
        blocks.append(.paragraph(naiveSentence))
        if let rateAtMiddle, let temperature {
            let text = Quantity.measured(rateAtMiddle.frequency * 1e6, rateAtMiddle.halfWidth95 * 1e6)
            blocks.append(
                .paragraph(
                    "At \(DecimalText.fixed(temperature.middle, decimals: 1)) °C, with the temperature's part taken out, it is "
                        + "\(text.value) ± \(text.error) ppm (95\u{a0}%)."))
        }
        blocks.append(.paragraph(ageingSentence))
        return blocks
    }

    private var estimatorSentence: String {
        switch rate.limit {
        case .readings:
            "The readings are rougher than the clock (white phase noise), so the rate is the slope of the straight line by "
                + "least squares."
        case .frequency:
            "The clock's frequency is noisy (white frequency noise), so the rate is that of the line through both ends, as far "
                + "as the readings tell where they are."
        case .wander:
            "The clock's frequency wanders (random walk), so no single rate is right for all of the record. This is the slope "
                + "of the straight line by least squares, and the interval is that of the frequency in the middle of the record. "
                + "How strongly it wanders is known with \(Quantity.degrees(rate.freedom)) of freedom only, and that is "
                + "allowed for."
        }
    }

    private var naiveSentence: String {
        let factor = rate.error / naiveError
        let naive = Quantity.frequency(1.96 * naiveError)
        guard factor > 1.3, factor.isFinite else {
            return "The residuals are as good as white: a plain fit would claim the same, ± \(naive) (95\u{a0}%)."
        }
        let times = DecimalText.significant(factor, digits: 2)
        let claim =
            "A plain fit by least squares would claim ± \(naive) (95\u{a0}%), \(times) times too little, because it "
            + "takes the residuals for white"
        guard let first = autocorrelation.first, first.value < 0.2 else { return claim + ", and they are not." }
        return claim
            + ". They look like it, but the clock's own noise over the length of the record does not show in them."
    }

    private var ageingSentence: String {
        guard let ageing else { return "Ageing is not told from a record whose frequency jumps." }
        let text = Quantity.measured(ageing.value * 86_400e9, 1.96 * ageing.error * 86_400e9)
        let verdict = ageing.value.magnitude > 3 * ageing.error ? "" : ", which is not told from none"
        return "Ageing: \(text.value) ± \(text.error) ppb a day (95\u{a0}%)\(verdict)."
    }

    private var residualBlocks: [Document.Block] {
        var blocks: [Document.Block] = [.heading("What the straight line leaves")]
        var text = "Standard deviation \(Quantity.time(residualDeviation))."
        if let first = autocorrelation.first {
            text += " Correlation from one reading to the next: \(DecimalText.fixed(first.value, decimals: 2))"
            if first.value < 0.2 {
                text += ": the residuals are as good as white."
            } else if let time = correlationTime {
                text += "; they forget each other in about \(Quantity.duration(time))."
            } else {
                text += "; they remember each other for longer than a quarter of the record."
            }
        }
        blocks.append(.paragraph(text))
        if let figure = figure(.residuals) { blocks.append(.figure(figure)) }
        if let figure = figure(.autocorrelation) { blocks.append(.figure(figure)) }
        return blocks
    }

    private var noiseBlocks: [Document.Block] {
        var blocks: [Document.Block] = [.heading("How steady it is")]
        let noise = check.noise
        var facts: [(name: String, value: String)] = []
        facts.append(
            ("readings scatter by", noise.phase > 0 ? Quantity.time(noise.phase.squareRoot()) : "less than can be told")
        )
        let day = 86_400.0
        facts.append(
            (
                "white frequency noise",
                noise.frequency > 0
                    ? "\(Quantity.time((noise.frequency * day).squareRoot())) in a day" : "none that can be told"
            ))
        facts.append(
            (
                "the frequency walks",
                noise.walk > 0
                    ? "\(Quantity.frequency((noise.walk * day).squareRoot())) in a day" : "not that it can be told"
            ))
        blocks.append(.facts(facts))
        if let curve = curve(.oadev) {
            let rows = curve.points.map { point -> [String] in
                [
                    Quantity.duration(point.tau), Quantity.fraction(point.deviation ?? .nan),
                    point.interval68.map { "\(Quantity.fraction($0.lowerBound)) … \(Quantity.fraction($0.upperBound))" }
                        ?? "-",
                    point.noise.map(NoiseName.of) ?? "-",
                ]
            }
            if let figure = sigmaFigure(.oadev) { blocks.append(.figure(figure)) }
            blocks.append(
                .table(header: ["averaging time", curve.statistic.rawValue, "68\u{a0}%", "noise"], rows: rows))
        }
        for statistic in [Statistic.tdev, .mtie] {
            if let figure = sigmaFigure(statistic) { blocks.append(.figure(figure)) }
        }
        return blocks
    }

    private var temperatureBlocks: [Document.Block] {
        guard let temperature else { return [] }
        var blocks: [Document.Block] = [.heading("Temperature")]
        let range =
            "\(DecimalText.fixed(temperature.range.lowerBound, decimals: 1)) to "
            + "\(DecimalText.fixed(temperature.range.upperBound, decimals: 1)) °C"
        let coefficient = temperature.coefficient
        let text = Quantity.measured(coefficient.value * 1e6, 1.96 * coefficient.error * 1e6)
        if rateAtMiddle != nil {
            let lag =
                temperature.lag > 0
                ? "about \(Quantity.duration(temperature.lag)) after the sensor"
                : "without a lag behind the sensor that could be told"
            blocks.append(
                .paragraph(
                    "From \(range) the frequency changes by \(text.value) ± \(text.error) ppm per kelvin (95\u{a0}%), \(lag)."
                ))
        } else {
            blocks.append(
                .paragraph(
                    "From \(range) no effect on the frequency can be told: \(text.value) ± \(text.error) ppm per kelvin (95\u{a0}%)."
                ))
        }
        if let figure = figure(.temperature) { blocks.append(.figure(figure)) }
        return blocks
    }
}

extension Document {
    mutating func add(_ figure: Figure?) {
        if let figure { blocks.append(.figure(figure)) }
    }
}
