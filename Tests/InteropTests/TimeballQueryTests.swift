import Foundation
import Testing

extension Interop {
    /// Measuring without a daemon of ours, and what scripts see of it.
    @Suite("timeball measures, and answers scripts")
    struct TimeballQuery {
        private static func object(_ output: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }

        @Test(
            "A server's lead is found with its sign, within the bound, although an attacker writes too",
            arguments: [-0.3, 0, 0.3])
        func sign(lead: Double) throws {
            try Asked.need(.timeball, .python3)
            try Rig.with { rig in
                let server = try rig.lyingServer(offset: lead, "--garbage", "20")
                let arguments = ["query", server.address, "-p", "\(server.port)", "-n", "2"]
                let (status, output) = try rig.run(.timeball, arguments + ["--json"])
                #expect(status == 0)
                let hosts = try #require(try Self.object(output)["hosts"] as? [[String: Any]])
                let offset = try #require(hosts.first?["offset_seconds"] as? [String: Any])
                let value = try #require(offset["value"] as? Double)
                let bound = try #require(offset["bound"] as? Double)
                #expect(abs(value - lead) <= bound && bound < 0.1)
                let words = try rig.run(.timeball, arguments).output
                if lead != 0 { #expect(words.contains(lead > 0 ? "300 ms slow" : "300 ms fast"), "\(words)") }
            }
        }

        @Test("Nobody's port is exit status 3, nonsense is 2")
        func failures() throws {
            try Asked.need(.timeball)
            try Rig.with { rig in
                let port = "\(try rig.freePort())"
                #expect(try rig.run(.timeball, ["query", "127.0.0.1", "-p", port, "-n", "1"]).status == 3)
                for wrong in [
                    ["query"], ["query", "127.0.0.1", "-n", "0"], ["tracking", "surplus"], ["--bogus"],
                    ["status", "--within", "soon"], ["add", "satellite", "x"],
                ] { #expect(try rig.run(.timeball, wrong).status == 2, "\(wrong)") }
            }
        }

        @Test("The simulator ends with 2 on nonsense, too, and with 1 where it could not write")
        func simulator() throws {
            try Asked.need(.simulator)
            try Rig.with { rig throws in
                for wrong in [["--bogus"], ["bogus"], ["run"], ["run", "nowhere"], ["bench", "--seeds", "0"]] {
                    #expect(try rig.run(.simulator, wrong).status == 2, "\(wrong)")
                }
                #expect(try rig.run(.simulator, ["list"]).status == 0)
                let trace = ["run", "lanfast", "--every", "100000", "--trace", "/nowhere/trace"]
                #expect(try rig.run(.simulator, trace, within: .seconds(60)).status == 1)
            }
        }

        @Test("What is read comes as one JSON object, too, whatever is read")
        func objects() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.chronyd("honest", address: "127.0.0.2", "local stratum 1", "allow all")
                let ours = try rig.timeballd("\(honest.line) iburst", "server nowhere.invalid")
                try rig.waitUntilFollowing(ours, sources: 1)
                for command in [
                    "status", "sources", "sourcestats", "tracking", "activity", "selectdata", "ntpdata", "serverstats",
                ] {
                    let (status, output) = try rig.run(.timeball, [command, "--json", "--socket", ours.socket])
                    #expect(status == 0)
                    #expect(try Self.object(output)["schema"] as? String == "timeball.\(command)/1")
                }
            }
        }

        @Test("A verdict is derived of chronyd's reports; --within says yes or no; UDP does not let anybody command")
        func derived() throws {
            try Asked.need(.timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.chronyd("honest", address: "127.0.0.2", "local stratum 1", "allow all")
                let theirs = try rig.chronyd("theirs", "\(honest.line) iburst minpoll 0 maxpoll 0")
                try rig.waitUntilFollowing(theirs, sources: 1)
                let socket = ["--socket", theirs.socket]
                // Right after its first updates chronyd itself is not sure yet.
                try wait(for: "the bound to be narrow", within: .seconds(30)) {
                    let (status, output) = try rig.run(.timeball, ["--json"] + socket)
                    let object = try Self.object(output)
                    #expect(status == 0 && object["daemon"] as? String == "chronyd")
                    guard object["verdict"] as? String == "Right", let bound = object["bound_seconds"] as? Double,
                        bound > 0, bound < 0.1
                    else { throw Waited(description: output) }
                    return true
                }
                #expect(try rig.run(.timeball, ["--within", "1s"] + socket).status == 0)
                #expect(try rig.run(.timeball, ["--within", "1ns"] + socket).status == 1)
                let udp = ["-h", "127.0.0.1", "-p", "\(theirs.controlPort)"]
                #expect(try rig.run(.timeball, ["--short"] + udp).output.hasPrefix("Right +/-"))
                #expect(try rig.run(.timeball, ["offline"] + udp).status == 4)
                #expect(try rig.run(.timeball, ["offline"] + socket).status == 0)
                #expect(try rig.fields(theirs, "activity").first?.columns.prefix(2) == ["0", "1"])
            }
        }

        @Test("Sources come and go by `add` and `delete`")
        func addAndDelete() throws {
            try Asked.need(.timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let theirs = try rig.chronyd("theirs")
                let socket = ["--socket", theirs.socket]
                let add = ["add", "server", "127.0.0.9", "minpoll", "3", "maxpoll", "5", "offset", "-0.5", "prefer"]
                #expect(try rig.run(.timeball, add + socket).status == 0)
                #expect(try rig.run(.timeball, add + socket).status == 1)
                let row = try #require(try rig.fields(theirs, "sources").first)
                #expect(row[2] == "127.0.0.9" && row[4] == "3")
                #expect(try rig.fields(theirs, "selectdata").first?[4] == "P")
                #expect(try rig.run(.timeball, ["delete", "127.0.0.9"] + socket).status == 0)
                #expect(try rig.fields(theirs, "sources").isEmpty)
            }
        }
    }
}
