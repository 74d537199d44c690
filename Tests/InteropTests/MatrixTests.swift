import Foundation
import Testing

extension Interop {
    /// What other suites leave out of the table of modes, with Debian's chronyd 4.3 at the other end.
    @Suite("Each mode works with chronyd, whoever is at which end")
    struct Matrix {
        @Test(
            "As interleaved peers each tells the other when its packets left",
            arguments: ["", " key 1", " extfield F323"])
        func interleavedPeers(options: String) throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let keys = try rig.write("keys", "1 AES128 HEX:f0e1d2c3b4a5968778695a4b3c2d1e0f\n")
                let (mine, theirs) = (try rig.freePort(), try rig.freePort())
                let common = "minpoll 0 maxpoll 0 xleave\(options)"
                let ours = try rig.timeballd(
                    address: "127.0.0.6",
                    "port \(mine)", "keyfile \(keys)", "peer 127.0.0.7 port \(theirs) \(common)", "local stratum 1")
                let chronyd = try rig.chronyd(
                    "theirs", address: "127.0.0.7",
                    "port \(theirs)", "keyfile \(keys)", "peer 127.0.0.6 port \(mine) \(common)")
                try rig.waitUntilFollowing(chronyd, sources: 1)
                for daemon in [ours, chronyd] {
                    try wait(for: "\(daemon.program.name) to get interleaved packets", within: .seconds(40)) {
                        let report = try rig.chronyc(daemon, "ntpdata")
                        return report.contains(/Interleaved *: Yes/) && report.contains(/Total good RX *: [0-9]{2}/)
                            || report.contains(/Interleaved *: Yes/) && report.contains(/Total valid RX *: [1-9][0-9]/)
                    }
                }
                // From the kernel's stamp to the kernel's stamp.
                let report = try rig.chronyc(ours, "ntpdata")
                let delay = try #require(report.firstMatch(of: /Peer delay *: ([0-9.]+)/).flatMap { Double($0.1) })
                #expect(delay < 1e-3, "\(report)")
            }
        }

        @Test("Whoever asks too often is answered less: chronyd by our server, which says so, and we by chronyd's")
        func rateLimit() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let limit = "ratelimit interval 4 burst 2 leak 4"
                let ourServer = try rig.timeballd(named: "serving", "local stratum 1", "allow all", "\(limit) kod 1")
                let theirServer = try rig.chronyd("theirs", "local stratum 1", "allow all", limit)
                let theirClient = try rig.chronyd("client", "\(ourServer.line) minpoll 0 maxpoll 0")
                let ourClient = try rig.timeballd(named: "asking", "\(theirServer.line) minpoll 0 maxpoll 0")
                // chronyd 4.3 has no kod.
                try wait(for: "chronyd to be told", within: .seconds(60)) {
                    theirClient.program.output.contains("Received KoD RATE from 127.0.0.1")
                }
                for (client, server) in [(theirClient, ourServer), (ourClient, theirServer)] {
                    try wait(for: "\(client.program.name)'s requests to be dropped", within: .seconds(60)) {
                        try #require(try rig.fields(server, "serverstats").first).number(1) >= 2
                    }
                    // One in sixteen seconds is answered, and one in sixteen of the others.
                    try wait(for: "\(client.program.name) to be answered all the same", within: .seconds(60)) {
                        try #require(try rig.fields(client, "sources").first)[5] != "0"
                    }
                }
            }
        }

        @Test("In networks of their own, over a cable, client, server and peers find each other on port 123")
        func cable() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc, .ip, root: true)
            try Rig.with { rig in
                let (network, other) = (try Namespace(in: rig), try Namespace(in: rig))
                defer {
                    network.remove()
                    other.remove()
                }
                try network.connect(["10.98.0.1"], to: other, ["10.98.0.2"])
                let ours = try network.start(
                    "ours", "allow all\nserver 10.98.0.2 minpoll 0 maxpoll 0 xleave iburst\nlocal stratum 10")
                let inner = try rig.privateFolder("theirs")
                let configuration = try rig.write(
                    "theirs.conf",
                    """
                    local stratum 2
                    allow all
                    server 10.98.0.1 noselect minpoll 0 maxpoll 0 xleave
                    cmdport 0
                    bindcmdaddress \(inner)/control.sock
                    pidfile \(inner)/pid

                    """)
                let chronyd = try rig.start(
                    "chronyd", NeededProgram.ip.path,
                    [
                        "netns", "exec", other.name, NeededProgram.chronyd.path, "-d", "-x", "-u", "root", "-f",
                        configuration,
                    ])
                let theirs = Daemon(
                    program: chronyd, address: "10.98.0.2", port: 123, socket: "\(inner)/control.sock", controlPort: 0,
                    configuration: configuration)
                try rig.waitUntilFollowing(ours, sources: 1)
                for daemon in [ours, theirs] {
                    try wait(for: "\(daemon.program.name) to have reached the other", within: .seconds(30)) {
                        try rig.fields(daemon, "sources").first?[5] == "377"
                            && rig.chronyc(daemon, "ntpdata").contains(/Interleaved *: Yes/)
                    }
                }
                let tracking = try #require(try rig.fields(ours, "tracking").first)
                #expect(tracking[2] == "3", "\(tracking)")
            }
        }

        @Test("A source that is offline is not asked, auto_offline goes offline where sending fails, and `copy` copies")
        func options() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let server = try rig.chronyd("server", address: "0.0.0.0", "local stratum 3", "allow all")
                let ours = try rig.timeballd(
                    """
                    server 127.0.0.1 port \(server.port) minpoll 0 maxpoll 0 copy
                    server 127.0.0.2 port \(server.port) offline minpoll 0 maxpoll 0
                    server 127.0.0.3 port \(server.port &+ 1) auto_offline minpoll 0 maxpoll 0
                    server 127.0.0.4 port \(server.port) minpoll 0 maxpoll 0 presend 0 maxdelayquant 0.9 maxunreach 20 noselect
                    """)
                try rig.waitUntilFollowing(ours, sources: 1)
                let tracking = try #require(try rig.fields(ours, "tracking").first)
                // The server's own stratum and identifier (127.127.1.1), as if it were this machine.
                #expect(tracking[2] == "3" && tracking[0] == "7F7F0101", "\(tracking)")
                try wait(for: "two sources to be offline", within: .seconds(20)) {
                    let activity = try #require(try rig.fields(ours, "activity").first)
                    return activity[0] == "2" && activity[1] == "2"
                }
                #expect(ours.program.output.contains("Source 127.0.0.3 offline"))
                let rows = try rig.fields(ours, "sources")
                #expect(rows.first { $0[2] == "127.0.0.2" }?[5] == "0")
                #expect(try rig.chronyc(ours, "online", "127.0.0.2").contains("200 OK"))
                try wait(for: "it to answer", within: .seconds(20)) {
                    try rig.fields(ours, "sources").first { $0[2] == "127.0.0.2" }?[5] != "0"
                }
            }
        }
    }
}
