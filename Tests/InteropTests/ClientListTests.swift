import Foundation
import Testing

extension Interop {
    /// What chronyc 4.3 tells of those who asked, and what limits do to them.
    @Suite("Clients are counted and limited")
    struct ClientList {
        /// The lines of a list without their counts and times.
        private static func shape(_ text: String) -> String {
            text.replacing(#/ [0-9]+/#) { String(repeating: " ", count: $0.0.count - 1) + "#" }
        }

        @Test("clients prints the same as of chronyd after the same requests, whole, filtered, and reset")
        func sameAsChronyd() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let chronyd = try rig.chronyd("server", address: "127.0.0.2", "local stratum 1", "allow all")
                let ours = try rig.timeballd(address: "127.0.0.3", "local stratum 1", "allow all")
                let client = try rig.chronyd(
                    "client", "\(chronyd.line) minpoll 0 maxpoll 0", "\(ours.line) minpoll 0 maxpoll 0")
                pause(.seconds(6))
                client.program.stop()
                for options in [[], ["-p", "3"], ["-p", "1000"], ["-k"], ["-r"], []] {
                    func list(_ daemon: Daemon) throws -> String {
                        let (status, output) = try rig.run(.chronyc, ["-n", "-h", daemon.socket, "clients"] + options)
                        #expect(status == 0)
                        return Self.shape(output)
                    }
                    let (mine, theirs) = (try list(ours), try list(chronyd))
                    #expect(mine == theirs, "clients \(options.joined(separator: " "))")
                }
                for query in ["127.0.0.1", "192.0.2.1", "::1"] {
                    #expect(
                        try rig.run(.chronyc, ["-h", ours.socket, "accheck", query]).output
                            == rig.run(.chronyc, ["-h", chronyd.socket, "accheck", query]).output)
                }
            }
        }

        @Test("noclientlog answers as chronyd does: there is no list")
        func unlisted() throws {
            try Asked.need(.timeballd, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd("allow all", "noclientlog")
                let (status, output) = try rig.run(.chronyc, ["-h", ours.socket, "clients"])
                #expect(status == 1 && output.contains("519 Client logging is not active in the daemon"), "\(output)")
            }
        }

        @Test("Over the limit a flood is dropped, chronyd as a client of it hears of that, and serverstats counts it")
        func limited() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc, .python3)
            try Rig.with { rig in
                let ours = try rig.timeballd(
                    "local stratum 1", "allow all", "ratelimit interval 1 burst 2 leak 0 kod 2")
                let client = try rig.chronyd("client", "\(ours.line) minpoll -4 maxpoll -4")
                try wait(for: "chronyd to be told that it asks too often", within: .seconds(30)) {
                    client.program.output.contains("Received KoD RATE from 127.0.0.1")
                }
                let flood = try rig.run(
                    .python3,
                    [
                        "-c",
                        """
                        import socket
                        answers = 0
                        for port in range(400):
                            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            s.bind(("127.0.0.9", 0))
                            s.settimeout(0.005)
                            s.sendto(bytes([0x23]) + bytes(39) + b"abcdefgh", ("127.0.0.1", \(ours.port)))
                            try:
                                answers += s.recv(100)[1] != 0
                            except TimeoutError:
                                pass
                        print(answers)
                        """,
                    ])
                // Two at once, and one each 2 s, though each comes from another port.
                let answers = try #require(Int(flood.output.trimmingCharacters(in: .whitespacesAndNewlines)))
                #expect((2...8).contains(answers), "\(flood.output)")
                let statistics = try #require(try rig.fields(ours, "serverstats").first)
                statistics.expect(1, 250...1e9, "requests dropped")
            }
        }
    }
}
