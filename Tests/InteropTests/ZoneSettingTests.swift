import Foundation
import Testing

extension Interop {
    /// `timeball tz` below another root. Nothing of this machine is set.
    @Suite("Setting and checking a time zone")
    struct ZoneSetting {
        @Test("set makes the link and the name, check finds nothing, then what was damaged, and date goes by it")
        func setAndCheck() throws {
            try Asked.need(.timeball)
            try Rig.with { rig throws in
                let root = rig.folder.path
                for folder in ["etc", "usr/share/zoneinfo/Europe"] {
                    try FileManager.default.createDirectory(
                        atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
                }
                for zone in ["Europe/Vienna", "Europe/Berlin"] {
                    try FileManager.default.copyItem(
                        atPath: "/usr/share/zoneinfo/\(zone)", toPath: "\(root)/usr/share/zoneinfo/\(zone)")
                }
                let dry = try rig.run(.timeball, ["tz", "set", "Europe/Vienna", "--root", root, "--dry-run"])
                #expect(dry.status == 0 && dry.output.hasPrefix("would make "))
                #expect(!FileManager.default.fileExists(atPath: "\(root)/etc/timezone"))
                let set = try rig.run(.timeball, ["tz", "set", "Europe/Vienna", "--root", root])
                #expect(set.status == 0, "\(set.output)")
                let link = try FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/etc/localtime")
                #expect(link == "/usr/share/zoneinfo/Europe/Vienna")
                #expect(try String(contentsOfFile: "\(root)/etc/timezone", encoding: .utf8) == "Europe/Vienna\n")
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: "\(root)/etc").sorted() == [
                        "localtime", "timezone",
                    ])
                let check = ["tz", "check", "--root", root]
                let good = try rig.run(.timeball, check)
                #expect(good.status == 0 && good.output.contains("nothing is wrong"), "\(good.output)")

                try Data("Europe/Berlin\n".utf8).write(to: URL(filePath: "\(root)/etc/timezone"))
                try Data("0.0 0 0.0\n0\nLOCAL\n".utf8).write(to: URL(filePath: "\(root)/etc/adjtime"))
                let wrong = try rig.run(.timeball, check + ["--json"])
                #expect(wrong.status == 1)
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(wrong.output.utf8)) as? [String: Any])
                let codes = (object["findings"] as? [[String: Any]])?.compactMap { $0["code"] as? String }
                #expect(codes == ["mismatch", "rtc-local"])
                #expect(object["rtc_local"] as? Bool == true)

                // A file that is damaged is refused, and nothing changes.
                try Data("TZif2 damaged".utf8).write(to: URL(filePath: "\(root)/usr/share/zoneinfo/Europe/Berlin"))
                let refused = try rig.run(.timeball, ["tz", "set", "Europe/Berlin", "--root", root])
                #expect(refused.status == 5, "\(refused.output)")
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/etc/localtime") == link)
                for nonsense in ["Europe/Atlantis", "../../etc/passwd", "/etc/localtime", ""] {
                    #expect(try rig.run(.timeball, ["tz", "set", nonsense, "--root", root]).status == 2, "\(nonsense)")
                }
            }
        }

        @Test("pick works from a pipe: the name alone on standard output")
        func pick() throws {
            try Asked.need(.timeball)
            try Rig.with { rig throws in
                func pick(_ answers: String, _ arguments: String = "") throws -> (Int32, String) {
                    let line = "printf '\(answers)' | \(NeededProgram.timeball.path) tz pick \(arguments) 2>/dev/null"
                    let result = try rig.run("sh", "/bin/sh", ["-c", line])
                    return (result.status, result.output)
                }
                #expect(try pick("7\\naustria\\n1\\n") == (0, "Europe/Vienna\n"))
                #expect(try pick("1\\n", "tokyo") == (0, "Asia/Tokyo\n"))
                #expect(try pick("10\\n1\\n") == (0, "Etc/UTC\n"))
                #expect(try pick("7\\n") == (1, ""))
                #expect(try pick("q\\n") == (1, ""))
            }
        }

        @Test(
            "Atomic time on the command line: labels there and back, leap seconds, the wall clock where there is no page"
        )
        func atomic() throws {
            try Asked.need(.timeball)
            try Rig.with { rig throws in
                func timeball(_ arguments: String) throws -> (Int32, String) {
                    let line = "\(NeededProgram.timeball.path) \(arguments) 2>/dev/null"
                    let result = try rig.run("sh", "/bin/sh", ["-c", line], environment: ["TZ": "America/Los_Angeles"])
                    return (result.status, result.output)
                }
                #expect(
                    try timeball("tai decode @4000000037c219bf2ef02e94") == (0, "1999-08-23 21:03:43.787492500\n"))
                #expect(
                    try timeball("tai decode --right 4000000037c219bf2ef02e94") == (
                        0, "1999-08-23 21:03:43.787492500\n"
                    ))
                #expect(
                    try timeball("tai decode --posix @4000000037c219bf2ef02e94") == (
                        0, "1999-08-23 21:04:05.787492500\n"
                    ))
                #expect(try timeball("tai decode --utc @40000000586846a4") == (0, "2016-12-31 23:59:60\n"))
                #expect(try timeball("tai encode --tai64 2016-12-31T23:59:60Z") == (0, "@40000000586846a4\n"))
                #expect(try timeball("tai encode --tai64 2017-01-01T00:00:00Z") == (0, "@40000000586846a5\n"))
                #expect(try timeball("tai encode 2018-12-31T23:59:60Z").0 == 1)
                // Behind the table's end: the last value, and marked.
                #expect(try timeball("tai decode --utc @40000000b4000000").1.hasSuffix("?\n"))
                #expect(try timeball("tai decode nonsense").0 == 2)
                let label = try timeball("now --tai64n --page \(rig.folder.path)/none").1
                #expect(label.hasPrefix("@4000000") && label.utf8.count == 26)
                let back = try timeball("tai decode --utc \(label.dropLast())").1
                #expect(back.hasPrefix(String(ISO8601DateFormatter().string(from: Date()).prefix(10))), "\(back)")
                #expect(try timeball("now --tai64na --page \(rig.folder.path)/none").1.utf8.count == 34)
                #expect(try timeball("now --tai --page \(rig.folder.path)/none").1.hasSuffix(" TAI\n"))
                #expect(try timeball("now --tai --tai64").0 == 2)
                let octets = try timeball("tai leap --octets | od -An -tx1 | head -1").1
                #expect(octets.hasPrefix(" 40 00 00 00 04 b2 58 0a"))
            }
        }
    }
}
