internal import ClockStatistics
internal import ClockStudies

/// The part of a report that tells how good the record is.
extension StudyAnalysis {
    var qualityBlocks: [Document.Block] {
        var blocks: [Document.Block] = [.heading("The record")]
        let faults = check.faults
        func count(_ kind: Fault.Kind) -> Int { faults.count { $0.kind == kind } }
        var facts: [(name: String, value: String)] = []
        let gaps = check.gaps
        facts.append(
            (
                "lost readings",
                gaps.losses == 0 ? "none" : "\(gaps.losses), \(DecimalText.fixed(100 * gaps.lossRate, decimals: 1)) %"
            ))
        facts.append(("gaps", gaps.gaps.isEmpty ? "none" : "\(gaps.gaps.count)"))
        facts.append(("outliers", count(.outlier) == 0 ? "none" : "\(count(.outlier))"))
        facts.append(("steps", count(.step) == 0 ? "none" : "\(count(.step))"))
        facts.append(("frequency jumps", count(.frequencyJump) == 0 ? "none" : "\(count(.frequencyJump))"))
        if record.unusable > 0 {
            facts.append(
                ("unusable", "\(record.unusable) readings whose time does not advance, or that are no numbers"))
        }
        blocks.append(.facts(facts))
        let rows = irregularities
        if !rows.isEmpty {
            blocks.append(.table(header: ["after", "what", "size", "stands out by"], rows: Array(rows.prefix(60))))
            if rows.count > 60 { blocks.append(.paragraph("And \(rows.count - 60) more.")) }
        }
        var text = "Something is listed when chance would show it in fewer than one record of a thousand: at "
        text += "\(DecimalText.fixed(check.threshold, decimals: 1)) standard deviations. "
        text +=
            faults.isEmpty
            ? "Nothing was left out of any figure."
            : "Outliers and steps are left out of the rate, the residuals and the deviations, and of nothing else."
        if !check.isComplete {
            text += " The search gave up before it found everything: the noise is not of the kinds it knows."
        }
        blocks.append(.paragraph(text))
        return blocks + eventBlocks
    }

    /// What the recorder noticed; of many alike only the first, with the number of the rest.
    private var eventBlocks: [Document.Block] {
        guard !study.events.isEmpty else { return [] }
        var rows: [[String]] = []
        var counts: [Study.Kind: Int] = [:]
        for event in study.events {
            counts[event.kind, default: 0] += 1
            guard counts[event.kind, default: 0] <= Self.mostAlike else { continue }
            rows.append([Quantity.duration(max(0, event.time - record.start)), event.kind.rawValue, event.words])
        }
        var blocks: [Document.Block] = [
            .paragraph("What was noticed while it was recorded:"),
            .table(header: ["after", "what", "words"], rows: rows),
        ]
        for kind in Study.Kind.allCases {
            guard let count = counts[kind], count > Self.mostAlike else { continue }
            let sizes = study.events.filter { $0.kind == kind }.compactMap { $0.size?.magnitude }
            var text = "And \(count - Self.mostAlike) more of the kind “\(kind.rawValue)”"
            if let most = sizes.max() {
                text += ", none greater than \(kind == .rateChange ? Quantity.frequency(most) : Quantity.time(most))"
            }
            blocks.append(.paragraph(text + "."))
        }
        return blocks
    }

    private static let mostAlike = 8

    /// Whether the recorder saw the clock being turned at the same time.
    private func isExpected(_ fault: Fault) -> Bool {
        guard fault.kind != .outlier else { return false }
        let time = record.start + record.times[fault.index]
        return study.events.contains { event in
            (event.kind == .rateChange || event.kind == .step) && (event.time - time).magnitude <= 2 * record.interval
        }
    }

    /// Faults and gaps in the order of time.
    private var irregularities: [[String]] {
        var rows: [(time: Double, cells: [String])] = []
        for fault in check.faults {
            let time = record.times[fault.index]
            let size = fault.kind == .frequencyJump ? Quantity.frequency(fault.size) : Quantity.time(fault.size)
            rows.append(
                (
                    time,
                    [
                        Quantity.duration(time), fault.kind.rawValue + (isExpected(fault) ? ", steered" : ""), size,
                        "\(DecimalText.fixed(fault.significance, decimals: 1)) σ",
                    ]
                ))
        }
        for gap in check.gaps.gaps {
            let time = record.times[gap.index] - gap.length
            rows.append(
                (time, [Quantity.duration(time), "gap", Quantity.duration(gap.length), "\(gap.missing) missing"]))
        }
        return rows.sorted { $0.time < $1.time }.map(\.cells)
    }
}
