internal import Control
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct ManualTimeTests {
    private func alone(slowBy error: Duration = .zero, changing: (inout TimekeeperSettings) -> Void = { _ in }) -> Bench
    {
        Bench(
            settings(0) {
                $0.acceptsManualTime = true
                changing(&$0)
            }, slowBy: error)
    }

    @Test("A time that is entered corrects the clock, which is no more trusted by others for it")
    func correction() throws {
        var bench = alone(slowBy: .seconds(20))
        bench.run(for: .seconds(5))
        let reply = bench.command(.setTime(bench.trueTime))
        guard case .manualTimestamp(let report)? = reply else {
            Issue.record("\(String(describing: reply))")
            return
        }
        #expect((report.fast.inSeconds + 20).magnitude < 1e-6)
        #expect(report.frequencyChange == .zero)
        bench.run(for: .seconds(600))
        #expect(bench.error.magnitude < 1e-6)
        #expect(bench.steps == [])
        #expect(bench.keeper.servedState?.leap == .unsynchronised)
        // makestep does not wait for the slew.
        #expect(bench.command(.setTime(bench.trueTime + .seconds(100))) != .status(.failed))
        #expect(bench.command(.makeStep) == .status(.success))
        #expect((bench.error + 100).magnitude < 1e-3)
    }

    @Test("Entries over some weeks tell the clock's frequency; those of one minute do not disturb it")
    func frequency() {
        var bench = alone()
        bench.gain = 30e-6
        var random = RandomSource(seed: 5)
        for _ in 0..<12 {
            // Who types the time is off by up to half a second.
            _ = bench.command(.setTime(bench.trueTime + Duration(clampingSeconds: random.uniform() - 0.5)))
            bench.run(for: .seconds(2 * 86400))
        }
        #expect((bench.keeper.discipline.frequency.ppm - 30).magnitude < 1.5)
        let before = bench.keeper.discipline.frequency
        for _ in 0..<5 {
            _ = bench.command(.setTime(bench.trueTime + Duration(clampingSeconds: random.uniform() - 0.5)))
            bench.run(for: .seconds(10))
        }
        #expect((bench.keeper.discipline.frequency.ppm - before.ppm).magnitude < 2)
        var hasty = alone()
        for index in 0..<5 {
            _ = hasty.command(.setTime(hasty.trueTime + .milliseconds(index % 2 * 900)))
            hasty.run(for: .seconds(10))
        }
        #expect(hasty.keeper.discipline.frequency.ppm.magnitude < 10)
    }

    @Test("The list has when each was entered and how far it is off by now, at most 16, and entries can be taken out")
    func list() throws {
        var bench = alone(slowBy: .seconds(3))
        bench.run(for: .seconds(1))
        #expect(bench.command(.manualList) == .manualList(ManualListReport()))
        let first = bench.trueTime
        #expect(bench.command(.setTime(first)) != .status(.failed))
        #expect(bench.command(.setTime(first)) == .status(.failed))
        bench.run(for: .seconds(100))
        _ = bench.command(.setTime(bench.trueTime + .seconds(1)))
        let entries = try #require(bench.entries)
        #expect(entries.count == 2)
        #expect((entries[0].originalOffset.inSeconds + 3).magnitude < 1e-6)
        // By the clock as it is now, the first entry was a second behind.
        #expect((entries[0].slewedOffset.inSeconds - 1).magnitude < 5e-3)
        #expect(entries[1].slewedOffset.inSeconds.magnitude < 1e-6)
        #expect((try #require(entries[0].time) - first - .seconds(1)).magnitude < .milliseconds(5))
        #expect(bench.command(.manualDelete(index: 2)) == .status(.badSample))
        #expect(bench.command(.manualDelete(index: -1)) == .status(.badSample))
        #expect(bench.command(.manualDelete(index: 0)) == .status(.success))
        #expect(bench.entries?.count == 1)
        for _ in 0..<20 {
            bench.run(for: .seconds(2))
            _ = bench.command(.setTime(bench.trueTime))
        }
        #expect(bench.entries?.count == 16)
        #expect(bench.command(.manual(.reset)) == .status(.success))
        #expect(bench.entries == [])
    }

    @Test("Without `manual`, or after `manual off`, no time is taken; nor one that nobody can mean")
    func disabled() {
        var bench = Bench(settings(1))
        bench.run(for: .seconds(1))
        #expect(bench.command(.setTime(bench.trueTime)) == .status(.notEnabled))
        #expect(bench.command(.manual(.on)) == .status(.success))
        #expect(bench.command(.setTime(Instant(sinceEpoch: .seconds(1 << 60)))) == .status(.invalidTimestamp))
        #expect(bench.command(.setTime(bench.trueTime)) != .status(.notEnabled))
        #expect(bench.command(.manual(.off)) == .status(.success))
        bench.run(for: .seconds(5))
        #expect(bench.command(.setTime(bench.trueTime)) == .status(.notEnabled))
    }

    @Test("With `local`, the time that was entered is served")
    func local() {
        var bench = alone(slowBy: .seconds(1)) { $0.local = LocalReferenceSettings() }
        bench.run(for: .seconds(5))
        _ = bench.command(.setTime(bench.trueTime))
        #expect(bench.keeper.servedState?.referenceIdentifier == .local)
        #expect(bench.keeper.servedState?.leap == LeapIndicator.none)
        // At once, while the clock is still being slewed.
        let served = bench.keeper.servedState?.time(at: bench.now.realtime)
        #expect(served.map { ($0 - bench.trueTime).magnitude < .microseconds(1) } == true)
    }
}

extension Bench {
    fileprivate var entries: [ManualListReport.Entry]? {
        var copy = self
        guard case .manualList(let report)? = copy.command(.manualList) else { return nil }
        return report.entries
    }
}
