import ArgumentParser
import Glibc
import Rendering
import TimeBase
import TimeZones

struct TimeZoneCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "What is wrong with this machine's time zone, tzdata, and the RTC's.",
        discussion: "Exit code 1 if something is.")

    @Option(help: "The system below this directory instead of the running one.") var root = "/"
    @Option(help: ArgumentHelp("Another moment than now.", valueName: "instant")) var now: Moment?
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let setup = ZoneSystem(root: root).setup()
        let findings = setup.findings(at: now?.seconds ?? Moment.now)
        if json {
            print(object(setup, findings).text)
        } else {
            Output.lines(lines(setup, findings))
        }
        if !findings.isEmpty { throw ExitCode(1) }
    }

    private func zone(_ setup: ZoneSetup) -> String? {
        if case .link(let path) = setup.localTime { return ZoneSetup.name(in: path) ?? path }
        return setup.name
    }

    private func lines(_ setup: ZoneSetup, _ findings: [ZoneSetup.Finding]) -> [String] {
        let rtc = setup.isRTCLocal.map { $0 ? "local time" : "UTC" } ?? "UTC (nothing else is said)"
        var lines = [
            "zone      \(zone(setup) ?? "-")",
            "tzdata    \(setup.version ?? "-"), made \(setup.made.map(day) ?? "-")",
            "leap list good until \(setup.leapListExpires.map(day) ?? "-")",
            "RTC       \(rtc)",
        ]
        for finding in findings {
            lines.append("wrong     \(finding.sentence)")
            lines.append("next      \(finding.next)")
        }
        if findings.isEmpty { lines.append("nothing is wrong") }
        return lines
    }

    private func day(_ seconds: Int) -> String { CivilDate(Instant(sinceEpoch: .seconds(seconds))).dateText }

    private func object(_ setup: ZoneSetup, _ findings: [ZoneSetup.Finding]) -> JSON {
        .object([
            ("schema", .string("timeball.tz-check/1")), ("zone", zone(setup).map(JSON.string) ?? .null),
            ("timezone_file", setup.name.map(JSON.string) ?? .null),
            ("tzdata_version", setup.version.map(JSON.string) ?? .null),
            ("tzdata_made", setup.made.map { .string(day($0)) } ?? .null),
            ("leap_list_expires", setup.leapListExpires.map { .string(day($0)) } ?? .null),
            ("rtc_local", setup.isRTCLocal.map(JSON.bool) ?? .null),
            (
                "findings",
                .array(
                    findings.map {
                        .object([
                            ("code", .string($0.code)), ("sentence", .string($0.sentence)), ("next", .string($0.next)),
                        ])
                    })
            ),
        ])
    }
}
