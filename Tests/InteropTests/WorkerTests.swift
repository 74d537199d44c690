import Foundation
import Testing

extension Interop {
    /// `workers N`: processes of their own answer clients.
    @Suite("Workers answer clients in the daemon's place")
    struct Workers {
        /// The workers' processes: children of the daemon that bear their name.
        private static func processes(of daemon: Daemon) throws -> [Int32] {
            let pid = daemon.program.pid
            let children = try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
            return children.split(separator: " ").compactMap { Int32($0) }.filter { child in
                let name = try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8)
                return name == "timeball-worker\n"
            }
        }

        /// A new process takes a moment to bear its name.
        private static func awaitWorkers(_ count: Int, of daemon: Daemon) throws {
            try wait(for: "\(count) workers", within: .seconds(10)) { try processes(of: daemon).count == count }
        }

        private static func isAlive(_ process: Int32) -> Bool {
            guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
                return false
            }
            return !status.contains(") Z ")
        }

        /// Clients at so many addresses each ask once; says how many were answered.
        private static func ask(_ daemon: Daemon, _ rig: Rig, clients: Int, times: Int = 1) throws -> Int {
            let (status, output) = try rig.run(
                .python3,
                [
                    "-c",
                    """
                    import socket
                    answered = 0
                    for client in range(\(clients)):
                        for port in range(\(times)):
                            ask = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            ask.bind((f"127.0.{1 + client // 200}.{1 + client % 200}", 0))
                            ask.settimeout(2 if \(times) == 1 else 0.05)
                            ask.sendto(bytes([0x23]) + bytes(39) + b"cookie!!", ("\(daemon.address)", \(daemon.port)))
                            try:
                                reply = ask.recv(100)
                                answered += reply[24:32] == b"cookie!!" and reply[1] == 5
                            except TimeoutError:
                                pass
                            ask.close()
                    print(answered)
                    """,
                ], within: .seconds(60))
            try #require(status == 0, "\(output)")
            return try #require(Int(output.trimmingCharacters(in: .whitespacesAndNewlines)), "\(output)")
        }

        private static func number(_ output: String, _ name: String) throws -> Int {
            let line = try #require(output.split(separator: "\n").first { $0.hasPrefix(name) }, "\(output)")
            return try #require(Int(line.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? ""))
        }

        @Test(
            "Every client is answered, counted once and listed once; who is denied at run time is not answered any more"
        )
        func shared() throws {
            try Asked.need(.timeballd, .chronyc, .python3)
            try Rig.with { rig in
                let ours = try rig.timeballd("local stratum 5", "allow all", "workers 3")
                try Self.awaitWorkers(3, of: ours)
                try wait(for: "a line of log", within: .seconds(10)) {
                    ours.program.output.contains("Clients are answered by workers 1 (")
                }
                #expect(try Self.ask(ours, rig, clients: 60) == 60)
                #expect(try Self.number(rig.chronyc(ours, "serverstats"), "NTP packets received") == 60)
                // All pages of all workers.
                let clients = try rig.chronyc(ours, "clients").split(separator: "\n").filter {
                    $0.hasPrefix("127.0.1.")
                }
                #expect(clients.count == 60)
                #expect(Set(clients.map { $0.split(separator: " ")[0] }).count == 60)
                // The daemon itself answered nobody, and each worker somebody.
                for process in try Self.processes(of: ours) {
                    let times = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
                    let switches = try #require(times.firstMatch(of: /voluntary_ctxt_switches:\s*([0-9]+)/)?.1)
                    #expect(try #require(Int(switches)) > 3, "worker \(process) did nothing")
                    // Nothing can be done with such a process that its user may not do.
                    #expect(times.contains(/CapEff:\s*0000000000000000/) && times.contains(/NoNewPrivs:\s*1/))
                }
                _ = try rig.chronyc(ours, "deny", "127.0.1.0/24")
                #expect(try Self.ask(ours, rig, clients: 5) == 0)
                _ = try rig.chronyc(ours, "allow", "all")
                #expect(try Self.ask(ours, rig, clients: 5) == 5)
            }
        }

        @Test("chronyd follows workers in basic and in interleaved mode, and as a peer the daemon itself")
        func clients() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd("local stratum 2", "allow all", "workers 2")
                let basic = try rig.chronyd("basic", "\(ours.line) iburst minpoll 0 maxpoll 0")
                let interleaved = try rig.chronyd("interleaved", "\(ours.line) iburst minpoll 0 maxpoll 0 xleave")
                let peer = try rig.chronyd(
                    "peer", address: "127.0.0.9", "peer \(ours.address) port \(ours.port) minpoll 0 maxpoll 0")
                for client in [basic, interleaved] {
                    try rig.waitUntilMeasured(client, sources: 1)
                    let tracking = try #require(try rig.fields(client, "tracking").first)
                    #expect(tracking[2] == "3")
                }
                try wait(for: "the peer to reach the daemon", within: .seconds(20)) {
                    let sources = try rig.fields(peer, "sources")
                    return sources.first.map { $0[1] == "*" } ?? false
                }
                #expect(try Self.number(rig.chronyc(ours, "serverstats"), "Interleaved NTP packets") > 3)
            }
        }

        @Test(
            "A worker that is killed is replaced, what it counted stays, and all end with the daemon",
            arguments: [false, true])
        func killed(byForce: Bool) throws {
            try Asked.need(.timeballd, .chronyc, .python3)
            try Rig.with { rig in
                let ours = try rig.timeballd("local stratum 5", "allow all", "workers 2")
                #expect(try Self.ask(ours, rig, clients: 20) == 20)
                try Self.awaitWorkers(2, of: ours)
                let before = try Self.processes(of: ours)
                pause(.seconds(1.1))
                kill(before[0], SIGKILL)
                try wait(for: "another worker to take the place", within: .seconds(10)) {
                    let now = try Self.processes(of: ours)
                    return now.count == 2 && !now.contains(before[0]) && now.contains(before[1])
                }
                #expect(ours.program.output.contains("ended by signal 9; another takes its place"))
                #expect(try Self.ask(ours, rig, clients: 20) == 20)
                #expect(try Self.number(rig.chronyc(ours, "serverstats"), "NTP packets received") == 40)
                let last = try Self.processes(of: ours)
                if byForce { kill(ours.program.pid, SIGKILL) } else { ours.program.stop() }
                try wait(for: "the workers to end", within: .seconds(10)) { !last.contains(where: Self.isAlive) }
            }
        }

        @Test(
            "A client that hops over ports gets no more of several workers than of one, and rekey keeps the service up")
        func limited() throws {
            try Asked.need(.timeballd, .chronyc, .python3)
            try Rig.with { rig in
                let ours = try rig.timeballd(
                    "local stratum 5", "allow all", "workers 4", "ratelimit interval 8 burst 6 leak 0")
                // A token takes 256 s: six in a burst, and one perhaps by chance.
                #expect((6...7).contains(try Self.ask(ours, rig, clients: 1, times: 40)))
                _ = try rig.chronyc(ours, "rekey")
                try Self.awaitWorkers(4, of: ours)
                #expect(try Self.ask(ours, rig, clients: 20) == 20)
            }
        }
    }
}
