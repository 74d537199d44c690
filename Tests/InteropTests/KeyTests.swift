import Foundation
import Testing

extension Interop {
    /// Symmetric keys against Debian's chronyd 4.3 and ntpsec's ntpd, as client and as server.
    @Suite("Packets are authenticated as other programs do it")
    struct Keys {
        /// One key of each type that both programs have, by number.
        static let types = [
            "MD5", "SHA1", "SHA256", "SHA384", "SHA512", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512", "AES128",
            "AES256",
        ]

        /// Makes a key of each type with our own program.
        private static func keyFile(_ rig: Rig) throws -> String {
            var lines = ""
            for (index, type) in types.enumerated() {
                let (status, output) = try rig.run(.timeball, ["keygen", "\(index + 1)", type])
                try #require(status == 0, "\(output)")
                try #require(output.wholeMatch(of: /[0-9]+ [A-Z0-9-]+ HEX:[0-9A-F]{32,}\n/) != nil, "\(output)")
                lines += output
            }
            return try rig.write("keys", lines)
        }

        /// Lines that ask one server, under as many addresses as there are keys, with each of them.
        private static func lines(_ server: Daemon, _ more: String = "") -> String {
            types.indices.map {
                "server 127.0.1.\($0 + 1) port \(server.port) key \($0 + 1) iburst minpoll 0 maxpoll 1 \(more)"
            }.joined(separator: "\n")
        }

        private static func expectAuthenticated(_ client: Daemon, _ rig: Rig) throws {
            try wait(for: "\(client.program.name) to have reached all", within: .seconds(40)) {
                try rig.fields(client, "sources").allSatisfy { $0[5] == "377" }
            }
            for index in types.indices {
                let report = try rig.chronyc(client, "ntpdata", "127.0.1.\(index + 1)")
                #expect(report.contains(/Authenticated *: Yes/), "\(types[index]): \(report)")
            }
        }

        @Test("timeballd follows chronyd with a key of each type, and authdata says the same as chronyd's own")
        func client() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let keys = try Self.keyFile(rig)
                let server = try rig.chronyd(
                    "server", address: "0.0.0.0", "local stratum 1", "allow all", "keyfile \(keys)")
                let ours = try rig.timeballd(Self.lines(server), "keyfile \(keys)")
                let theirs = try rig.chronyd("theirs", Self.lines(server), "keyfile \(keys)")
                try Self.expectAuthenticated(ours, rig)
                let mine = try rig.chronyc(ours, "authdata")
                #expect(mine.split(separator: "\n").count == Self.types.count + 2)
                #expect(try mine == rig.chronyc(theirs, "authdata"))
                let hits = try #require(try rig.fields(server, "serverstats").first)
                hits.expect(7, 80...1e9, "authenticated requests that chronyd counted")
            }
        }

        @Test("chronyd follows timeballd with a key of each type, and each authenticated request is counted")
        func server() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let keys = try Self.keyFile(rig)
                let ours = try rig.timeballd(address: "0.0.0.0", "local stratum 1", "allow all", "keyfile \(keys)")
                let client = try rig.chronyd("client", Self.lines(ours), "keyfile \(keys)")
                try Self.expectAuthenticated(client, rig)
                let hits = try #require(try rig.fields(ours, "serverstats").first)
                hits.expect(7, 80...1e9, "authenticated requests")
                // Older packets carry a long code whole.
                let old = try rig.chronyd("old", Self.lines(ours, "version 3"), "keyfile \(keys)")
                try Self.expectAuthenticated(old, rig)
            }
        }

        @Test("With another secret neither follows the other, whoever is the server, until rekey finds the right one")
        func wrongSecret() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let (good, bad) = ("1 SHA1 ASCII:0123456789\n", "1 SHA1 ASCII:0123456780\n")
                let (mine, theirs) = (try rig.write("mine", bad), try rig.write("theirs", good))
                let chronyd = try rig.chronyd("server", "local stratum 1", "allow all", "keyfile \(theirs)")
                let serving = try rig.timeballd(named: "serving", "local stratum 1", "allow all", "keyfile \(mine)")
                let following = try rig.timeballd(
                    named: "following", "\(chronyd.line) key 1 minpoll 0 maxpoll 0", "keyfile \(mine)")
                let client = try rig.chronyd("client", "\(serving.line) key 1 minpoll 0 maxpoll 0", "keyfile \(theirs)")
                pause(.seconds(5))
                for follower in [following, client] {
                    let row = try #require(try rig.fields(follower, "sources").first)
                    #expect(row[1] == "?" && row[5] == "0", "\(follower.program.name)")
                }
                let refused = try #require(try rig.fields(serving, "serverstats").first)
                refused.expect(7, 0...0, "authenticated requests")
                refused.expect(1, 3...1e9, "requests dropped")

                _ = try rig.write("mine", good)
                for daemon in [serving, following] { #expect(try rig.chronyc(daemon, "rekey").contains("200 OK")) }
                try rig.waitUntilFollowing(following, sources: 1)
                try rig.waitUntilFollowing(client, sources: 1)
            }
        }

        @Test("ntpsec's ntpd and timeballd answer each other with a SHA1 and an AES-CMAC key")
        func ntpsec() throws {
            try Asked.need(.timeballd, .chronyc, .ntpsec, .ip, .setpriv, root: true)
            try Rig.with { rig in
                let (network, other) = (try Namespace(in: rig), try Namespace(in: rig))
                defer {
                    network.remove()
                    other.remove()
                }
                try network.connect(["10.99.0.1"], to: other, ["10.99.0.2", "10.99.0.3"])
                let secrets = ["0102030405060708090a0b0c0d0e0f1011121314", "f0e1d2c3b4a5968778695a4b3c2d1e0f"]
                let mine = try rig.write("mine", "1 SHA1 HEX:\(secrets[0])\n2 AES128 HEX:\(secrets[1])\n")
                let theirs = try rig.write("theirs", "1 SHA1 \(secrets[0])\n2 AES-128 \(secrets[1])\n")
                let ours = try network.start(
                    "ours",
                    """
                    local stratum 2
                    allow all
                    keyfile \(mine)
                    server 10.99.0.2 key 1 minpoll 0 maxpoll 0
                    server 10.99.0.3 key 2 minpoll 0 maxpoll 0
                    """)
                let configuration = try rig.write(
                    "ntp.conf",
                    """
                    disable ntp
                    keys \(theirs)
                    trustedkey 1 2
                    server 10.99.0.1 key 1 iburst minpoll 3 maxpoll 3

                    """)
                // Without CAP_SYS_TIME it cannot touch the clock.
                let ntpd = try rig.start(
                    "ntpd", NeededProgram.setpriv.path,
                    [
                        "--bounding-set=-sys_time", "--inh-caps=-sys_time", NeededProgram.ip.path, "netns", "exec",
                        other.name, NeededProgram.ntpsec.path, "-n", "-c", configuration,
                    ])
                // A code that is not right is no valid packet to us, whatever ntpd thinks of its own clock.
                for address in ["10.99.0.2", "10.99.0.3"] {
                    try wait(for: "\(address) to be valid and authenticated", within: .seconds(30)) {
                        guard ntpd.isRunning else { throw Hopeless(description: "it ended: \(ntpd.output)") }
                        let report = try rig.chronyc(ours, "ntpdata", address)
                        let valid = report.firstMatch(of: /Total valid RX *: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
                        return valid >= 3 && report.contains(/Authenticated *: Yes/)
                    }
                }
                try wait(for: "our server to have answered ntpd's authenticated requests", within: .seconds(30)) {
                    try (rig.fields(ours, "serverstats").first.flatMap { Int($0[7]) } ?? 0) >= 3
                }
                let dropped = try #require(try rig.fields(ours, "serverstats").first)
                dropped.expect(1, 0...0, "requests dropped")
            }
        }
    }
}
