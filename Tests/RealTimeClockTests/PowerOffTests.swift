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

@Suite("What an RTC is taken to show")
struct PredictionTests {
    @Test("Where the kernel may have written it since, the bound covers that it has and that it has not")
    func written() {
        var record = RealTimeClockRecord(reference: 1_790_000_000, offset: 0.5, frequency: Frequency(ppm: 10))
        record.offsetBound = 0.001
        record.frequencyDeviation = Frequency(ppm: 0.01)
        let chip = RealTimeClockChip(named: "ds1307")
        let plain = RealTimeClockPrediction(record, chip: chip).offset(at: record.reference + 60, celsius: nil)
        #expect((plain.offset - 0.5006).magnitude < 1e-6 && plain.bound < 0.003)
        record.isWrittenByKernel = true
        let written = RealTimeClockPrediction(record, chip: chip).offset(at: record.reference + 60, celsius: nil)
        for possible in [0.5006, 0, -chip.kernelWriteError.inSeconds] {
            #expect((written.offset - possible).magnitude <= written.bound, "\(possible): \(written)")
        }
    }

    @Test("It grows with the time alone, by what a crystal of its kind can do in a room that nobody knows")
    func width() {
        var record = RealTimeClockRecord(reference: 1_790_000_000, offset: 0, frequency: .zero)
        record.offsetBound = 0.001
        record.frequencyDeviation = Frequency(ppm: 0.01)
        for (chip, ppm) in [("ds1307", 25.0), ("ds3231", 5)] {
            let prediction = RealTimeClockPrediction(record, chip: RealTimeClockChip(named: chip))
            var before = 0.0
            for hours in [1.0, 24, 168] {
                let bound = prediction.offset(at: record.reference + hours * 3600, celsius: nil).bound
                #expect(bound >= ppm * 1e-6 * hours * 3600 && bound < 2 * ppm * 1e-6 * hours * 3600 + 0.01)
                #expect(bound > before)
                before = bound
            }
        }
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
