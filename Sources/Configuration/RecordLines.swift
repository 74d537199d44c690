internal import Recording
internal import Timekeeping

extension Parser {
    /// Directives about what is written down.
    static let recordHandlers: [String: Handler] = [
        "logdir": { (parser, words) throws(Mistake) in
            parser.settings.logDirectory = try words.next("a directory").text
        },
        "logbanner": { (parser, words) throws(Mistake) in
            parser.settings.logBanner = try words.integer("a number of lines", in: 0...1_000_000_000)
        },
        "log": { (parser, words) throws(Mistake) in try parser.log(&words) },
        "dumpdir": { (parser, words) throws(Mistake) in
            parser.settings.dumpDirectory = try words.next("a directory").text
            parser.settings.timekeeper.keepsMeasurements = true
        },
    ]

    /// The word for measurements with those that no sample was made of.
    private static let rawMeasurements = "rawmeasurements"

    /// `log KIND…`
    private mutating func log(_ words: inout Arguments) throws(Mistake) {
        var word = try words.next("a kind of log")
        while true {
            if word.lowercased == Self.rawMeasurements {
                settings.timekeeper.logs.insert(.measurements)
                settings.timekeeper.logsRawMeasurements = true
            } else if let kind = ChronyLog(rawValue: word.lowercased) {
                settings.timekeeper.logs.insert(kind)
            } else {
                let known = ChronyLog.allCases.map(\.rawValue) + [Self.rawMeasurements]
                throw Mistake(
                    word,
                    "'\(word.text)' is not a kind of log"
                        + (Nearest.word(to: word.text, among: known).map { "; did you mean '\($0)'?" }
                            ?? "; there are \(known.joined(separator: ", "))"))
            }
            guard let next = words.optional() else { return }
            word = next
        }
    }
}

extension Configuration {
    static func recordLines(_ settings: DaemonSettings) -> [String] {
        let timekeeper = settings.timekeeper
        var lines = Lines()
        if let folder = settings.logDirectory { lines.add("logdir \(folder)") }
        let kinds = ChronyLog.allCases.filter { timekeeper.logs.contains($0) }.map(\.rawValue)
        let raw = timekeeper.logsRawMeasurements ? ["rawmeasurements"] : []
        if !kinds.isEmpty { lines.add((["log"] + kinds + raw).joined(separator: " ")) }
        lines.add("logbanner", settings.logBanner, unless: DaemonSettings().logBanner)
        if let folder = settings.dumpDirectory { lines.add("dumpdir \(folder)") }
        return lines.all
    }
}
