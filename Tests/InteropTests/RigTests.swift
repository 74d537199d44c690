import Foundation
import Testing

extension Interop {
    /// What the tests themselves stand on.
    @Suite("The rig")
    struct RigTests {
        @Test("Programs that have ended leave no open files behind, however many there were")
        func openFiles() throws {
            func count() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
            try Rig.with { rig in
                try rig.run("true", "/bin/true", [])
                let before = try count()
                for _ in 0..<30 { try rig.run("true", "/bin/true", []) }
                // Some of the runtime's own come and go.
                #expect(try count() < before + 10)
            }
        }
    }
}
