import Foundation
import Testing

extension Interop {
    /// Steers this machine's real clock, by rate only. Only where `TIMEBALL_TEST_CLOCK=1` asks for it.
    @Suite("The kernel's clock is steered", .enabled(if: Asked.mayControlClock, "TIMEBALL_TEST_CLOCK=1 is not set"))
    struct ClockControl {
        @Test("A server 2 ms away is slewed to, without a step, and then back; the kernel's settings are put back")
        func slew() throws {
            try Asked.need(.timeballd, .python3, .chronyc, root: true)
            try Rig.with { rig in
                let before = try KernelClock.settings(rig)
                defer {
                    let restored = try? KernelClock.restore(before, rig)
                    #expect(restored?.prefix(2) == before.prefix(2), "frequency and tick")
                }
                // The server counts this machine's unsteered oscillator: it stays where it is while the clock is slewed.
                let server = try rig.lyingServer("--free-running")
                let start = try KernelClock.reading(rig)
                for target in [0.002, 0.0] {
                    try server.program.tell("offset \(target)")
                    // No makestep: the clock may only be slewed.
                    let ours = try rig.steeringTimeballd(
                        "\(server.line) iburst minpoll 0 maxpoll 0", "maxslewrate 500")
                    try wait(for: "the clock to come within 100 µs of the server", within: .seconds(90)) {
                        let now = try KernelClock.reading(rig)
                        let gained = now.realtimeSinceRaw - start.realtimeSinceRaw
                        // A step changes CLOCK_REALTIME against CLOCK_MONOTONIC; a slew moves both alike.
                        let stepped = now.realtimeSinceMonotonic - start.realtimeSinceMonotonic
                        #expect(abs(stepped) < 20e-6, "stepped by \(stepped) s")
                        guard abs(gained - target) < 100e-6 else {
                            throw Waited(description: "\(gained) of \(target) s")
                        }
                        return true
                    }
                    let log = ours.program.output
                    #expect(!log.contains("stepped"), "\(log)")
                    ours.program.stop()
                }
            }
        }
    }
}

/// This machine's clock, through kernel-clock.py: Swift's Glibc has no adjtimex.
private enum KernelClock {
    struct Reading {
        var realtimeSinceRaw: Double
        var realtimeSinceMonotonic: Double
    }

    /// frequency, tick, status, maxerror, esterror in adjtimex's units.
    static func settings(_ rig: Rig) throws -> [Int] {
        try numbers(["read"], rig)
    }

    static func restore(_ settings: [Int], _ rig: Rig) throws -> [Int] {
        try numbers(["restore"] + settings.map(String.init), rig)
    }

    static func reading(_ rig: Rig) throws -> Reading {
        let clocks = try numbers(["clocks"], rig)
        try #require(clocks.count == 3)
        return Reading(
            realtimeSinceRaw: Double(clocks[0] - clocks[2]) * 1e-9,
            realtimeSinceMonotonic: Double(clocks[0] - clocks[1]) * 1e-9)
    }

    private static func numbers(_ arguments: [String], _ rig: Rig) throws -> [Int] {
        let (status, output) = try rig.run(.python3, [Places.script("kernel-clock.py")] + arguments)
        try #require(status == 0, "kernel-clock.py: \(output)")
        return output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }
}
