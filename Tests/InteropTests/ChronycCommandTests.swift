import Foundation
import Testing

extension Interop {
    /// Debian's chronyc 4.3 with each of its commands, one after the other, at timeballd and at chronyd 4.3.
    @Suite("Every command of chronyc 4.3 is answered as chronyd answers it")
    struct ChronycCommands {
        /// In an order in which both daemons are in the same state. What is not here is in the tests of its own subject: times
        /// typed by hand, smoothing, the real-time clock.
        static let commands = [
            "tracking", "sources", "sources -a -v", "sourcestats -v", "selectdata -v", "authdata -v", "activity",
            "ntpdata 127.0.0.2", "ntpdata 192.0.2.1", "serverstats", "clients", "waitsync 1",
            "waitsync 2 0.000000000001 0 0.2", "sourcename 127.0.0.2", "sourcename 192.0.2.1", "accheck 127.0.0.1",
            "accheck 192.0.2.1", "cmdaccheck 192.0.2.1", "maxdelay 127.0.0.2 0.5", "maxdelayratio 127.0.0.2 9",
            "maxdelaydevratio 127.0.0.2 20", "minpoll 127.0.0.2 0", "maxpoll 127.0.0.2 2", "minstratum 127.0.0.2 0",
            "polltarget 127.0.0.2 8", "maxpoll 192.0.2.1 2", "add server 127.0.0.9 offline", "add server 127.0.0.9",
            "add server 127.0.0.9 bogus", "delete 127.0.0.9", "delete 127.0.0.9", "burst 1/2", "burst 1/2 192.0.2.1",
            "online", "online 192.0.2.1", "offline 127.0.0.2", "online 127.0.0.0/8", "onoffline", "refresh",
            "reload sources", "reselect", "reselectdist 0.0001", "maxupdateskew 500", "makestep", "makestep 0.5 3",
            "allow 10/8", "allow all 10.0.0.0/8", "accheck 10.1.1.1", "deny 10.1/16", "accheck 10.1.1.1", "deny all",
            "accheck 127.0.0.1", "allow", "allow 1.2.3.4/99", "cmdallow 192.0.2.0/24", "cmdaccheck 192.0.2.1",
            "cmddeny all", "cmdaccheck 192.0.2.1", "local stratum 9", "local off", "manual list", "rtcdata", "trimrtc",
            "writertc", "cyclelogs", "dump", "rekey", "reset sources", "dfreq 0", "bogus", "keygen 1 SHA1 160", "help",
            "shutdown",
        ]

        @Test(
            "One after the other, over the Unix socket, with the same texts in the same shape and the same exit status")
        func all() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc, root: true)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let directives = [
                    honest.map { "\($0.line) iburst minpoll 0 maxpoll 0" }.joined(separator: "\n"), "allow 127.0.0.0/8",
                    "manual",
                ]
                let theirs = try rig.chronyd("theirs", directives[0], directives[1], directives[2])
                let ours = try rig.timeballd(directives[0], directives[1], directives[2])
                for daemon in [theirs, ours] { try rig.waitUntilMeasured(daemon, sources: 3) }
                for command in Self.commands {
                    let words = command.split(separator: " ").map(String.init)
                    let expected = try rig.run(.chronyc, ["-n", "-h", theirs.socket] + words)
                    let found = try rig.run(.chronyc, ["-n", "-h", ours.socket] + words)
                    #expect(found.status == expected.status, "\(command): \(found.output)")
                    #expect(shape(found.output) == shape(expected.output), "\(command)")
                }
                #expect(try ours.program.exitStatus(within: .seconds(5)) == 0)
            }
        }

        /// The commands that change something, over UDP.
        @Test("Over UDP all that changes something is refused as chronyd refuses it")
        func refused() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd("server 127.0.0.2 offline")
                for command in [
                    "online", "burst 1/2", "maxdelay 127.0.0.2 1", "delete 127.0.0.2", "refresh", "reload sources",
                    "reselect", "makestep", "allow", "cmddeny all", "local", "dump", "rekey", "cyclelogs", "shutdown",
                    "settime 16:30", "manual on", "smoothtime reset", "trimrtc", "writertc", "reset sources",
                    "accheck 127.0.0.1", "clients", "serverstats", "ntpdata 127.0.0.2",
                ] {
                    let (status, output) = try rig.run(
                        .chronyc,
                        ["-n", "-h", "127.0.0.1", "-p", "\(ours.controlPort)"]
                            + command.split(separator: " ").map(String.init))
                    #expect(status == 1 && output.contains("501 Not authorised"), "\(command): \(output)")
                }
            }
        }

        /// A report without its values: words and columns stay.
        private func shape(_ text: String) -> [String] {
            text.split(separator: "\n").map { line in
                if line.hasPrefix("^") { return "a source" }
                if line.contains("HEX:") { return "a key" }
                if let colon = line.range(of: ": ") { return String(line[..<colon.lowerBound]) }
                if line.contains(#/^[^0-9]*127\.0\.0\.[0-9]+ /#) { return "a line about an address" }
                return String(line)
            }
        }
    }

    /// The commands of seed 002's section on maintenance, as they are printed today.
    @Suite("What a maintainer looks at is printed as chrony prints it")
    struct Maintenance {
        @Test("activity, sources -v, sourcestats -v, tracking of a clock that serves itself, and dump")
        func maintenance() throws {
            try Asked.need(.timeballd, .timeball, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd(
                    (1...4).map { "server 127.0.0.\($0 + 60) offline minpoll 8" }.joined(separator: "\n"),
                    "local stratum 10", "allow 10/8", "allow 192.168/16", "allow 172.16/12", "logchange 0.5")
                for ours_ in [true, false] {
                    func say(_ command: String...) throws -> [String] {
                        let (status, output) = try rig.console(ours: ours_, ours.socket, ["-n"], command)
                        #expect(status == 0, "\(command): \(output)")
                        return output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                    }
                    #expect(
                        try say("activity").prefix(5) == [
                            "200 OK", "0 sources online", "4 sources offline",
                            "0 sources doing burst (return to online)", "0 sources doing burst (return to offline)",
                        ])
                    #expect(try say("dump") == ["200 OK", ""])
                    let sources = try say("sources", "-v")
                    #expect(sources[1] == "  .-- Source mode  '^' = server, '=' = peer, '#' = local clock.")
                    #expect(sources[9].hasPrefix("MS Name/IP address         Stratum Poll Reach LastRx Last sample"))
                    #expect(
                        sources[11] == "^? 127.0.0.61                    0   8     0     -     +0ns[   +0ns] +/-    0ns"
                    )
                    let statistics = try say("sourcestats", "-v")
                    #expect(statistics[9].hasPrefix("Name/IP Address            NP  NR  Span  Frequency  Freq Skew"))
                    #expect(statistics[11].hasPrefix("127.0.0.61                  0   0     0 "))
                    let tracking = try say("tracking")
                    #expect(tracking[0] == "Reference ID    : 7F7F0101 ()" && tracking[1] == "Stratum         : 10")
                    #expect(tracking[3].hasPrefix("System time     : 0.0000000"))
                    #expect(tracking[6].contains(/^Frequency       : [0-9.]+ ppm (slow|fast)$/))
                    #expect(tracking[12] == "Leap status     : Normal")
                }
            }
        }
    }

    @Suite("A reader of chrony's protocol that knows nothing of us")
    struct IndependentReader {
        @Test("finds the same fields filled in timeballd's reports as in chronyd's, over both transports")
        func sameFields() throws {
            try Asked.need(.timeballd, .chronyd, .python3)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let sources = honest.map { "\($0.line) iburst minpoll 0 maxpoll 0" }.joined(separator: "\n")
                let ours = try rig.timeballd(
                    sources, "allow all", "opencommands tracking sources sourcestats activity ntpdata serverstats")
                let theirs = try rig.chronyd("theirs", sources, "allow all")
                for daemon in [theirs, ours] { try rig.waitUntilMeasured(daemon, sources: 3) }
                func read(_ arguments: String...) throws -> [String: Any] {
                    let (status, output) = try rig.run(.python3, [Places.script("control-client.py")] + arguments)
                    #expect(status == 0, "\(output)")
                    return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
                }
                let expected = filled("", try read(theirs.socket))
                for found in [try read(ours.socket), try read("127.0.0.1", "\(ours.controlPort)")] {
                    #expect(filled("", found) == expected)
                    #expect(found["beyond"] as? Int == 4 && found["unknown"] as? Int == 3)
                    let tracking = try #require(found["tracking"] as? [String: Any])
                    #expect(tracking["stratum"] as? Int == 2 && tracking["leap"] as? Int == 0)
                    let time = try #require(tracking["reference_time"] as? Double)
                    #expect((time - Date().timeIntervalSince1970).magnitude < 120)
                }
            }
        }

        /// The paths of all fields, with what kind of value each has: numbers are there or 0, whatever they are.
        private func filled(_ path: String, _ value: Any) -> Set<String> {
            switch value {
            case let object as [String: Any]:
                return object.reduce(into: []) { $0.formUnion(filled("\(path)/\($1.key)", $1.value)) }
            case let list as [Any]:
                return list.reduce(into: ["\(path) has \(list.count)"]) { $0.formUnion(filled("\(path)[]", $1)) }
            case let text as String: return ["\(path): \(text.isEmpty ? "empty" : "text")"]
            case is NSNull: return ["\(path): null"]
            default:
                // Offsets, counts of what did not happen, and signs may be 0 in one run and not in another.
                let isExact = ["stratum", "version", "mode", "port", "reach", "precision", "leap", "state"].contains {
                    path.hasSuffix("/\($0)")
                }
                return isExact && !path.hasSuffix("state")
                    ? ["\(path): \((value as? Int) == 0 ? "0" : "number")"] : ["\(path): number"]
            }
        }
    }
}
