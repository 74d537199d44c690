/// Reads timesyncd.conf(5).
enum TimesyncdReader {
    static func read(_ octets: [UInt8], _ file: String) -> [Translation] {
        var translations: [Translation] = []
        var section = ""
        var servers: [(place: Int, names: [String])] = []
        var fallbacks: [(place: Int, names: [String])] = []
        var polls: (least: Int?, most: Int?) = (nil, nil)
        for (index, octets) in Line.split(octets).enumerated() {
            let text = Line.text(octets).trimmed
            guard let first = text.first, first != "#", first != ";" else { continue }
            if first == "[" {
                section = text
                continue
            }
            var line = Translation(file: file, line: index + 1, text: text)
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(parts[0]).trimmed
            let value = parts.count == 2 ? String(parts[1]).trimmed : ""
            let names = value.split(separator: " ").map(String.init)
            switch key {
            case _ where section != "[Time]" || parts.count != 2:
                Translation.unsupported(
                    "it is not a setting of the section [Time]", next: "correct the line, or leave it out")(&line)
            case "NTP":
                // An empty list forgets those before it.
                if names.isEmpty { servers = [] }
                servers.append((translations.count, names))
            case "FallbackNTP":
                if names.isEmpty { fallbacks = [] }
                fallbacks.append((translations.count, names))
            case "RootDistanceMaxSec":
                guard let seconds = seconds(value) else { fallthrough }
                Translation.used("maxdistance \(Number.text(seconds))")(&line)
            case "PollIntervalMinSec", "PollIntervalMaxSec":
                guard let seconds = seconds(value), seconds >= 1 else { fallthrough }
                let poll = min(max(exponent(seconds), 0), 24)
                if key == "PollIntervalMinSec" { polls.least = poll } else { polls.most = poll }
                Translation.used(
                    reason: "as \(key == "PollIntervalMinSec" ? "minpoll" : "maxpoll") \(poll) of each server")(&line)
            case "ConnectionRetrySec":
                Translation.noEffect("a server that does not answer is asked again with growing waits")(&line)
            case "SaveIntervalSec":
                Translation.noEffect("the frequency is saved every hour (driftfile)")(&line)
            default:
                Translation.unsupported(
                    "'\(key)' is not known, or '\(value)' is not a time", next: "correct the line, or leave it out")(
                        &line)
            }
            translations.append(line)
        }
        let options = (polls.least.map { " minpoll \($0)" } ?? "") + (polls.most.map { " maxpoll \($0)" } ?? "")
        let hasServers = servers.contains { !$0.names.isEmpty }
        for (place, names) in servers {
            translations[place].directives = names.map { "server \($0) iburst\(options)" }
        }
        for (place, names) in fallbacks {
            if hasServers {
                Translation.noEffect("these are asked only where NTP= names no server")(&translations[place])
            } else {
                translations[place].directives = names.map { "server \($0) iburst\(options)" }
            }
        }
        // What timesyncd does unasked.
        var ways = Translation(
            file: file, line: 0, text: "(timesyncd steps the clock if it is wrong by more than 0.4 s)")
        ways.directives = ["makestep 0.4 -1", "rtcsync", "driftfile /var/lib/timeball/drift"]
        return translations + [ways]
    }

    /// The binary logarithm of a number, rounded down.
    private static func exponent(_ seconds: Double) -> Int { Int(seconds.exponent) }

    private static let units: [String: Double] = [
        "": 1, "us": 1e-6, "ms": 1e-3, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60,
        "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86_400, "day": 86_400, "days": 86_400,
    ]

    /// A span as systemd.time(7) writes it: `5`, `1min 20s`, `500ms`.
    static func seconds(_ text: String) -> Double? {
        var sum = 0.0
        var rest = text.filter { $0 != " " }[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(digits), let size = units[String(unit)] else { return nil }
            sum += number * size
        }
        return sum
    }
}
