import ClockStatistics

/// A clock of known noise, recorded with known faults: five outliers, a step, a frequency jump, a gap of two hours and one
/// reading in ten lost.
struct SimulatedRecord {
    /// Seconds between readings.
    static let interval = 16.0

    var times: [Double] = []
    var phases: [Double] = []
    /// The faults that are in it, as the search should find them, without their errors; empty for a clean record.
    var truth: [Fault] = []
    /// Index of the first reading after the gap, 0 without one.
    var gap = 0

    /// - Parameters:
    ///   - alpha: 2 white phase, 0 white frequency, -2 random walk noise with a little white phase noise.
    ///   - count: Of readings if none were lost.
    init(seed: UInt64, alpha: Int, count: Int = 3000, faulty: Bool) {
        var random = Noise(seed: seed)
        // Strengths of typical clocks: readings to 100 µs; to 1 µs with 0.6 ppm from reading to reading; with a walk.
        let rough = alpha == 2 ? 1e-4 : 1e-6
        let white = alpha == 0 ? 1e-5 : 0
        let walk = alpha == -2 ? 3e-8 : 0
        let unit = alpha == 2 ? 1e-4 : alpha == 0 ? 1e-5 : 4e-6
        let jump = alpha == 2 ? 2e-6 : alpha == 0 ? 3e-6 : 8e-7
        let hole = faulty ? 450 : 0
        let stepAt = count / 3
        let gapAt = count / 2
        let jumpAt = 2 * count / 3 + hole
        var outliers: Set<Int> = []
        while faulty, outliers.count < 5 {
            let place = 50 + Int(random.uniform() * Double(count + hole - 100))
            // Near something else nobody could say what it is.
            let taken = Array(outliers) + [stepAt, gapAt, gapAt + hole, jumpAt]
            if taken.allSatisfy({ (place - $0).magnitude > 30 }), place < gapAt || place > gapAt + hole {
                outliers.insert(place)
            }
        }
        var x = 0.0
        var y = 40e-6
        for place in 0..<(count + hole) {
            if faulty, place == stepAt { x += 25 * unit }
            if faulty, place == jumpAt { y += jump }
            let isLost = faulty && place > 0 && random.uniform() < 0.1 && !outliers.contains(place)
            if !(gapAt..<(gapAt + hole)).contains(place), !isLost {
                let index = times.count
                if faulty {
                    if gap == 0, place >= gapAt { gap = index }
                    note(.step, index, 25 * unit, when: place >= stepAt)
                    note(.frequencyJump, index, jump, when: place >= jumpAt)
                }
                var reading = x + rough * random.normal()
                if outliers.contains(place) {
                    let size = (random.uniform() < 0.5 ? -20 : 20) * unit
                    reading += size
                    truth.append(Fault(kind: .outlier, index: index, size: size, error: 0, significance: 0))
                }
                times.append(Double(place) * Self.interval)
                phases.append(reading)
            }
            x += y * Self.interval + white * random.normal()
            y += walk * random.normal()
        }
        truth.sort { $0.index < $1.index }
    }

    private mutating func note(_ kind: Fault.Kind, _ index: Int, _ size: Double, when: Bool) {
        guard when, !truth.contains(where: { $0.kind == kind }) else { return }
        truth.append(Fault(kind: kind, index: index, size: size, error: 0, significance: 0))
    }

    var check: RecordCheck? { RecordCheck(times: times, phases: phases, interval: Self.interval) }

    /// Whether a fault that was found is this one. Noise hides the moment of a frequency jump by some readings.
    func matches(_ found: Fault, _ truth: Fault) -> Bool {
        let reach = truth.kind == .frequencyJump ? 10 : 0
        return found.kind == truth.kind && (found.index - truth.index).magnitude <= reach
            && (found.size - truth.size).magnitude < 6 * found.error
    }
}
