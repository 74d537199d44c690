import Foundation
import Testing

extension Interop {
    /// The page as an operator meets it.
    @Suite("timeball reads the page of a real timeballd")
    struct PageOfADaemon {
        @Test("now, wait and status tell the time by the page, also when the daemon has been killed")
        func page() throws {
            try Asked.need(.timeballd, .timeball, .python3)
            try Rig.with { rig in
                let server = try rig.timeballd(named: "server", "local stratum 2", "allow all")
                let client = try rig.timeballd(named: "client", address: "127.0.0.2", "\(server.line) iburst minpoll 0")
                let page = "\(URL(filePath: client.socket).deletingLastPathComponent().path)/bound"
                let waited = try rig.run(.timeball, ["wait", "--within", "50ms", "--timeout", "15s", "--page", page])
                #expect(waited.status == 0, "\(waited.output)")
                func object() throws -> [String: Any] {
                    let (status, output) = try rig.run(.timeball, ["now", "--json", "--page", page])
                    #expect(status == 0, "\(output)")
                    let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
                    return try #require(object as? [String: Any])
                }
                let now = try object()
                #expect(now["kept"] as? Bool == true)
                let bound = try #require(now["bound_seconds"] as? Double)
                #expect(bound > 0 && bound < 0.05)
                // Server and client have one and the same wall clock.
                let offset = try #require(now["wall_clock_offset_seconds"] as? Double)
                #expect(abs(offset) <= bound)
                let interval = try rig.run(.timeball, ["now", "--interval", "--page", page]).output
                #expect(interval.contains("earliest") && interval.contains("latest"))
                let hopeless = try rig.run(
                    .timeball, ["wait", "--within", "1ns", "--timeout", "300ms", "--page", page])
                #expect(hopeless.status == 124, "\(hopeless.output)")

                client.program.send(SIGKILL)
                try wait(for: "the daemon to be gone", within: .seconds(5)) { !client.program.isRunning }
                let status = try rig.run(.timeball, ["status", "--socket", client.socket, "--page", page])
                #expect(status.status == 0 && status.output.contains("The daemon does not answer"), "\(status.output)")
                #expect(status.output.contains("Holding to within +/-"))
                let afterwards = try object()
                let age = try #require(afterwards["age_seconds"] as? Double)
                #expect(age > 0)
                let without = try rig.run(.timeball, ["now", "--page", "\(page).none"])
                #expect(without.status == 3 && without.output.contains("no such file"), "\(without.output)")
            }
        }
    }
}
