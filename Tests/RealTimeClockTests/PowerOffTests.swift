import RealTimeClock
import Recording
import Simulation
import Testing
import TimeBase

private typealias Chip = SimulatedRealTimeClock.Chip

@Suite("A machine that was off for a week")
struct PowerOffTests {
    @Test(
        "starts inside the bound that it publishes and near the true time, whoever wrote its RTC and whenever",
        arguments: [Chip.ds1307, .ds3231], [false, true])
    private func week(chip: Chip, isSynchronised: Bool) {
        var errors: [Double] = []
        for seed in UInt64(1)...200 {
            let ends = PowerOffStudy.End.allCases
            let end = ends[Int(seed) % ends.count]
            let outcome = PowerOffStudy(chip, isSynchronised: isSynchronised, end: end).run(seed: seed)
            #expect(outcome.origin == .realTimeClock, "seed \(seed): \(outcome.reasons)")
            guard let bound = outcome.bound else {
                Issue.record("seed \(seed): no bound; \(outcome.reasons)")
                continue
            }
            #expect(outcome.error.magnitude <= bound, "seed \(seed), \(end)")
            errors.append(outcome.error.magnitude)
            if case .survived(let error, let promised)? = outcome.finding {
                #expect(error.magnitude <= promised, "seed \(seed)")
            } else {
                Issue.record("seed \(seed): its week alone was not recognised: \(String(describing: outcome.finding))")
            }
        }
        errors.sort()
        print(
            "\(chip.name), rtcsync \(isSynchronised): median \(errors[errors.count / 2]), worst \(errors.last ?? 0) s")
        #expect(errors.last ?? .infinity < (chip == .ds1307 ? 1 : 0.12))
    }

    @Test("An RTC that somebody set while the machine was off is noticed, and its rate is kept")
    func strangers() throws {
        let study = PowerOffStudy(.ds3231, isSynchronised: false, end: .shutdown)
        let record = try #require(study.run(seed: 3).record)
        var tracker = RealTimeClockTracker(RealTimeClockChip(named: "ds3231"), record: record)
        let finding = tracker.add(
            RealTimeClockSample(
                time: record.reference + 1000, offset: record.offset + 9, deviation: 1e-3, bound: 1e-2))
        guard case .wasSet(let step, .others) = finding else {
            Issue.record("\(finding)")
            return
        }
        #expect((step - 9).magnitude < 0.05)
        #expect(tracker.frequency == record.frequency || (tracker.frequency - record.frequency).magnitude.ppm < 0.01)
    }
}

@Suite("The rate of an RTC that the kernel writes")
struct KernelWriteTests {
    @Test(
        "is learned as well as if it did not, and its writes are not taken for somebody's", arguments: UInt64(1)...20)
    func rate(seed: UInt64) throws {
        let free = PowerOffStudy(.ds3231, isSynchronised: false, end: .shutdown).run(seed: seed)
        let written = PowerOffStudy(.ds3231, isSynchronised: true, end: .shutdown).run(seed: seed)
        let one = try #require(free.record)
        let other = try #require(written.record)
        #expect((one.frequency - other.frequency).magnitude.ppm < 0.15)
        #expect(other.isWrittenByKernel && other.kernelWrites > 400)
        #expect(other.changes.isEmpty)
    }
}
