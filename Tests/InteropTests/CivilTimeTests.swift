import Foundation
import Testing

extension Interop {
    @Suite("Leap seconds, times entered by hand, and smoothing")
    struct CivilTime {
        @Test("Debian's right/UTC tells how far TAI is ahead; a list that has expired tells nothing")
        func leapTables() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc)
            let zone = "/usr/share/zoneinfo/right/UTC"
            guard FileManager.default.fileExists(atPath: zone) else {
                print("Not tested: there is no \(zone) (package tzdata, since Debian 13 tzdata-legacy)")
                return
            }
            try Rig.with { rig in
                let server = try rig.chronyd("server", "local stratum 1", "allow all")
                let source = "\(server.line) iburst minpoll 0 maxpoll 0"
                let list = try rig.write(
                    "leap-seconds.list", "#$ 3676924800\n#@ 3676924900\n2272060800 10\n2287785600 11\n")
                let cases: [(String, String, String?, String?)] = [
                    ("zone", "leapsectz right/UTC", "37", nil),
                    ("old", "leapseclist \(list)", nil, "expired on 2016-07-"),
                    ("none", "leapsectz UTC", nil, "counts no leap seconds"),
                    ("absent", "leapsectz right/Nowhere", nil, "There is no /usr/share/zoneinfo/right/Nowhere"),
                ]
                for (name, directive, offset, complaint) in cases {
                    let ours = try rig.timeballd(named: name, source, directive)
                    try rig.waitUntilFollowing(ours, sources: 1)
                    let page = URL(filePath: ours.socket).deletingLastPathComponent().appending(path: "bound").path
                    let (status, output) = try rig.run(.timeball, ["now", "--json", "--page", page])
                    #expect(status == 0, "\(output)")
                    #expect(output.contains("\"tai_offset_seconds\":\(offset ?? "null")"), "\(name): \(output)")
                    if let complaint {
                        #expect(ours.program.output.contains(complaint), "\(name): \(ours.program.output)")
                    }
                    // The clock is not ours (-x): the kernel is not told.
                    #expect(!ours.program.output.contains("TAI offset set"))
                    ours.program.stop()
                }
            }
        }

        @Test("chronyc's smoothing, smoothtime, manual and settime print of timeballd what they print of chronyd")
        func commands() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let directives = ["manual", "local", "smoothtime 400 0.01", "allow 127.0.0.1"].joined(separator: "\n")
                let ours = try rig.timeballd(directives)
                let theirs = try rig.chronyd("theirs", directives)
                // What nobody asks by hand has other numbers each time; the words and the columns are the same.
                let now = Date()
                let words = DateFormatter()
                words.locale = Locale(identifier: "en_US_POSIX")
                words.timeZone = TimeZone.current
                words.dateFormat = "MMM d, yyyy HH:mm:ss"
                let commands = [
                    ["smoothing"], ["smoothtime", "activate"], ["smoothing"], ["smoothtime", "reset"],
                    ["manual", "list"], ["settime", words.string(from: now.addingTimeInterval(2))], ["manual", "list"],
                    ["manual", "delete", "0"], ["manual", "reset"], ["manual", "off"], ["manual", "on"],
                ]
                for command in commands {
                    let expected = try pattern(ask(rig, theirs, command))
                    let found = try ask(rig, ours, command)
                    #expect(pattern(found) == expected, "\(command): \(found)")
                }
                // And where they are refused, they are in the same way.
                for command in [["manual", "delete", "7"], ["settime", "Jan 1, 2026 00:00:00"]] {
                    _ = try rig.run(.chronyc, ["-n", "-h", ours.socket, "manual", "off"])
                    _ = try rig.run(.chronyc, ["-n", "-h", theirs.socket, "manual", "off"])
                    let expected = try rig.run(.chronyc, ["-n", "-h", theirs.socket] + command)
                    let found = try rig.run(.chronyc, ["-n", "-h", ours.socket] + command)
                    #expect(found.status == expected.status, "\(command)")
                    #expect(pattern(found.output) == pattern(expected.output), "\(command)")
                }
            }
        }

        private func ask(_ rig: Rig, _ daemon: Daemon, _ command: [String]) throws -> String {
            let (status, output) = try rig.run(.chronyc, ["-n", "-h", daemon.socket] + command)
            #expect(status == 0, "\(daemon.program.name) \(command): \(output)")
            return output
        }

        @Test("A time that is entered by hand is served by chrony's protocol and NTP's, with `local`")
        func servedByHand() throws {
            try Asked.need(.timeballd, .chronyc, .ntpdig)
            try Rig.with { rig in
                let ours = try rig.timeballd("manual", "local stratum 5", "allow 127.0.0.1")
                let words = DateFormatter()
                words.locale = Locale(identifier: "en_US_POSIX")
                words.timeZone = TimeZone.current
                words.dateFormat = "MMM d, yyyy HH:mm:ss"
                // An hour ahead: the clock is not ours, so it stays as it is, and what is served does not.
                let answer = try ask(rig, ours, ["settime", words.string(from: Date().addingTimeInterval(3600))])
                #expect(answer.contains("Clock was -3"), "\(answer)")
                let row = try #require(try rig.fields(ours, "manual list").first)
                row.expect(3, -3601.5 ... -3598.5, "original offset")
                let tracking = try rig.chronyc(ours, "tracking")
                #expect(tracking.contains("7F7F0101") && tracking.contains("Stratum         : 5"), "\(tracking)")
            }
        }
    }
}

/// A report with its numbers and its spaces taken out.
private func pattern(_ report: String) -> String {
    report.replacing(/[+\-]?[0-9]+(\.[0-9]+)?/, with: "N").replacing(/[ ]+/, with: " ")
}
