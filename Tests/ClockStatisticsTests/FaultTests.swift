import ClockStatistics
import Foundation
import Testing

/// Ten seeds each time, two hundred in long runs (TIMEBALL_LONG=1).
private let seeds: ClosedRange<UInt64> =
    ProcessInfo.processInfo.environment["TIMEBALL_LONG"] == nil ? 1...10 : 1...200

@Suite("Faults in a record")
struct FaultTests {
    @Test("Every fault is found, and nothing else is called one", arguments: [2, 0, -2])
    func found(alpha: Int) throws {
        for seed in seeds {
            let record = SimulatedRecord(seed: seed, alpha: alpha, faulty: true)
            try #require(record.truth.count == 7)
            let check = try #require(record.check)
            #expect(check.isComplete)
            let pairs = zip(check.faults, record.truth)
            let all = check.faults.count == 7 && pairs.allSatisfy { record.matches($0, $1) }
            #expect(all, "seed \(seed): \(check.faults.map { "\($0.kind) at \($0.index)" })")
            #expect(check.gaps.gaps.map(\.index) == [record.gap], "seed \(seed)")
            #expect((0.07...0.13).contains(check.gaps.lossRate), "seed \(seed)")
        }
    }

    @Test("In a record without faults fewer than 1 % hold a false alarm", arguments: [2, 0, -2])
    func quiet(alpha: Int) throws {
        var alarms = 0
        for seed in seeds {
            let check = try #require(SimulatedRecord(seed: seed, alpha: alpha, faulty: false).check)
            if !check.faults.isEmpty || !check.gaps.gaps.isEmpty { alarms += 1 }
        }
        #expect(Double(alarms) < 0.01 * Double(max(100, seeds.count)))
    }

    /// What looks irregular and is not.
    enum Ordinary: String, CaseIterable {
        /// A day's temperature moves the frequency by ±0.15 ppm, read to 1 µs every minute.
        case warmth
        /// The same, read with an even scatter of 2 ms, as an RTC is.
        case warmthRoughly
        /// Whole microseconds of a clock that gains 0.37 ppm.
        case rounded
        /// Nothing changes at all.
        case still
        /// Twenty readings, whose noise nobody can know well.
        case few
    }

    @Test("Neither the day's warmth nor rounding nor a short record is a fault", arguments: Ordinary.allCases)
    func ordinary(kind: Ordinary) throws {
        var alarms = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = Noise(seed: seed)
            let interval = kind == .warmth || kind == .warmthRoughly ? 60.0 : 2.0
            let phases = (0..<(kind == .few ? 20 : 2500)).map { index -> Double in
                let time = Double(index) * interval
                // Per radian of the day 13,751 s.
                let day = 0.15e-6 * 13_751 * sin(time / 13_751)
                return switch kind {
                case .warmth: day + 1e-6 * random.normal()
                case .warmthRoughly: day + 2e-3 * random.uniform()
                case .rounded: (time * 0.37 + 0.2 * random.normal()).rounded() * 1e-6
                case .still: 0
                case .few: 1e-4 * random.normal()
                }
            }
            let times = phases.indices.map { Double($0) * interval }
            let check = try #require(RecordCheck(times: times, phases: phases, interval: interval))
            if !check.faults.isEmpty { alarms += 1 }
        }
        #expect(alarms == 0)
    }

    @Test("Losses without a gap are not called gaps, and a gap without losses is one")
    func gaps() {
        var random = Noise(seed: 9)
        let lossy = (0..<5000).map(Double.init).filter { _ in random.uniform() > 0.3 }
        let search = GapSearch(times: lossy, interval: 1)
        #expect(search.gaps.isEmpty)
        #expect((search.lossRate - 0.3).magnitude < 0.03)
        let whole = (0..<1000).map(Double.init) + (1007..<2000).map(Double.init)
        let one = GapSearch(times: whole, interval: 1)
        #expect(one.gaps == [GapSearch.Gap(index: 1000, length: 8, missing: 7)])
        #expect(one.losses == 0 && one.lossRate == 0)
    }

    @Test("A single wrong reading at the very end is an outlier, and two thousand of them are no trap")
    func ends() throws {
        var record = SimulatedRecord(seed: 4, alpha: 2, count: 500, faulty: false)
        record.phases[499] += 0.01
        #expect(try #require(record.check).faults.map(\.kind) == [.outlier])
        for index in record.phases.indices where index % 4 == 0 { record.phases[index] += 1 }
        #expect(record.check != nil)
    }

    @Test("Taken out, the faults leave the record that the noise alone makes")
    func removal() {
        let times = (0..<10).map(Double.init)
        let faults = [
            Fault(kind: .outlier, index: 2, size: 5, error: 0, significance: 0),
            Fault(kind: .step, index: 4, size: 3, error: 0, significance: 0),
            Fault(kind: .frequencyJump, index: 6, size: 2, error: 0, significance: 0),
        ]
        var phases = times.map { 0.5 * $0 }
        phases[2] += 5
        for index in 4..<10 { phases[index] += 3 }
        for index in 6..<10 { phases[index] += 2 * (times[index] - 6) }
        let clean = RecordCheck.without(faults, times, phases)
        #expect(clean[2].isNaN)
        for index in times.indices where index != 2 { #expect(clean[index] == 0.5 * times[index]) }
    }

    @Test("No record, however odd, makes the search trap")
    func hostile() {
        let times = (0..<40).map(Double.init)
        let odd: [[Double]] = [
            Array(repeating: 0, count: 40), Array(repeating: 1e300, count: 40),
            (0..<40).map { $0 % 2 == 0 ? 1e308 : -1e308 },
            (0..<40).map { Double($0) * .leastNonzeroMagnitude }, (0..<40).map { $0 == 20 ? .infinity : 0 },
            Array(repeating: .nan, count: 40),
            (0..<40).map { Double($0 * $0) },
        ]
        for phases in odd {
            for scale in [1e-9, 1, 1e9] {
                let stretched = times.map { $0 * scale }
                _ = RecordCheck(times: stretched, phases: phases, interval: scale)
                _ = ClockFit(times: stretched, phases: phases, noise: NoiseModel(phase: 1e-12), ageing: true)
                let fit = RateEstimate(times: stretched, phases: phases, noise: NoiseModel(phase: 0))
                #expect(fit.map { $0.frequency.isFinite && $0.error.isFinite } ?? true)
            }
        }
        #expect(RecordCheck(times: [], phases: [], interval: 1) == nil)
        #expect(RecordCheck(times: [0, 0, 0], phases: [1, 2, 3], interval: 0) == nil)
    }
}
