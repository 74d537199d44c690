import Foundation
import Testing

extension Rig {
    /// What a chronyc prints when it asks a daemon: Debian's, or ours under the same name.
    func console(
        ours: Bool, _ socket: String, _ options: [String], _ command: [String], input: String? = nil
    ) throws -> (status: Int32, output: String) {
        let arguments = ["-h", socket] + options + command
        guard ours else { return try run(.chronyc, arguments) }
        return try run(.timeball, ["chronyc"] + arguments)
    }

    /// A daemon that answers made-up reports, the same ones to everybody.
    func reportingServer(_ seed: Int, _ arguments: String...) throws -> String {
        let path = "\(try privateFolder("server\(seed)\(arguments.count)"))/sock"
        let program = try start(
            "reports", NeededProgram.python3.path,
            [Places.script("control-server.py"), "--socket", path, "--seed", "\(seed)"] + arguments)
        try wait(for: "the server of reports to be ready", within: .seconds(20)) { program.output.contains("ready") }
        return path
    }
}

extension Interop {
    @Suite("timeball, called chronyc, prints what Debian's chronyc prints")
    struct ConsoleSuite {
        static let reports = [
            "tracking", "sources", "sources -a", "sources -v", "sourcestats -a", "sourcestats -v", "selectdata -a -v",
            "authdata -a -v", "ntpdata", "activity", "clients", "clients -k", "serverstats", "smoothing", "manual list",
            "rtcdata",
        ]

        @Test(
            "Octet by octet, for people and for programs, whatever a daemon reports",
            arguments: Asked.isLong ? Array(1...60) : Array(1...4))
        func sameOctets(seed: Int) throws {
            try Asked.need(.timeball, .chronyc, .python3)
            try Rig.with { rig in
                let socket = try rig.reportingServer(seed, "--old")
                for options in [["-n", "-m"], ["-n", "-c", "-m"], ["-N", "-m"]] {
                    // One program run for all of them: a command that failed would end it.
                    let theirs = try rig.console(ours: false, socket, options, Self.reports)
                    let mine = try rig.console(ours: true, socket, options, Self.reports)
                    #expect(theirs.status == 0 && mine.status == 0)
                    let (left, right) = (lines(theirs.output), lines(mine.output))
                    #expect(left.count == right.count && left.count > 100)
                    for (theirs, mine) in zip(left, right) where theirs != mine {
                        Issue.record("\(options): chronyc \"\(theirs)\", timeball \"\(mine)\"")
                    }
                }
            }
        }

        private func lines(_ text: String) -> [String] {
            text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }

        /// Commands that are answered by a status.
        static let changes = [
            "online", "offline", "burst 1/2", "maxdelay 203.0.113.1 1", "maxdelayratio 203.0.113.1 2",
            "maxdelaydevratio 203.0.113.1 2", "minpoll 203.0.113.1 4", "maxpoll 203.0.113.1 4",
            "minstratum 203.0.113.1 2", "polltarget 203.0.113.1 8", "reselect", "reselectdist 0.001", "refresh",
            "reload sources", "reset sources", "onoffline", "add server 203.0.113.5 iburst", "delete 203.0.113.5",
            "manual on", "manual delete 3", "allow 10/8", "allow all", "deny 192.0.2.1", "deny all 10.1/16",
            "cmdallow 10/8", "cmddeny all", "accheck 192.0.2.1", "cmdaccheck 192.0.2.1", "smoothtime reset", "trimrtc",
            "writertc", "cyclelogs", "dump", "rekey", "dfreq 1", "doffset 0.1", "makestep", "makestep 1 2",
            "maxupdateskew 5", "shutdown",
        ]

        @Test(
            "Every status has the same text and the same exit status",
            arguments: [0, 1, 2, 4, 6, 7, 11, 13, 15, 17, 21])
        func sameStatuses(status: Int) throws {
            try Asked.need(.timeball, .chronyc, .python3)
            try Rig.with { rig in
                let socket = try rig.reportingServer(1, "--status", "\(status)")
                let some = status == 0 ? Self.changes : ["online", "dump"]
                for command in some {
                    let words = command.split(separator: " ").map(String.init)
                    let theirs = try rig.console(ours: false, socket, [], words)
                    let mine = try rig.console(ours: true, socket, [], words)
                    #expect(mine.output == theirs.output && mine.status == theirs.status, "\(command)")
                }
            }
        }

        @Test("Commands are taken from standard input too, and options wherever they stand")
        func standardInput() throws {
            try Asked.need(.timeball, .chronyc, .python3)
            try Rig.with { rig in
                let socket = try rig.reportingServer(3, "--old")
                for ours in [false, true] {
                    let path = ours ? NeededProgram.timeball.path : NeededProgram.chronyc.path
                    let program = try rig.start(
                        "console", path, (ours ? ["chronyc"] : []) + ["-n", "-h", socket])
                    for line in ["# nothing", "", "activity", "dns -n", "tracking", "quit", "tracking"] {
                        try program.tell(line)
                    }
                    #expect(try program.exitStatus(within: .seconds(10)) == 0)
                    let found = program.output.split(separator: "\n")
                    #expect(found.count == 19 && found.first == "200 OK" && !program.output.contains("chronyc>"))
                }
                // chronyc itself would ask this machine.
                let (status, output) = try rig.run(
                    .timeball, ["chronyc", "-n", "tracking", "-h", socket, "-c"])
                #expect(status == 0 && output.split(separator: ",").count == 14)
                let refused = try rig.run(.timeball, ["chronyc", "-h", socket, "tracking", "now"])
                #expect(refused.status == 1 && refused.output.contains("'now' says nothing to tracking"))
            }
        }

        @Test("Of a real chronyd 4.3 and of timeballd both chronycs print the same")
        func daemons() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let sources = honest.map { "\($0.line) iburst minpoll 0 maxpoll 0" }.joined(separator: "\n")
                let daemons = [
                    try rig.chronyd("theirs", sources, "allow all"), try rig.timeballd(sources, "allow all"),
                ]
                for daemon in daemons {
                    try rig.waitUntilMeasured(daemon, sources: 3)
                    let commands = [
                        "tracking", "sources", "sourcestats", "selectdata", "authdata", "activity", "clients",
                        "ntpdata 127.0.0.2", "accheck 127.0.0.1", "waitsync 1", "sourcename 127.0.0.3",
                        "local stratum 9",
                        "local off",
                    ]
                    for command in commands {
                        let words = command.split(separator: " ").map(String.init)
                        let theirs = try rig.console(ours: false, daemon.socket, ["-n"], words)
                        let mine = try rig.console(ours: true, daemon.socket, ["-n"], words)
                        #expect(mine.status == theirs.status, "\(daemon.program.name): \(command)")
                        // Newer daemons count more.
                        let (left, right) = (shape(mine.output), shape(theirs.output))
                        #expect(Array(left.prefix(right.count)) == right, "\(daemon.program.name): \(command)")
                    }
                }
            }
        }

        /// A text without its numbers.
        private func shape(_ text: String) -> [String] {
            text.replacing(/[-+]?[0-9][0-9.]*(ns|us|ms|s|m|h)?/, with: "#").replacing(/\ +/, with: " ")
                .replacing(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun) .*/, with: "date").replacing(/slow|fast/, with: "off")
                .replacing(/[0-9A-F]{8}|#[A-F0-9#]*/, with: "#").replacing(/\^[-+*?x~]/, with: "^")
                .replacing(/Last|[*+-] #/, with: "#").replacing("[ ", with: "[")
                .split(separator: "\n").map(String.init)
        }
    }
}
