internal import Control
internal import TimeBase

/// Reports about sources, a line or a list of fields for each.
enum SourceLines {
    private static func seconds(_ duration: Duration) -> String { Columns.fixed(duration.inSeconds, 9) }

    // MARK: sources

    private static func mode(_ mode: SourceReport.Mode) -> String {
        switch mode {
        case .client: "^"
        case .peer: "="
        case .referenceClock: "#"
        }
    }

    static func source(_ report: SourceReport, name: String) -> String {
        let reach = String(report.reach, radix: 8)
        let adjusted = Columns.scaled(.zero - report.adjustedOffset, signed: true)
        let original = Columns.scaled(.zero - report.originalOffset, signed: true)
        let columns = [
            mode(report.mode) + "\(report.state.mark) " + Columns.left(name, 27), Columns.right(report.stratum, 2),
            Columns.right(report.poll, 2) + " " + Columns.right(reach, 5), Columns.interval(report.lastSampleAge),
            "\(adjusted)[\(original)] +/- " + Columns.scaled(report.errorBound, signed: false),
        ]
        return columns.joined(separator: "  ")
    }

    static func sourceFields(_ report: SourceReport, name: String) -> [String] {
        [
            mode(report.mode), "\(report.state.mark)", name, "\(report.stratum)", "\(report.poll)",
            String(report.reach, radix: 8), Columns.raw(report.lastSampleAge),
            seconds(.zero - report.adjustedOffset), seconds(.zero - report.originalOffset),
            seconds(report.errorBound),
        ]
    }

    // MARK: sourcestats

    static func statistics(_ report: SourceStatisticsReport, name: String) -> String {
        let columns = [
            Columns.left(name, 25), Columns.right(report.sampleCount, 3), Columns.right(report.runCount, 3),
            " " + Columns.interval(report.span),
            Columns.right(Columns.fixed(report.residualFrequency.ppm, 3, plus: true), 10),
            Columns.right(Columns.fixed(report.skew.ppm, 3), 10),
            " " + Columns.scaled(.zero - report.estimatedOffset, signed: true),
            " " + Columns.scaled(report.standardDeviation, signed: false),
        ]
        return columns.joined(separator: " ")
    }

    static func statisticsFields(_ report: SourceStatisticsReport, name: String) -> [String] {
        [
            name, "\(report.sampleCount)", "\(report.runCount)", Columns.raw(report.span),
            Columns.fixed(report.residualFrequency.ppm, 3), Columns.fixed(report.skew.ppm, 3),
            seconds(.zero - report.estimatedOffset), seconds(report.standardDeviation),
        ]
    }

    // MARK: selectdata

    private static let options: [(SelectOptions, String)] = [
        (.noselect, "N"), (.prefer, "P"), (.trust, "T"), (.require, "R"),
    ]

    /// Five letters, of which the last is not used.
    private static func letters(_ set: SelectOptions) -> [String] {
        options.map { set.contains($0) ? $1 : "-" } + ["-"]
    }

    private static func state(_ report: SelectionReport) -> String {
        String(Character(Unicode.Scalar(report.state)))
    }

    static func selection(_ report: SelectionReport, name: String) -> String {
        let columns = [
            state(report), Columns.left(name, 25), report.isAuthenticated ? "Y" : "N",
            letters(report.configuredOptions).joined(), letters(report.effectiveOptions).joined(),
            Columns.interval(report.lastSampleAge), Columns.right(Columns.fixed(report.score, 1), 5),
            Columns.scaled(.zero - report.highestOffset, signed: true),
            Columns.scaled(.zero - report.lowestOffset, signed: true), " " + report.leap.consoleLetter,
        ]
        return columns.joined(separator: " ")
    }

    static func selectionFields(_ report: SelectionReport, name: String) -> [String] {
        [state(report), name, report.isAuthenticated ? "Y" : "N"] + letters(report.configuredOptions)
            + letters(report.effectiveOptions) + [
                Columns.raw(report.lastSampleAge), Columns.fixed(report.score, 1),
                seconds(.zero - report.highestOffset), seconds(.zero - report.lowestOffset), report.leap.consoleWords,
            ]
    }

    // MARK: authdata

    private static func mode(_ mode: AuthenticationReport.Mode) -> String {
        switch mode {
        case .none: "-"
        case .symmetric: "SK"
        case .nts: "NTS"
        }
    }

    static func authentication(_ report: AuthenticationReport, name: String) -> String {
        let columns = [
            Columns.left(name, 27), Columns.right(mode(report.mode), 4), Columns.right(report.key, 5),
            Columns.right(report.keyType, 4), Columns.right(report.keyLength, 4),
            Columns.interval(report.lastKeyExchangeAge), Columns.right(report.keyExchangeAttempts, 4),
            Columns.right(report.refusals, 4), Columns.right(report.cookies, 4), Columns.right(report.cookieLength, 4),
        ]
        return columns.joined(separator: " ")
    }

    static func authenticationFields(_ report: AuthenticationReport, name: String) -> [String] {
        [
            name, mode(report.mode), "\(report.key)", "\(report.keyType)", "\(report.keyLength)",
            Columns.raw(report.lastKeyExchangeAge), "\(report.keyExchangeAttempts)", "\(report.refusals)",
            "\(report.cookies)", "\(report.cookieLength)",
        ]
    }
}
