internal import Control
internal import Foundation
internal import Simulation
import Testing
internal import TimeBase
internal import Timekeeping

/// All that is told of the clock in one second of a run, and the truth beside it.
private struct Moment {
    var second: Int
    var verdict: Verdict
    /// True error of the wall clock and of the time served, seconds.
    var error: Double
    var servedError: Double
    var bound: Double?
    var served: ServedTime
    /// Half of the root delay and the root dispersion served, seconds.
    var distance: Double
    var status: KernelStatus?
    /// As a program reads it.
    var maximumError: Double
    var isSynchronised: Bool
}

private func moments(of scenario: Scenario, seed: UInt64) -> [Moment] {
    var all: [Moment] = []
    _ = simulate(scenario, seed: seed) { sample, host in
        let served = host.served ?? .unsynchronised
        let dispersion = served.rootDispersion(at: host.read().realtime)
        all.append(
            Moment(
                second: Int(sample.moment.components.seconds), verdict: sample.verdict, error: sample.error,
                servedError: host.servedError ?? sample.error, bound: sample.bound, served: served,
                distance: (served.rootDelay / 2 + dispersion).inSeconds, status: host.status,
                maximumError: host.kernelMaximumError.inSeconds, isSynchronised: host.kernelIsSynchronised))
    }
    return all
}

/// Each row of the truth table, in closed loop.
@Suite struct TruthTableTests {
    @Test("What is told of the clock is what the truth table says, second by second", arguments: TruthRow.all.indices)
    func row(index: Int) throws {
        let row = TruthRow.all[index]
        let world = try row.world()
        for seed in 1...1 as ClosedRange<UInt64> {
            let all = moments(of: world, seed: seed)
            let window = all.filter { row.window.contains($0.second) }
            #expect(window.count == row.window.count)
            // A leap second that is worked off by a slew is an error of a second that goes by 1000 ppm.
            let slewed = world.settings.leapSeconds.mode == .slew ? 1000e-6 : 0
            for moment in window { check(moment, row, slewed: slewed) }
            for moment in all { checkPromises(moment, row, limit: world.settings.maximumDistance.inSeconds) }
        }
    }

    private func check(_ moment: Moment, _ row: TruthRow, slewed: Double) {
        let place: Comment = "\(row.event), second \(moment.second)"
        #expect(row.verdict.contains(moment.verdict), place)
        #expect(moment.served.leap == row.leap, place)
        #expect(moment.served.stratum == row.stratum, place)
        switch row.distance {
        case .bound:
            #expect(moment.distance > 0, place)
            #expect(moment.distance < (slewed > 0 ? 1.05 : 1.01), place)
        case .agreement: #expect(moment.distance > 0 && moment.distance < 1e-3, place)
        case .own, .nothing: #expect(moment.distance == 0, place)
        }
        switch row.flag {
        case .synchronised: #expect(moment.isSynchronised, place)
        case .unsynchronised: #expect(!moment.isSynchronised, place)
        case .untouched: #expect(moment.status == nil, place)
        case .left: #expect(moment.isSynchronised == (moment.maximumError < 16), place)
        }
        if row.flag != .untouched, row.flag != .left { #expect(moment.status?.leap == row.kernelLeap, place) }
        let deviation = moment.status?.estimatedError ?? .seconds(16)
        switch row.kernelError {
        case .known:
            #expect(moment.maximumError < 16, place)
            #expect(moment.bound != nil, place)
            // The kernel's number is never less than what the verdict's own report says, and not much more.
            #expect(moment.maximumError >= (moment.bound ?? 16) * 0.999, place)
            #expect(moment.maximumError <= (moment.bound ?? 0) + 1024 * (500e-6 + slewed), place)
            #expect(deviation < .milliseconds(100), place)
        case .nothing:
            #expect(moment.maximumError == 16, place)
            #expect(deviation == .seconds(16), place)
        case .untouched, .left: break
        }
    }

    private func checkPromises(_ moment: Moment, _ row: TruthRow, limit: Double) {
        let identifier = moment.served.referenceIdentifier
        let isOwnTime = identifier == .local || identifier.bits >> 16 == 0x4953
        if moment.served.leap != .unsynchronised, !isOwnTime {
            #expect(moment.distance >= moment.servedError.magnitude, "\(row.event), second \(moment.second)")
            // Not only at the next poll, which may be far: from that moment on.
            #expect(moment.distance <= limit + 1e-6, "\(row.event), second \(moment.second)")
        }
        #expect(
            moment.maximumError >= 16 || moment.maximumError >= moment.error.magnitude,
            "\(row.event), second \(moment.second)")
    }

    @Test("Without rtcsync the kernel is never told that it is synchronised, but how wrong it can be")
    func withoutRTC() throws {
        var world = try Scenario.truth(3000)
        world.settings.synchronisesRTC = false
        let all = moments(of: world, seed: 1)
        #expect(all.count == 3000)
        #expect(all.allSatisfy { !$0.isSynchronised })
        #expect(all.last.map { $0.maximumError < 1 } == true)
    }

    @Test(
        "In the published and our own worlds the root distance served and maxerror hold the truth, always",
        arguments: Scenario.all.map(\.name))
    func worlds(name: String) throws {
        var world = try #require(Scenario.named(name))
        let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] != nil
        // Leap seconds come after six hours.
        let most = isLong ? 30_000 : world.time.leap == nil ? 4000 : 22_500
        world.length = min(world.length, .seconds(most))
        world.settings.synchronisesRTC = true
        let all = moments(of: world, seed: 11)
        #expect(all.contains { $0.served.leap != .unsynchronised })
        let untrue = all.filter {
            $0.served.leap != .unsynchronised && $0.distance < $0.servedError.magnitude
                || $0.maximumError < min($0.error.magnitude, 16)
        }
        #expect(untrue.map(\.second) == [])
    }

    @Test("A leap second is no error and no step by others, and the clock is as right after it as before")
    func leapSeconds() throws {
        for name in ["leap_insert", "leap_delete"] {
            let result = simulate(try Scenario.leap(name), seed: 2)
            #expect(result.maximum < 3e-3, "\(name)")
            #expect(result.counts.steps == 0, "\(name)")
            #expect(!result.notes.contains { if case .steppedByOthers = $0.note { true } else { false } }, "\(name)")
        }
    }

    @Test("Where the kernel does not apply the leap second, what is served follows UTC all the same")
    func leapWithoutKernel() throws {
        var world = try Scenario.leap("leap_insert")
        world.settings.controlsClock = false
        let all = moments(of: world, seed: 1)
        let after = all.filter { $0.second > 21_602 }
        #expect(after.count > 2000)
        #expect(after.allSatisfy { $0.servedError.magnitude < 5e-3 })
        #expect(after.allSatisfy { $0.error > 0.9 })
    }

    @Test("The page lists the rows as they are tested")
    func documented() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Documentation/TruthTable.md")
        if ProcessInfo.processInfo.environment["TIMEBALL_WRITE_TRUTH"] != nil {
            try TruthRow.page.write(to: page, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: page, encoding: .utf8) == TruthRow.page)
    }
}
