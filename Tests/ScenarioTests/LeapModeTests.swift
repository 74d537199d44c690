internal import AtomicTime
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Simulation
@testable internal import Timekeeping

/// All that is told at a second of a run with a leap second.
private struct LeapMoment {
    var second: Int
    var error: Double
    var servedError: Double
    var leap: LeapIndicator
    var kernelLeap: LeapIndicator
    var taiOffset: Int
    var bound: Double?
    /// Served time less a count that leaves nothing out.
    var continuous: Double
    var identifier: ReferenceIdentifier
    var distance: Double
}

private func leapMoments(
    of scenario: Scenario, seed: UInt64
) -> (moments: [LeapMoment], result: RunResult, leaps: Int) {
    var all: [LeapMoment] = []
    var leaps = 0
    let result = simulate(scenario, seed: seed) { sample, host in
        let served = host.served ?? .unsynchronised
        let wall = host.read().realtime
        let header = served.header(
            version: 4, mode: .server, poll: 6, at: wall, origin: .unknown, receive: .unknown, transmit: .unknown)
        leaps = host.kernelLeap.count
        all.append(
            LeapMoment(
                second: Int(sample.moment.components.seconds), error: sample.error,
                servedError: host.servedError ?? .infinity, leap: served.leap,
                kernelLeap: host.status?.leap ?? .none, taiOffset: host.kernelLeap.taiOffset, bound: sample.bound,
                continuous: (served.time(at: wall) - scenario.time.epoch - host.now).inSeconds,
                identifier: header.referenceIdentifier,
                distance: (served.rootDelay / 2 + served.rootDispersion(at: wall)).inSeconds))
    }
    return (all, result, leaps)
}

/// Before, during and after a leap second, with each way to pass it.
@Suite struct LeapModeTests {
    private static let kinds = [LeapIndicator.insertSecond, .deleteSecond]

    private static func scenario(_ mode: LeapSecondMode, _ kind: LeapIndicator) throws -> Scenario {
        let base = kind == .insertSecond ? "leap_insert" : "leap_delete"
        return try #require(Scenario.named(mode == .system ? base : "\(base)_\(mode.rawValue)"))
    }

    /// 37 s, and after the leap second of the scenario one more or less.
    private static func table(_ scenario: Scenario, _ kind: LeapIndicator) throws -> LeapHistory {
        let seconds = Int((scenario.time.epoch.sinceEpoch + (try #require(scenario.time.leap)).at).components.seconds)
        let midnight = kind == .insertSecond ? seconds : seconds + 1
        let changes = [
            LeapHistory.Change(posix: 63_072_000, difference: 10),
            .init(posix: midnight, difference: kind == .insertSecond ? 11 : 9),
        ]
        return try #require(LeapHistory(changes: changes, expires: midnight + 86400 * 180, origin: "the scenario"))
    }

    @Test(
        "What is served follows UTC in each mode, clients hear of it before, and the wall clock passes it as the mode says",
        arguments: LeapSecondMode.allCases, kinds)
    func modes(mode: LeapSecondMode, kind: LeapIndicator) throws {
        var scenario = try Self.scenario(mode, kind)
        scenario.settings.leapSeconds.table = try Self.table(scenario, kind)
        let leap = kind == .insertSecond ? 21600 : 21599
        for seed in 1...1 as ClosedRange<UInt64> {
            let (moments, result, leaps) = leapMoments(of: scenario, seed: seed)
            for moment in moments where moment.second >= 4000 {
                let place: Comment = "\(mode) \(kind), second \(moment.second)"
                switch moment.second {
                case ..<leap:
                    #expect(moment.leap == kind, place)
                    #expect(moment.kernelLeap == (mode == .system ? kind : .none), place)
                    #expect(moment.error.magnitude < 3e-3, place)
                case leap + 1: #expect(moment.leap == .unsynchronised, place)
                case (leap + 4)...: #expect(moment.leap == .none && moment.kernelLeap == .none, place)
                default: break
                }
                #expect(moment.servedError.magnitude < 3e-3, place)
                if let bound = moment.bound { #expect(moment.error.magnitude <= bound, place) }
                let told = mode == .system || mode == .step
                let later = kind == .insertSecond ? 11 : 9
                if moment.second < leap { #expect(moment.taiOffset == (told ? 10 : 0), place) }
                if moment.second > leap { #expect(moment.taiOffset == (told ? later : 0), place) }
            }
            #expect(leaps == (mode == .system ? 1 : 0))
            #expect(result.counts.steps == (mode == .step ? 1 : 0))
            func error(_ after: Int) -> Double { moments.first { $0.second == leap + after }?.error.magnitude ?? .nan }
            switch mode {
            case .system, .step: for after in 2...100 { #expect(error(after) < 3e-3) }
            case .slew:
                // 1000 ppm.
                #expect((error(500) - 0.5).magnitude < 0.02)
                #expect(error(1100) < 3e-3)
            case .ignore:
                #expect((error(3) - 1).magnitude < 3e-3)
                #expect(error(2500) < 3e-3)
            }
            #expect(!result.notes.contains { if case .steppedByOthers = $0.note { true } else { false } })
        }
    }

    @Test(
        "A leap second that no source announces passes as well, if the table has it",
        arguments: kinds)
    func tableAlone(kind: LeapIndicator) throws {
        for hasTable in [true, false] {
            var scenario = try Self.scenario(.system, kind)
            scenario.time.leap?.announced = .seconds(1_000_000)
            if hasTable { scenario.settings.leapSeconds.table = try Self.table(scenario, kind) }
            let (moments, result, leaps) = leapMoments(of: scenario, seed: 3)
            let worst = moments.filter { $0.second > 8000 }.map(\.error.magnitude).max() ?? .nan
            #expect(hasTable ? worst < 3e-3 : worst > 0.9, "\(worst)")
            #expect(leaps == (hasTable ? 1 : 0))
            if hasTable { #expect(result.inside == result.bounded) }
        }
    }

    @Test("Clock stepped on the leap day: the kernel, which forgets its order then, is given it anew")
    func steppedBefore() throws {
        for by in [Duration.zero, .seconds(-3)] {
            var scenario = try Self.scenario(.system, .insertSecond)
            scenario.initialError = .seconds(5)
            if by != .zero { scenario.stepsByOthers = [.init(at: .seconds(15_000.5), by: by)] }
            let (moments, _, leaps) = leapMoments(of: scenario, seed: 4)
            #expect(leaps == 1)
            #expect(moments.filter { $0.second > 21_610 }.allSatisfy { $0.error.magnitude < 3e-3 })
        }
    }

    @Test("Where the kernel does not do what it was told, the clock is right soon all the same")
    func deafKernel() throws {
        var scenario = try Self.scenario(.system, .insertSecond)
        // The order is lost so late that it cannot be given anew.
        scenario.stepsByOthers = [.init(at: .seconds(21_599.2), by: .milliseconds(1))]
        let (moments, result, leaps) = leapMoments(of: scenario, seed: 5)
        #expect(leaps == 0)
        #expect(moments.filter { $0.second > 21_640 }.allSatisfy { $0.error.magnitude < 3e-3 })
        #expect(moments.filter { $0.second > 21_602 }.allSatisfy { $0.servedError.magnitude < 3e-3 })
        #expect(result.inside == result.bounded)
    }

    @Test("A server with smoothtime leaponly: for its clients no second is longer, and what it adds to UTC it says")
    func smearingServer() throws {
        let scenario = try #require(Scenario.named("smear_server"))
        let (moments, result, _) = leapMoments(of: scenario, seed: 1)
        let after = moments.filter { $0.second > 8000 }
        for (last, next) in zip(after, after.dropFirst()) {
            // 32 ppm at most, and what was learned of the clock besides.
            let step = (next.continuous - last.continuous).magnitude
            #expect(step < 1e-3, "second \(next.second): \(step)")
            #expect(next.leap == .none)
            #expect(next.distance >= next.servedError.magnitude, "second \(next.second)")
            let isSmeared = next.second > 21_610 && next.second < 84_000
            if isSmeared { #expect(next.identifier == .smoothed) }
            if next.second < 21_600 || next.second > 85_000 { #expect(next.identifier != .smoothed) }
        }
        #expect(moments.first { $0.second == 21_700 }.map { ($0.servedError - 1).magnitude < 1e-3 } == true)
        #expect(moments.last.map { $0.servedError.magnitude < 3e-3 } == true)
        #expect(result.inside == result.bounded)
    }

    @Test("A client of servers that hide the leap second follows them without a jump")
    func smearedClient() throws {
        let scenario = try #require(Scenario.named("smear_client"))
        let (moments, result, leaps) = leapMoments(of: scenario, seed: 2)
        #expect(leaps == 0 && result.counts.steps == 0)
        #expect(moments.allSatisfy { $0.leap == .none || $0.leap == .unsynchronised })
        #expect(result.maximum < 5e-3, "\(result.maximum)")
        #expect(result.inside == result.bounded)
        // It stays on the network's time, which is a second ahead of UTC right after the leap second.
        let wall = moments.first { $0.second == 21_700 }
        #expect(wall.map { $0.continuous.magnitude < 3e-3 } == true)
    }
}
