import ArgumentParser
import TimeZones

struct TimeZonePickCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pick", abstract: "Find a time zone by questions, as tzselect does, or by searching.",
        discussion: """
            Questions go to standard error, answers come from standard input, and the zone's name alone goes to standard \
            output: timeball tz set "$(timeball tz pick)". Exit code 1 if none was chosen.
            """)

    @Argument(help: "A text to search for at once, such as a city or a country.") var text: [String] = []

    func run() throws {
        var picker = ZonePicker(try ZoneDirectory.places())
        let now = Moment.now
        func clock(_ name: String) -> String {
            guard let zone = try? ZoneDirectory.zone(name) else { return "-" }
            let type = zone.type(at: now)
            return "\(zone.rfc3339(now).dropFirst(11).prefix(5)) UTC\(Zone.text(offset: type.offset))"
        }
        var pending = text.isEmpty ? nil : text.joined(separator: " ")
        var wasShown = false
        var isToShow = pending == nil
        while true {
            if isToShow {
                for line in picker.lines(clock: clock) { Output.complain(line) }
                wasShown = true
            }
            guard let line = pending ?? readLine() else { throw ToolError.no("No zone was chosen.") }
            pending = nil
            switch picker.answer(line) {
            case .asks: isToShow = true
            case .misunderstood(let sentence):
                Output.complain(sentence)
                isToShow = !wasShown
            case .chosen(let zone):
                print(zone)
                return
            case .stopped: throw ToolError.no("No zone was chosen.")
            }
        }
    }
}
