import Foundation
import Testing

extension Interop {
    @Suite("timeball has words of its own for what chronyc can do")
    struct OwnWords {
        /// Runs timeball against a daemon; its exit status and its output as JSON, if that was asked for.
        private func say(
            _ rig: Rig, _ daemon: Daemon, _ words: String...
        ) throws -> (status: Int32, output: String, json: [String: Any]?) {
            let (status, output) = try rig.run(.timeball, words + ["--socket", daemon.socket])
            let json = try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
            return (status, output, json)
        }

        @Test("Reading: clients, authdata, access, and what is not known is null")
        func reading() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd(
                    address: "127.0.0.3", "local stratum 1", "allow all", "server 127.0.0.60 offline")
                let client = try rig.chronyd("client", "\(ours.line) minpoll 0 maxpoll 0 iburst")
                try rig.waitUntilFollowing(client, sources: 1)
                let clients = try #require(try say(rig, ours, "clients", "--json").json)
                #expect(clients["schema"] as? String == "timeball.clients/1")
                let first = try #require(
                    (clients["clients"] as? [[String: Any]])?.first { $0["address"] as? String == "127.0.0.1" })
                #expect((first["ntp_requests"] as? Int ?? 0) > 0 && first["ntp_last_age_seconds"] is Int)
                #expect(first["ntp_interval_after_drops_seconds"] is NSNull)
                #expect(try say(rig, ours, "clients", "-n").output.contains("127.0.0.1"))
                let keys = try #require(try say(rig, ours, "authdata", "--json").json)
                let source = try #require((keys["sources"] as? [[String: Any]])?.first)
                #expect(
                    source["source"] as? String == "127.0.0.60" && source["way"] is NSNull && source["key"] is NSNull)
                #expect(try say(rig, ours, "serve", "check", "192.0.2.1").status == 0)
                #expect(try say(rig, ours, "serve", "deny", "192.0.2.0/24").status == 0)
                #expect(try say(rig, ours, "serve", "check", "192.0.2.1").status == 1)
                #expect(try say(rig, ours, "serve", "check", "--json", "192.0.2.1").json?["allowed"] as? Bool == false)
            }
        }

        @Test("Acting: --dry-run changes nothing, --json says what was done, and mistakes are exit code 2")
        func acting() throws {
            try Asked.need(.timeballd, .timeball, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd("server 127.0.0.60 offline")
                #expect(try say(rig, ours, "source", "rm", "127.0.0.60", "--dry-run").output.contains("would ask"))
                #expect(try rig.fields(ours, "sources").count == 1)
                let done = try #require(
                    try say(rig, ours, "source", "set", "127.0.0.60", "minpoll", "3", "--json").json)
                #expect(done["done"] as? Bool == true)
                #expect(try rig.fields(ours, "sources")[0][4] == "6")
                #expect(try say(rig, ours, "source", "set", "127.0.0.60", "offset", "-0.25").status == 0)
                #expect(try say(rig, ours, "source", "options", "127.0.0.60", "+prefer", "-trust").status == 0)
                #expect(try rig.fields(ours, "selectdata")[0].columns[3...6] == ["-", "P", "-", "-"])
                for words in [
                    ["refresh"], ["reload"], ["reset"], ["reselect"], ["onoffline"], ["online"], ["offline"],
                ] {
                    #expect(
                        try rig.run(.timeball, ["source"] + words + ["--socket", ours.socket]).status == 0, "\(words)")
                }
                for words in [
                    ["rekey"], ["dump"], ["cyclelogs"], ["tune", "reselectdist", "0.001"], ["step", "1", "-1"],
                ] {
                    #expect(try rig.run(.timeball, words + ["--socket", ours.socket]).status == 0, "\(words)")
                }
                #expect(try say(rig, ours, "source", "set", "127.0.0.60", "colour", "3").status == 2)
                #expect(try say(rig, ours, "source", "set", "127.0.0.61", "minpoll", "3").status == 1)
                #expect(try say(rig, ours, "tune", "maxupdateskew").status == 2)
                // Over UDP nothing of this is permitted.
                let (status, _) = try rig.run(
                    .timeball, ["rekey", "-h", "127.0.0.1", "-p", "\(ours.controlPort)"])
                #expect(status == 4)
                #expect(try say(rig, ours, "source", "rm", "127.0.0.60").status == 0)
                #expect(try rig.fields(ours, "sources").isEmpty)
            }
        }

        @Test(
            "config import reports every line and writes what timeballd then accepts; exit code 1 if something is lost")
        func importing() throws {
            try Asked.need(.timeballd, .timeball)
            try Rig.with { rig in
                let file = try rig.write(
                    "ntp.conf", "pool 0.debian.pool.ntp.org iburst\nrestrict 127.0.0.1\ndriftfile /var/lib/ntp/drift\n")
                let output = rig.folder.appending(path: "made.conf").path
                let kept = try rig.run(.timeball, ["config", "import", file, "--output", output])
                #expect(kept.status == 0 && kept.output.contains("Nothing that matters is lost."), "\(kept.output)")
                let checked = try rig.run(.timeball, ["config", "check", output])
                #expect(checked.status == 0 && checked.output.contains("accepted"), "\(checked.output)")
                #expect(try rig.run(.timeballd, ["-p", "-f", output]).status == 0)
                let lost = try rig.write("chrony.conf", "server a\nbogus\n")
                let report = try rig.run(.timeball, ["config", "import", lost, "--json"])
                #expect(report.status == 1 && report.output.contains("\"verdict\":\"not supported\""))
                #expect(try rig.run(.timeball, ["config", "check", lost]).status == 1)
                #expect(try rig.run(.timeball, ["config", "import", "/nowhere"]).status == 3)
            }
        }

        @Test("The configuration of seed 004's headsets runs without a complaint, and follows a real chronyd")
        func headset() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let router = try rig.chronyd("router", address: "127.0.0.2", "local stratum 2", "allow all")
                let folder = try rig.privateFolder("logs")
                let ours = try rig.timeballd(
                    "\(router.line) iburst", "keyfile \(folder)/chrony.keys", "driftfile \(folder)/chrony.drift",
                    "log tracking measurements statistics", "logdir \(folder)", "rtcsync", "makestep 1 -1")
                try rig.waitUntilFollowing(ours, sources: 1)
                #expect(try rig.fields(ours, "tracking")[0][2] == "3")
                let complaints = ours.program.output.split(separator: "\n").filter {
                    // What this version does not do yet says so itself.
                    $0.contains("warning") && !$0.contains("no effect yet")
                }
                #expect(complaints.isEmpty, "\(complaints)")
            }
        }
    }
}
