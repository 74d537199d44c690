internal import Control
internal import Foundation
internal import Simulation
import Testing
internal import TimeBase
internal import Timekeeping

/// `role island`: machines without a reference, each with the daemon's own engine, on one simulated network.
@Suite("Isolated networks, with the daemon's engine") struct IslandTests {
    private static let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] != nil
    private static let seeds: [UInt64] = isLong ? [1, 2, 3, 4] : [1]

    @Test("Ten machines: after an hour any two agree within 100 µs, and stay so", arguments: seeds)
    func ten(seed: UInt64) {
        let hours = Self.isLong ? 4 : 2
        var world = IslandWorld(10, seed: seed, length: hours * 3600)
        world.run(until: hours * 3600)
        let everyone = Array(0..<10)
        let widest = world.widest(everyone, 3600...Double(hours * 3600))
        #expect(widest < 100e-6, "\(widest)")
        let last = world.rows.last
        #expect(last?.verdicts.allSatisfy { $0 == .agreed } == true)
        for index in everyone { #expect(world.network.steps(index).count <= 1) }
    }
}
