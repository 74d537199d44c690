public import Control
public import TimeBase

/// What each source's samples say together.
public enum StatisticsText {
    public static func lines(_ rows: [(name: String?, report: SourceStatisticsReport)]) -> [String] {
        var table = Table(
            ["SOURCE", "SAMPLES", "RUNS", "SPAN", "OUR CLOCK RUNS", "+/-", "OUR CLOCK IS", "+/-", "DEVIATION"],
            right: [1, 2, 3, 4, 5, 6, 7, 8])
        for (name, report) in rows {
            let has = report.sampleCount > 0
            let hasLine = report.sampleCount > 2
            table.add([
                label(name, report), "\(report.sampleCount)", has ? "\(report.runCount)" : "-",
                has ? HumanText.age(report.span) : "-", hasLine ? HumanText.frequency(report.residualFrequency) : "-",
                hasLine ? HumanText.ppm(report.skew) : "-", has ? HumanText.offset(report.estimatedOffset) : "-",
                hasLine ? HumanText.size(report.estimatedOffsetError) : "-",
                hasLine ? HumanText.size(report.standardDeviation) : "-",
            ])
        }
        return table.lines
    }

    private static func label(_ name: String?, _ report: SourceStatisticsReport) -> String {
        if let name, !name.isEmpty { return name }
        return report.address == .unspecified
            ? ReferenceText.text(report.referenceIdentifier) : "\(report.address)"
    }

    public static func json(
        _ rows: [(name: String?, report: SourceStatisticsReport)], at now: Instant<Realtime>
    ) -> JSON {
        .object([
            ("schema", .string("timeball.sourcestats/1")), ("time", .time(now)),
            ("sources", .array(rows.map { json($0.name, $0.report) })),
        ])
    }

    private static func json(_ name: String?, _ report: SourceStatisticsReport) -> JSON {
        let has = report.sampleCount > 0
        let hasLine = report.sampleCount > 2
        return .object([
            ("name", .text(name)),
            ("address", report.address == .unspecified ? .null : .string("\(report.address)")),
            ("samples", .count(report.sampleCount)),
            ("runs", has ? .count(report.runCount) : .null),
            ("span_seconds", has ? .seconds(report.span) : .null),
            (
                "residual_frequency_ppm",
                hasLine
                    ? .estimate(.ppm(report.residualFrequency), bound: .ppm(report.skew), age: nil) : .null
            ),
            (
                "offset_seconds",
                has
                    ? .estimate(
                        .seconds(report.estimatedOffset),
                        bound: hasLine ? .seconds(report.estimatedOffsetError) : .null,
                        age: nil) : .null
            ),
            ("standard_deviation_seconds", hasLine ? .seconds(report.standardDeviation) : .null),
        ])
    }
}
