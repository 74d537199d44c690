import Foundation
import Testing

extension Interop {
    /// timeballd as a client of Debian's chronyd.
    @Suite("timeballd follows real servers")
    struct Following {
        @Test("Three honest servers are usable, and a fourth that lies by 300 ms is called a falseticker")
        func liar() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .chronyc, .python3)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let liar = try rig.lyingServer(address: "127.0.0.5", offset: 0.3)
                let ours = try rig.timeballd(
                    (honest + [liar]).map { "\($0.line) iburst minpoll 0 maxpoll 2" }.joined(separator: "\n"))
                try rig.waitUntilFollowing(ours, sources: 3)

                // Once in chronyc's words, once in our own.
                try wait(for: "chronyc to show the liar as a falseticker", within: .seconds(20)) {
                    let states = try Dictionary(
                        rig.fields(ours, "sources").map { ($0[2], $0[1]) }, uniquingKeysWith: { $1 })
                    return states["127.0.0.5"] == "x"
                        && honest.allSatisfy { ["*", "+", "-"].contains(states[$0.address]) }
                }
                let report = try SourcesReport(of: ours, in: rig)
                #expect(report.state(of: "127.0.0.5") == "falseticker")
                for server in honest {
                    #expect(
                        ["selected", "combined", "selectable"].contains(report.state(of: server.address)),
                        "\(server.address) is \(report.state(of: server.address))")
                }

                // All share one clock, so what the liar says would show at once.
                let tracking = try #require(try rig.fields(ours, "tracking").first)
                tracking.expect(4, -0.01...0.01, "correction")
                #expect(honest.map(\.address).contains(tracking[1]))
            }
        }

        @Test("When the followed server falls silent, another is followed")
        func replacement() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let ours = try rig.timeballd(
                    honest.map { "\($0.line) iburst minpoll 0 maxpoll 0" }.joined(separator: "\n"))
                try rig.waitUntilFollowing(ours, sources: 3)
                let followed = try #require(try rig.fields(ours, "tracking").first?[1])
                let server = try #require(honest.first { $0.address == followed })
                server.program.stop()
                try wait(for: "another server to be followed", within: .seconds(40)) {
                    let now = try rig.fields(ours, "tracking").first?[1]
                    return honest.contains { $0.address == now } && now != followed
                }
            }
        }
    }
}

/// `timeball --json sources` of a daemon.
struct SourcesReport {
    private var states: [String: String] = [:]

    init(of daemon: Daemon, in rig: Rig) throws {
        let (status, output) = try rig.run(.timeball, ["--json", "sources", "--socket", daemon.socket])
        try #require(status == 0, "timeball --json sources: \(output)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        #expect((object["schema"] as? String)?.hasPrefix("timeball.sources/") == true)
        for source in try #require(object["sources"] as? [[String: Any]]) {
            let address = try #require(source["address"] as? String)
            states[address] = try #require(source["state"] as? String)
        }
    }

    /// The state of the source with an address: "absent" if there is none.
    func state(of address: String) -> String { states[address] ?? "absent" }
}
