import Foundation
import Testing

extension Interop {
    /// Our command line against other people's daemons.
    @Suite("timeball reads a real chronyd")
    struct TimeballAgainstChronyd {
        @Test("timeball tracking shows what chronyc shows of the same chronyd")
        func tracking() throws {
            try Asked.need(.timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let theirs = try rig.chronyd(
                    "theirs", honest.map { "\($0.line) iburst minpoll 3 maxpoll 3" }.joined(separator: "\n"))
                try rig.waitUntilFollowing(theirs, sources: 3)
                // Between two updates the values stand still; one that comes in between makes us look again.
                try wait(for: "both to show the same numbers", within: .seconds(20)) {
                    let line = try #require(try rig.fields(theirs, "tracking").first)
                    let (status, output) = try rig.run(.timeball, ["--json", "tracking", "--socket", theirs.socket])
                    guard status == 0 else { throw Waited(description: output) }
                    let object =
                        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
                    // An estimate is an object with a value and its bound; a plain number is a number.
                    func agrees(_ key: String, _ part: String? = nil, column: Int) -> Bool {
                        let found = part.map { (object[key] as? [String: Any])?[$0] } ?? object[key]
                        guard let ours = found as? Double, let expected = Double(line[column]) else { return false }
                        // chronyc rounds ppm to three decimals and seconds to nine.
                        let rounding = key.hasSuffix("_ppm") ? 0.6e-3 : 2e-9
                        return abs(ours - expected) <= abs(expected) * 1e-3 + rounding
                    }
                    guard object["address"] as? String == line[1], agrees("stratum", column: 2),
                        agrees("frequency_ppm", "value", column: 7), agrees("frequency_ppm", "bound", column: 9),
                        agrees("rms_offset_seconds", column: 6), agrees("root_delay_seconds", column: 10)
                    else { throw Waited(description: "\(output)\(line)") }
                    return true
                }
            }
        }

        @Test("timeball sources lists chronyd's sources, and nobody's socket is exit status 3")
        func sources() throws {
            try Asked.need(.timeball, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let theirs = try rig.chronyd(
                    "theirs", honest.map { "\($0.line) iburst minpoll 0 maxpoll 2" }.joined(separator: "\n"))
                try rig.waitUntilFollowing(theirs, sources: 3)
                let report = try SourcesReport(of: theirs, in: rig)
                for server in honest { #expect(report.state(of: server.address) != "absent") }
                let nobody = try rig.run(.timeball, ["tracking", "--socket", "\(rig.folder.path)/nobody.sock"])
                #expect(nobody.status == 3, "\(nobody.output)")
            }
        }
    }
}
