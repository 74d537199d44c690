import Foundation
import JobsControl
import Testing

@testable import timeball

@Suite("The log of jobs", .enabled(if: isRoot, "needs root, to run jobs as other users"), .serialized)
struct JobsLogTests {
    private struct Log: Decodable {
        struct Run: Decodable {
            var run: Int?
            var job: String
            var cause: String
            var state: String
            var ending: String?
            var firstInstruction: String?
        }
        var runs: [Run]
    }

    private func log(_ daemon: RunningDaemon, _ more: [String]) throws -> (log: Log, errors: String) {
        let asked = try daemon.timeball(
            ["jobs", "log", "--json", "--history", "\(daemon.root)/var/lib/timeball/jobs/history.sqlite"] + more)
        try #require(asked.status == 0, "\(asked)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try decoder.decode(Log.self, from: Data(asked.output.utf8)), asked.errors)
    }

    @Test("Exact starts are among the runs, in their order, and by their name; without the daemon its history is read")
    func exactAndOffline() throws {
        let daemon = try RunningDaemon { daemon in
            try daemon.write("@reboot root echo from cron\n", to: "etc/crontab")
        }
        #expect(eventually { daemon.runs.first?.state == "ended" })
        let starts = "\(daemon.root)/starts.jsonl"
        let started = try daemon.timeball(["at", "+0.1s", "--history", starts, "--", "/bin/sh", "-c", "exit 3"])
        #expect(started.status == 3)
        // Half a line, as after a failure of power.
        let file = try #require(FileHandle(forWritingAtPath: starts))
        try file.seekToEnd()
        try file.write(contentsOf: Data("{\"planned\":\"2026-\nnothing\n".utf8))
        try file.close()
        let up = try log(daemon, ["--starts", starts])
        #expect(up.log.runs.map(\.job) == ["exact/sh", "crontab:1"])
        #expect(up.log.runs.map(\.ending) == ["exit 3", "exit 0"])
        #expect(up.log.runs.first?.run == nil && up.log.runs.first?.firstInstruction != nil)
        #expect(up.errors == "")
        #expect(try log(daemon, ["--starts", starts, "exact/sh"]).log.runs.count == 1)
        #expect(try log(daemon, ["--starts", starts, "exact/other"]).log.runs.isEmpty)
        #expect(try log(daemon, ["--starts", starts, "-n", "1"]).log.runs.map(\.job) == ["exact/sh"])
        for isKilled in [false, true] {
            if isKilled {
                try daemon.start()
                daemon.kill()
            } else {
                daemon.stop()
            }
            let down = try log(daemon, ["--starts", starts])
            #expect(down.log.runs.map(\.job) == ["exact/sh", "crontab:1"])
            #expect(down.errors.contains("cannot be reached"))
            let output = try daemon.timeball([
                "jobs", "log", "--output", "1", "--history", "\(daemon.root)/var/lib/timeball/jobs/history.sqlite",
            ])
            #expect(output.output == "from cron\n")
        }
        let none = try daemon.timeball(["jobs", "log", "--starts", "-", "--history", "\(daemon.root)/none"])
        #expect(none.status == 3 && none.errors.contains("systemctl start"))
    }
}
