import Foundation
import Testing

extension Interop {
    @Suite("State files outlive every death")
    struct StateFiles {
        @Test("kill -9 at random moments, also while it writes its last words, leaves a valid drift file")
        func killed() throws {
            try Asked.need(.timeballd, .chronyd)
            try Rig.with { rig in
                let server = try rig.chronyd("server", "local stratum 1", "allow all")
                let drift = rig.folder.appending(path: "drift")
                try Data("12.500000 0.200000\n".utf8).write(to: drift)
                var rewritten = 0
                for round in 0..<(Asked.isLong ? 200 : 24) {
                    let before = try Data(contentsOf: drift)
                    let ours = try rig.timeballd(
                        named: "killed\(round)", "\(server.line) iburst minpoll 0 maxpoll 0",
                        "driftfile \(drift.path) interval 1")
                    pause(.milliseconds(Int.random(in: 0...2500)))
                    // Every second time it is asked to end first: then it is writing when it dies.
                    if round.isMultiple(of: 2) {
                        ours.program.send(SIGTERM)
                        pause(.microseconds(Int.random(in: 0...4000)))
                    }
                    ours.program.send(SIGKILL)
                    _ = try ours.program.exitStatus(within: .seconds(5))

                    let after = try Data(contentsOf: drift)
                    let words = String(decoding: after, as: UTF8.self).split(whereSeparator: \.isWhitespace)
                    let values = words.compactMap { Double($0) }
                    #expect(words.count == 2 && values.count == 2, "round \(round): \(words)")
                    #expect(values.allSatisfy { $0.isFinite && abs($0) < 1000 })
                    #expect(after.last == UInt8(ascii: "\n"))
                    if after != before { rewritten += 1 }
                }
                #expect(rewritten > 2, "it was hardly ever killed near a write: this test shows nothing")
                // What a killed writer left aside must not pile up.
                let left = try FileManager.default.contentsOfDirectory(atPath: rig.folder.path)
                    .filter { $0.hasPrefix("drift") }
                #expect(left.count <= 2, "\(left)")
            }
        }
    }
}
