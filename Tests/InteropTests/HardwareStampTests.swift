import Foundation
import Testing

extension Interop {
    @Suite("Interfaces that stamp packets themselves")
    struct HardwareStamps {
        @Test("An interface that can't is named with what is so instead, and the kernel's stamps are used")
        func unable() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let server = try rig.chronyd("server", "local stratum 1", "allow all")
                let ours = try rig.timeballd(
                    "\(server.line) minpoll 0 maxpoll 0", "hwtimestamp lo", "hwtimestamp nosuch0", "hwtstimeout 0.002")
                #expect(
                    ours.program.output.contains(
                        "hwtimestamp: there is no interface nosuch0; the kernel stamps packets"))
                #expect(
                    ours.program.output.contains(/hwtimestamp: lo .*(kernel stamps them|not tell what it can stamp)/),
                    "\(ours.program.output)")
                try wait(for: "three answers", within: .seconds(20)) {
                    try rig.chronyc(ours, "ntpdata").contains(
                        /TX timestamping *: Kernel\n(.*\n)*Total valid RX *: [3-9]/)
                }
            }
        }

        @Test("A star that finds no interface says so once")
        func star() throws {
            try Asked.need(.timeballd)
            try Rig.with { rig in
                let ours = try rig.timeballd("hwtimestamp *")
                let said = ours.program.output.split(separator: "\n").filter { $0.contains("hwtimestamp") }
                // On a machine whose card can stamp, it stamps.
                #expect(
                    said.count >= 1
                        && said.allSatisfy { $0.contains("stamps packets itself") || $0.contains("Enabled") })
            }
        }
    }
}
