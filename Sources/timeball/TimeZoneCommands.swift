import ArgumentParser
import Rendering
import TimeBase
import TimeZones

struct TimeZoneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tz", abstract: "Time zones: which there are, what they show, when they change.",
        subcommands: [
            TimeZoneListCommand.self, TimeZonePickCommand.self, TimeZoneShowCommand.self, TimeZoneSetCommand.self,
            TimeZoneNextCommand.self, TimeZoneCheckCommand.self,
        ])
}

struct TimeZoneListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "The names of all zones.")

    @Argument(help: "Only names that contain this text.") var text: String?
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let wanted = text?.lowercased()
        let names = try ZoneDirectory.names().filter { name in wanted.map { name.lowercased().contains($0) } ?? true }
        if json {
            print(JSON.object([("zones", .array(names.map(JSON.string)))]).text)
        } else {
            Output.lines(names)
        }
        if names.isEmpty { throw ExitCode(1) }
    }
}

struct TimeZoneShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "What clocks in a zone show now, and when they change next.")

    @Argument(help: "Such as Europe/Vienna; without it, the zone of this machine.") var zone: String?
    @Option(help: ArgumentHelp("Another moment than now.", valueName: "instant")) var at: Moment?
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let rules = try ZoneDirectory.zone(zone)
        let now = at?.seconds ?? Moment.now
        let type = rules.type(at: now)
        let next = rules.nextTransition(after: now)
        if json {
            print(
                JSON.object([
                    ("zone", zone.map(JSON.string) ?? .null), ("time", .string(rules.rfc3339(now))),
                    ("offset_seconds", .integer(type.offset)), ("abbreviation", .string(type.abbreviation)),
                    ("daylight", .bool(type.isDaylight)),
                    ("next", next.map { .string(rules.rfc3339($0.instant)) } ?? .null),
                ]).text)
            return
        }
        let kind = type.isDaylight ? ", daylight saving time" : ""
        print("\(rules.rfc3339(now))  \(type.abbreviation), UTC\(Zone.text(offset: type.offset))\(kind)")
        print(next.map { "then \(TransitionText.line($0, rules))" } ?? "no change is known")
    }
}

struct TimeZoneNextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "The next changes of a zone's clocks.")

    @Argument(help: "Such as Europe/Vienna; without it, the zone of this machine.") var zone: String?
    @Option(name: [.customShort("n"), .customLong("count")], help: "How many.") var count = 4
    @Option(help: ArgumentHelp("After another moment than now.", valueName: "instant")) var from: Moment?
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let rules = try ZoneDirectory.zone(zone)
        var after = from?.seconds ?? Moment.now
        var transitions: [Transition] = []
        while transitions.count < count, let next = rules.nextTransition(after: after) {
            transitions.append(next)
            after = next.instant
        }
        if json {
            print(JSON.object([("transitions", .array(transitions.map { TransitionText.json($0, rules) }))]).text)
        } else if transitions.isEmpty {
            print("No change is known.")
        } else {
            Output.lines(transitions.map { TransitionText.line($0, rules) })
        }
    }
}

/// How a change of the clocks is told.
private enum TransitionText {
    /// `2026-03-29T03:00:00+02:00  1:00 forward  CET to CEST`
    static func line(_ transition: Transition, _ zone: Zone) -> String {
        let size = Zone.text(offset: abs(transition.shift)).dropFirst()
        let shift = transition.shift == 0 ? "not put" : "\(size) \(transition.shift > 0 ? "forward" : "back")"
        return
            "\(zone.rfc3339(transition.instant))  \(shift)  \(transition.before.abbreviation) to \(transition.after.abbreviation)"
    }

    static func json(_ transition: Transition, _ zone: Zone) -> JSON {
        .object([
            ("at", .string(zone.rfc3339(transition.instant))), ("epoch", .integer(transition.instant)),
            ("shift_seconds", .integer(transition.shift)), ("from", .string(transition.before.abbreviation)),
            ("to", .string(transition.after.abbreviation)),
        ])
    }
}
