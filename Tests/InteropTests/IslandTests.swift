import Foundation
import Testing

extension Interop {
    /// Real daemons on clocks that only they steer. All of it, with clients and with real time that comes back, is
    /// Scripts/test-island by itself.
    @Suite("Machines without a reference")
    struct Islands {
        @Test("Three that steer clocks of their own call themselves Agreed, and are as near as they promise")
        func agreed() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .python3, .ip, .unshare, .cc, root: true)
            try Rig.with { rig in
                let script = Places.checkout.appending(path: "Scripts/test-island").path
                let (status, output) = try rig.run(
                    "test-island", script, [Places.binaries.path], environment: ["PART": "agree"],
                    within: .seconds(240))
                #expect(status == 0, "\(output)")
                #expect(output.contains("ok    all three call themselves Agreed"), "\(output)")
            }
        }
    }
}
