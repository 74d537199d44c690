internal import ClockStatistics
public import ClockStudies
internal import Plotting

/// The part of a report that tells how the clock does without its reference.
extension StudyAnalysis {
    /// How long the clock can do without its reference.
    public func holdoverBlocks(budget: Double?) -> [Document.Block] {
        var blocks: [Document.Block] = [.heading("Without its reference")]
        var text =
            "How far the clock is off some time after the reference was lost, if it goes on uncorrected, and if it is "
        text += "corrected for its rate"
        if holdover.ageing != 0 { text += " and its ageing" }
        text += ". Any step and any change of temperature beyond those recorded comes on top."
        let doubt = holdover.referenceDoubt
        if doubt > 0 { text += " So does what the reference itself is off." }
        if steeringSentence != nil { text += " The clock was steered, so left alone it will do worse." }
        blocks.append(.paragraph(text))
        var header = ["after", "uncorrected", "corrected 68\u{a0}%", "95\u{a0}%"]
        if holdoverAtMiddle != nil { header.append("temp. too, 95\u{a0}%") }
        if doubt > 0 { header.append("reference") }
        let rows = [(3600.0, "1 h"), (28_800, "8 h"), (86_400, "24 h"), (604_800, "7 days")].map { time, name in
            var row = [name, Quantity.time(holdover.gain(after: time))]
            for factor in [1, 1.96] { row.append("± " + Quantity.time(holdover.bound(after: time, factor: factor))) }
            if let holdoverAtMiddle {
                row.append("± " + Quantity.time(holdoverAtMiddle.bound(after: time, factor: 1.96)))
            }
            if doubt > 0 { row.append("± " + Quantity.time(doubt * time)) }
            return row
        }
        blocks.append(.table(header: header, rows: rows))
        if let budget { blocks.append(.answer(budgetSentence(budget))) }
        if let figure = figure(.holdover) { blocks.append(.figure(figure)) }
        return blocks
    }

    private func budgetSentence(_ budget: Double) -> String {
        func within(_ factor: Double, _ holdover: Holdover, ofTrueTime: Bool = false) -> String {
            guard let time = holdover.duration(within: budget, factor: factor, ofTrueTime: ofTrueTime) else {
                return "for more than a hundred years"
            }
            return time == 0 ? "not even at first" : "for \(Quantity.duration(time))"
        }
        var text = "Corrected for its rate, the clock stays within \(Quantity.time(budget)) of its reference "
        text += "\(within(1.96, holdover)) with 95\u{a0}% (\(within(1, holdover)) with 68\u{a0}%)"
        if let holdoverAtMiddle {
            text += "; corrected for the temperature too, \(within(1.96, holdoverAtMiddle)) with 95\u{a0}%"
        }
        if holdover.referenceDoubt > 0 {
            text +=
                "; of true time \(within(1.96, holdover, ofTrueTime: true)), because the reference itself may be off"
        }
        let alone = holdover.gain(after: 1).magnitude
        if alone > 0 { text += ". Uncorrected it leaves it after \(Quantity.duration(budget / alone))" }
        return text + "."
    }
}
