import Foundation
import Testing

extension Interop {
    /// Interleaved mode, extension field F323, symmetric modes and broadcasts, with Debian's chronyd 4.3 at the other end.
    @Suite("Modes beyond question and answer work with chronyd")
    struct Wire {
        private static let options = "xleave extfield F323 minpoll 0 maxpoll 0"

        private static func isInterleaved(_ client: Daemon, _ rig: Rig) throws -> Bool {
            let row = try rig.fields(client, "sources").first
            return try row?[5] == "377" && rig.chronyc(client, "ntpdata").contains(/Interleaved *: Yes/)
        }

        @Test("timeballd gets interleaved answers of chronyd, and the kernel's stamps make the way shorter")
        func interleavedClient() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let server = try rig.chronyd("server", "local stratum 1", "allow all")
                let ours = try rig.timeballd("\(server.line) \(Self.options)")
                try wait(for: "interleaved answers", within: .seconds(20)) { try Self.isInterleaved(ours, rig) }
                let statistics = try #require(try rig.fields(server, "serverstats").first)
                statistics.expect(8, 5...1e9, "interleaved requests that chronyd counted")
                try rig.waitUntilFollowing(ours, sources: 1)
            }
        }

        @Test("chronyd gets interleaved answers of timeballd, with the kernel's stamps")
        func interleavedServer() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd("local stratum 1", "allow all")
                let client = try rig.chronyd("client", "\(ours.line) \(Self.options)")
                try wait(for: "interleaved answers", within: .seconds(20)) { try Self.isInterleaved(client, rig) }
                let statistics = try #require(try rig.fields(ours, "serverstats").first)
                statistics.expect(8, 5...1e9, "interleaved requests")
                statistics.expect(9, 1...1e6, "timestamps held")
                try rig.waitUntilFollowing(client, sources: 1)
                // From the kernel's stamp to the kernel's stamp: less than what the way through both programs takes.
                let report = try rig.chronyc(client, "ntpdata")
                let delay = try #require(report.firstMatch(of: /Peer delay *: ([0-9.]+)/).flatMap { Double($0.1) })
                #expect(delay < 20e-6, "\(report)")
            }
        }

        @Test("As peers one follows the other, whichever has the reference, with a key too", arguments: ["", " key 1"])
        func peers(key: String) throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let keys = try rig.write("keys", "1 SHA1 ASCII:0123456789\n")
                for oursHasReference in [true, false] {
                    let (mine, theirs) = (try rig.freePort(), try rig.freePort())
                    let reference = "local stratum 1"
                    let ours = try rig.timeballd(
                        named: "ours\(mine)", address: "127.0.0.6",
                        [
                            "port \(mine)", "keyfile \(keys)",
                            "peer 127.0.0.7 port \(theirs) minpoll 0 maxpoll 0\(key)",
                            oursHasReference ? reference : "",
                        ].joined(separator: "\n"))
                    let chronyd = try rig.chronyd(
                        "theirs\(theirs)", address: "127.0.0.7",
                        [
                            "port \(theirs)", "keyfile \(keys)",
                            "peer 127.0.0.6 port \(mine) minpoll 0 maxpoll 0\(key)",
                            oursHasReference ? "" : reference,
                        ].joined(separator: "\n"))
                    let follower = oursHasReference ? chronyd : ours
                    try wait(for: "\(follower.program.name) to follow its peer", within: .seconds(40)) {
                        let row = try rig.fields(follower, "sources").first
                        return row?[0] == "=" && row?[1] == "*"
                    }
                    ours.program.stop()
                    chronyd.program.stop()
                }
            }
        }

        @Test("A peer that does not know us answers passively: chronyd us, and we chronyd")
        func passive() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let chronyd = try rig.chronyd("reference", address: "127.0.0.8", "local stratum 1", "allow all")
                let ours = try rig.timeballd(
                    address: "127.0.0.6", "allow all",
                    "peer \(chronyd.address) port \(chronyd.port) minpoll 0 maxpoll 0")
                let third = try rig.chronyd(
                    "third", address: "127.0.0.9", "peer \(ours.address) port \(ours.port) minpoll 0 maxpoll 0")
                for follower in [ours, third] { try rig.waitUntilFollowing(follower, sources: 1, within: .seconds(60)) }
                let report = try rig.chronyc(third, "ntpdata")
                #expect(report.contains(/Mode *: Symmetric passive/), "\(report)")
            }
        }

        @Test("Broadcasts say the same as chronyd's, octet for octet but for the clocks' own values")
        func broadcast() throws {
            try Asked.need(.timeballd, .chronyd, .python3)
            try Rig.with { rig in
                func packet(_ start: (UInt16) throws -> Void) throws -> [UInt8] {
                    let port = try rig.freePort()
                    let listener = try rig.start(
                        "listener", NeededProgram.python3.path,
                        [
                            "-c",
                            """
                            import socket
                            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            s.settimeout(15)
                            s.bind(("127.255.255.255", \(port)))
                            print(s.recv(1000).hex())
                            """,
                        ])
                    pause(.seconds(0.5))
                    try start(port)
                    #expect(try listener.exitStatus(within: .seconds(20)) == 0, "\(listener.output)")
                    let digits = Array(listener.output.trimmingCharacters(in: .whitespacesAndNewlines))
                    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                        UInt8(String(digits[$0...$0 + 1]), radix: 16)
                    }
                }
                let theirs = try packet {
                    _ = try rig.chronyd("theirs", "local stratum 3", "broadcast 2 127.255.255.255 \($0)")
                }
                let ours = try packet { _ = try rig.timeballd("local stratum 3", "broadcast 2 127.255.255.255 \($0)") }
                #expect(ours.count == 48 && theirs.count == 48)
                // All but precision (3), the reference's time (16 to 23), and the time (40 to 47).
                let fixed = [0, 1, 2] + Array(4..<16) + Array(24..<40)
                #expect(fixed.map { ours[$0] } == fixed.map { theirs[$0] }, "\(ours) \(theirs)")
                let seconds = ours[40..<44].reduce(0) { $0 << 8 | UInt32($1) }
                #expect(abs(Double(seconds) - Date().timeIntervalSince1970 - 2_208_988_800) < 30)
            }
        }
    }
}
