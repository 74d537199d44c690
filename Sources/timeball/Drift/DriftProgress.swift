import ClockStatistics
import ClockStudies
import Glibc
import Linux
import Plotting
import Rendering
import StudyReports
import TimeBase

/// What is shown while it records: on a terminal a picture that is drawn anew, otherwise now and then a line.
struct DriftProgress {
    private let plan: StudyRecorder.Plan
    private let subject: Study.Subject
    private let style: Style
    private let terminal: Terminal
    private var table = ComparisonTable()
    private var shown = 0
    private var told = 0
    private var drawn = 0
    private var due: Instant<Monotonic>?
    private var firstTime: Double?

    private enum Style {
        case live, lines, table, json
    }

    init(plan: StudyRecorder.Plan, subject: Study.Subject, options: DriftCommand, past: Study) {
        self.plan = plan
        self.subject = subject
        let isTerminal = isatty(STDOUT_FILENO) == 1
        style = options.json ? .json : options.table ? .table : isTerminal ? .live : .lines
        var size = options.terminal.terminal
        size.height = 10
        terminal = size
        shown = past.readings.count
        told = past.events.count
        firstTime = past.readings.first?.time
    }

    func begin(store: String?) {
        switch style {
        case .json: return
        case .table: Output.now(ComparisonTable.heading.joined(separator: "\n") + "\n")
        case .live, .lines:
            Output.now(
                "\(subject.clock) against \(subject.reference), every \(HumanText.size(plan.interval)) for "
                    + "\(HumanText.size(plan.length))" + (store.map { ", kept in \($0)" } ?? "") + "\n")
        }
    }

    mutating func show(_ study: Study) {
        let hasNews = shown < study.readings.count || told < study.events.count
        guard hasNews else { return }
        switch style {
        case .json, .table: showEach(study)
        case .live, .lines: showSome(study)
        }
        shown = study.readings.count
        told = study.events.count
    }

    private mutating func showEach(_ study: Study) {
        if style == .json {
            for happening in study.events[told...] { Output.now(StudyJSON.happening(happening).text + "\n") }
            for reading in study.readings[shown...] { Output.now(StudyJSON.reading(reading).text + "\n") }
            return
        }
        for happening in study.events[told...] { Output.now("# \(happening.words)\n") }
        let steering = MachineFacts.steering()
        for reading in study.readings[shown...] { Output.now(table.line(reading, steering) + "\n") }
    }

    /// The first ten readings, then each ten seconds or minute; less often where the estimate takes long.
    private mutating func showSome(_ study: Study) {
        if style == .lines {
            for happening in study.events[told...] { Output.now("\(happening.words)\n") }
        }
        let now = KernelClock.monotonic
        guard due.map({ now >= $0 }) ?? true || (style == .live && study.readings.count <= 16) else { return }
        let stride = max(1, study.readings.count / Self.mostLively)
        let analysis = StudyAnalysis(Self.thinned(study, by: stride))
        let cost = KernelClock.monotonic - now
        due = KernelClock.monotonic + max(style == .live ? .seconds(5) : .seconds(60), cost * 30)
        var lines = [progressLine(study), estimateLine(analysis, stride)]
        if style == .live {
            if let event = study.events.last {
                lines.append(
                    "latest    \(event.words)" + (study.events.count > 1 ? " (\(study.events.count) in all)" : ""))
            }
            lines += chart(analysis)
            let width = terminal.width - 1
            let up = drawn > 0 ? "\u{1b}[\(drawn)A" : ""
            drawn = lines.count
            Output.now(
                up + "\u{1b}[J" + lines.map { String($0.prefix($0.contains("\u{1b}") ? 4000 : width)) + "\n" }.joined())
        } else {
            Output.now(lines.joined(separator: "; ") + "\n")
        }
    }

    private func progressLine(_ study: Study) -> String {
        guard let first = firstTime ?? study.readings.first?.time, let last = study.readings.last?.time else {
            return "elapsed   no reading yet"
        }
        let elapsed = Duration(clampingSeconds: last - first)
        return "elapsed   \(HumanText.size(elapsed)), \(HumanText.size(max(.zero, plan.length - elapsed))) remaining, "
            + "\(study.readings.count) \(study.readings.count == 1 ? "reading" : "readings")"
    }

    private func estimateLine(_ analysis: StudyAnalysis?, _ stride: Int) -> String {
        guard let analysis else {
            return "estimate  after \(StudyAnalysis.fewestReadings) readings"
        }
        return "estimate  " + DriftWords.rate(analysis) + (stride > 1 ? ", of one reading in \(stride)" : "")
    }

    /// The next reading does not wait for the estimate: so many readings take some hundredths of a second. At the end all are
    /// looked at.
    private static let mostLively = 2000

    private static func thinned(_ study: Study, by stride: Int) -> Study {
        guard stride > 1 else { return study }
        var few = study
        few.readings = Swift.stride(from: 0, to: study.readings.count, by: stride).map { study.readings[$0] }
        few.subject.interval = study.subject.interval.map { $0 * Double(stride) }
        return few
    }

    private func chart(_ analysis: StudyAnalysis?) -> [String] {
        guard let figure = analysis?.figure(.residuals, statistic: .oadev) else { return [] }
        return figure.text(on: terminal)
    }

    func end(_ study: Study, isComplete: Bool, store: String?) {
        let analysis = study.readings.count < 3_000_000 ? StudyAnalysis(study) : nil
        if style == .json {
            return Output.now(DriftWords.json(study, analysis, isComplete: isComplete).text + "\n")
        }
        if let analysis {
            Output.now("The clock \(DriftWords.rate(analysis)), against \(subject.reference).\n")
        }
        Output.now(StudySummary.line(study) + (isComplete ? "" : "; not complete") + "\n")
        guard let store, !study.readings.isEmpty else { return }
        if !isComplete { Output.now("go on     timeball drift --resume --store \(store)\n") }
        Output.now("next      timeball study report \(store)\n")
    }
}

/// A study's answer in words and as JSON.
enum DriftWords {
    /// `gains 41.259 +/- 0.004 ppm, 3.5647 +/- 0.0003 s a day (95 %)`
    static func rate(_ analysis: StudyAnalysis) -> String {
        rate(analysis.rate.frequency, half: analysis.rate.halfWidth95)
    }

    /// The same of a fractional frequency and half its interval.
    static func rate(_ rate: Double, half: Double) -> String {
        let verb = rate >= 0 ? "gains" : "loses"
        return "\(verb) \(pair(rate.magnitude * 1e6, half * 1e6)) ppm, "
            + "\(pair(rate.magnitude * 86_400, half * 86_400)) s a day (95 %)"
    }

    /// A value to the digits that its interval leaves.
    private static func pair(_ value: Double, _ half: Double) -> String {
        var decimals = 0
        var unit = half
        while unit < 9.5, decimals < 12, unit > 0 {
            unit *= 10
            decimals += 1
        }
        return "\(DecimalText.fixed(value, decimals: decimals)) +/- \(DecimalText.fixed(half, decimals: decimals))"
    }

    static func json(_ study: Study, _ analysis: StudyAnalysis?, isComplete: Bool) -> JSON {
        let rate = analysis?.rate
        return .object([
            ("schema", .string("timeball.drift/1")), ("clock", .string(study.subject.clock)),
            ("reference", .string(study.subject.reference)),
            ("reference_doubt_ppm", study.subject.referenceDoubt.map { .number($0 * 1e6) } ?? .null),
            ("readings", .integer(study.readings.count)), ("happenings", .integer(study.events.count)),
            ("complete", .bool(isComplete)),
            ("frequency_ppm", rate.map { .number($0.frequency * 1e6) } ?? .null),
            ("frequency_bound_ppm", rate.map { .number($0.halfWidth95 * 1e6) } ?? .null),
            ("per_day_seconds", rate.map { .number($0.frequency * 86_400) } ?? .null),
            ("per_day_bound_seconds", rate.map { .number($0.halfWidth95 * 86_400) } ?? .null),
        ])
    }
}
