import Foundation
import Testing

extension Interop {
    @Suite("Hostile packets change nothing")
    struct HostilePackets {
        static let count = Asked.isLong ? 1_000_000 : 100_000

        @Test("Random and mutated packets at the server's and the control port: no crash, no log line, no change")
        func server() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc, .python3)
            try Rig.with { rig in
                let upstream = try rig.chronyd("upstream", "local stratum 1", "allow all")
                let ours = try rig.timeballd("\(upstream.line) iburst minpoll 4 maxpoll 4", "allow all")
                try rig.waitUntilFollowing(ours, sources: 1)
                let before = try State(of: ours, in: rig)

                let served = try flood(ours.port, count: Self.count, rig)
                #expect(served.asked > 0 && served.answered >= served.asked * 99 / 100, "\(served)")
                #expect(served.longest <= 48, "a reply of \(served.longest) octets")
                #expect(served.replies > Self.count / 100 && served.excess <= 0, "\(served)")
                let asked = try flood(ours.controlPort, count: Self.count / 10, control: true, rig)
                #expect(asked.replies > Self.count / 1000 && asked.excess <= 0, "\(asked)")

                try before.expectSame(as: State(of: ours, in: rig))
                // It did see them.
                let counts = try #require(try rig.fields(ours, "serverstats").first)
                counts.expect(0, Double(served.asked)...1e9, "NTP packets received")
            }
        }

        @Test("Forged answers from the right address and port, but without the right origin: no change")
        func client() throws {
            try Asked.need(.timeballd, .chronyc, .python3)
            try Rig.with { rig in
                let perAnswer = 5000
                let server = try rig.lyingServer("--garbage", "\(perAnswer)")
                let ours = try rig.timeballd("\(server.line) iburst minpoll 0 maxpoll 0")
                try rig.waitUntilMeasured(ours, sources: 1)
                let before = try State(of: ours, in: rig)
                pause(.seconds(Double(Self.count / perAnswer) * 1.3))
                try before.expectSame(as: State(of: ours, in: rig))
                // The true answers among the forged ones were used all the time.
                let source = try #require(try rig.fields(ours, "sources").first)
                source.expect(6, 0...5, "seconds since the last answer")
                source.expect(7, -0.01...0.01, "offset")
                let received = try #require(
                    try rig.chronyc(ours, "ntpdata").firstMatch(of: /Total RX\s*:\s*([0-9]+)/)?.1)
                #expect(try #require(Int(received)) > Self.count / 4, "hardly any forged packet came to be looked at")
            }
        }

        private func flood(_ port: UInt16, count: Int, control: Bool = false, _ rig: Rig) throws
            -> (asked: Int, answered: Int, longest: Int, replies: Int, excess: Int)
        {
            let (status, output) = try rig.run(
                .python3,
                [Places.script("flood.py"), "--port", "\(port)", "--count", "\(count)", "--seed", "\(count)"]
                    + (control ? ["--control"] : []), within: .seconds(600))
            try #require(status == 0, "flood.py: \(output)")
            let object = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Int])
            #expect(object["sent"] == count)
            return (
                try #require(object["asked"]), try #require(object["answered"]), try #require(object["longest_reply"]),
                try #require(object["replies"]), try #require(object["excess"])
            )
        }
    }
}

/// What must stay as it is: the process, its log, what it follows and how good it thinks that is.
private struct State {
    var isRunning: Bool
    var log: String
    var reference: [String]
    var sources: [[String]]
    var correction: Double

    init(of daemon: Daemon, in rig: Rig) throws {
        isRunning = daemon.program.isRunning
        log = daemon.program.output
        let tracking = try #require(try rig.fields(daemon, "tracking").first)
        reference = [tracking[0], tracking[1], tracking[2], tracking[13]]
        correction = try tracking.number(4)
        sources = try rig.fields(daemon, "sources").map { Array($0.columns.prefix(4)) }
    }

    func expectSame(as later: State) {
        #expect(later.isRunning)
        #expect(later.log == log)
        #expect(later.reference == reference)
        #expect(later.sources == sources)
        #expect(abs(later.correction - correction) < 0.005)
    }
}
