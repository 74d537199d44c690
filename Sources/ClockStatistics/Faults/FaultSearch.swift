/// Looks for outliers, phase steps and frequency jumps by asking, at every reading, whether what comes before and what
/// comes after agree as well as the noise lets them.
///
/// One Kalman filter runs forwards and one backwards over the record. Where they meet, three ratios of likelihoods are
/// formed: that this one reading is wrong, that the phase is another from here on, that the frequency is. The greatest is
/// accepted when chance would reach it in fewer than one record of a thousand; then both run again without it, until nothing
/// is left that stands out. What later turns out to be explained by something else is taken back. O(N) for each pass.
public struct FaultSearch: Sendable {
    /// In the order of time.
    public private(set) var faults: [Fault] = []
    /// How many standard deviations something had to stand out.
    public let threshold: Double
    /// Whether the search ended because everything was found; else there may be more.
    public private(set) var isComplete = true

    private let times: [Double]
    private let phases: [Double]
    private let noise: NoiseModel
    private let readingVariance: Double
    private let prior: ClockEstimate
    private var accepted: [Int: Set<Fault.Kind>] = [:]
    /// Faults taken back once are not accepted again, so that the search ends.
    private var refused: Set<Key> = []

    private struct Key: Hashable {
        var kind: Fault.Kind
        var index: Int
    }

    /// More passes than these are not made.
    private static let mostPasses = 60

    /// - Parameters:
    ///   - times: In seconds, ascending, as many as phases.
    ///   - noise: As `ClockSeries.noiseModel(robust: true)` finds it.
    ///   - progress: Is told before each pass how many faults were found so far.
    public init(times: [Double], phases: [Double], noise: NoiseModel, progress: (Int) -> Void = { _ in }) {
        let count = min(times.count, phases.count)
        self.times = times
        self.noise = noise
        // The search for the greatest of three ratios at every reading is that many trials.
        let normal = (2 * logarithm(3 * Double(max(10, count)) / 0.001)).squareRoot()
        // In a short record the noise itself is not well known, as in Student's distribution.
        threshold = normal * (1 + (normal * normal + 1) / (2.8 * Double(max(10, count))))
        let step = count > 1 ? (times[count - 1] - times[0]) / Double(count - 1) : 1
        let small = noise.frequency * step + noise.walk * step * step * step
        readingVariance = max(noise.phase, 1e-4 * small, .leastNormalMagnitude)
        // About the line from end to end, so that little is unknown at the start.
        let slope = count > 1 && step > 0 ? (phases[count - 1] - phases[0]) / (times[count - 1] - times[0]) : 0
        let bent = (0..<count).map { phases[$0] - phases[0] - slope * (times[$0] - times[0]) }
        self.phases = bent
        var prior = ClockEstimate()
        if count > 1, let low = bent.min(), let high = bent.max(), step > 0 {
            let span = times[count - 1] - times[0]
            let room = max(high - low, readingVariance.squareRoot())
            prior.xx = 1e4 * room * room
            prior.yy = 1e4 * room * room / (span * span)
        }
        self.prior = prior
        guard count > 8, step > 0 else { return }
        search(progress)
    }

    /// How many readings away a break is looked for again.
    private static let reach = 40

    private mutating func search(_ progress: (Int) -> Void) {
        var polishes = 3
        for pass in 0..<Self.mostPasses {
            progress(faults.count)
            let found = ratios()
            var changed = false
            // What is explained by now is taken back, early on.
            for fault in found.known where fault.significance < threshold * 0.95 && pass < Self.mostPasses / 2 {
                accepted[fault.index]?.remove(fault.kind)
                refused.insert(Key(kind: fault.kind, index: fault.index))
                changed = true
            }
            faults = found.known.filter { accepted[$0.index]?.contains($0.kind) == true }
            let candidates = peaks(found.new).filter { !refused.contains(Key(kind: $0.kind, index: $0.index)) }
            if let greatest = candidates.max(by: { rank($0) < rank($1) }) {
                changed = true
                var batch = [greatest]
                if greatest.kind == .outlier {
                    // Outliers far from each other do not hide each other.
                    batch = candidates.filter {
                        $0.kind == .outlier && $0.significance >= 0.6 * greatest.significance
                    }
                }
                var last = Int.min / 2
                for fault in batch.sorted(by: { $0.index < $1.index }) where fault.index > last + 3 || batch.count == 1
                {
                    accepted[fault.index, default: []].insert(fault.kind)
                    last = fault.index
                }
            }
            if changed { continue }
            if polishes == 0 || !polish() { return }
            polishes -= 1
        }
        isComplete = false
    }

    /// A break that was placed while others nearby still disturbed it may stand some readings off, and then seem to need
    /// another beside it. So each group of breaks is forgotten, and the place of its strongest is looked for again with all
    /// else known; if the others of the group were real, the search finds them again.
    /// - Returns: Whether anything changed.
    private mutating func polish() -> Bool {
        var changed = false
        var rest = faults.filter { $0.kind != .outlier }.sorted { $0.significance > $1.significance }
        while let strongest = rest.first {
            let group = rest.filter { ($0.index - strongest.index).magnitude <= Self.reach }
            rest.removeAll { ($0.index - strongest.index).magnitude <= Self.reach }
            for fault in group { accepted[fault.index]?.remove(fault.kind) }
            let near = ratios().new.filter {
                $0.kind != .outlier && ($0.index - strongest.index).magnitude <= Self.reach
            }
            let best = near.max { $0.significance < $1.significance } ?? strongest
            accepted[best.index, default: []].insert(best.kind)
            if group.count > 1 || best.index != strongest.index || best.kind != strongest.kind { changed = true }
        }
        return changed
    }

    /// What stands out and is new, and what was accepted before with its present ratio.
    private func ratios() -> (new: [Fault], known: [Fault]) {
        let count = phases.count
        let wide = prior.xx
        var forward: [ClockEstimate] = []
        forward.reserveCapacity(count)
        var state = prior
        state.x = phases[0]
        for index in 0..<count {
            if index > 0 { state.advance(times[index] - times[index - 1], noise) }
            forward.append(state)
            let kinds = accepted[index]
            if let kinds { open(&state, kinds, wide) }
            if kinds?.contains(.outlier) != true { state.take(phases[index], variance: readingVariance) }
        }
        var new: [Fault] = []
        var known: [Fault] = []
        var backward = prior
        backward.x = phases[count - 1]
        for index in stride(from: count - 1, through: 0, by: -1) {
            if index < count - 1 { backward.advance(times[index] - times[index + 1], noise) }
            let left = forward[index]
            let kinds = accepted[index] ?? []
            var opened = left
            if index > 0 { open(&opened, kinds, wide) }
            judge(outlier(index, opened, backward), kinds, &new, &known)
            if !kinds.contains(.outlier) { backward.take(phases[index], variance: readingVariance) }
            if index > 0 {
                let pair = breaks(index, left, backward, kinds)
                judge(pair.step, kinds, &new, &known)
                judge(pair.jump, kinds, &new, &known)
                open(&backward, kinds, wide)
            }
        }
        return (new, known.sorted { $0.index < $1.index })
    }

    private func judge(_ fault: Fault?, _ kinds: Set<Fault.Kind>, _ new: inout [Fault], _ known: inout [Fault]) {
        guard let fault else { return }
        if kinds.contains(fault.kind) {
            known.append(fault)
        } else if fault.significance > threshold {
            new.append(fault)
        }
    }

    /// Forgets what a fault makes worthless.
    private func open(_ state: inout ClockEstimate, _ kinds: Set<Fault.Kind>, _ wide: Double) {
        if kinds.contains(.step) { state.xx += wide }
        if kinds.contains(.frequencyJump) { state.yy += prior.yy }
    }

    /// How far the reading lies from what both sides without it expect.
    private func outlier(_ index: Int, _ left: ClockEstimate, _ right: ClockEstimate) -> Fault? {
        // The two are combined as if only their phases were known, which loses a little between far readings.
        let d = (right.x - left.x, right.y - left.y)
        let c = (left.xx + right.xx, left.xy + right.xy, left.yy + right.yy)
        let determinant = c.0 * c.2 - c.1 * c.1
        guard determinant > 0 else { return nil }
        // x̂ = x_left + K d with K = (P_xx, P_xy) C⁻¹.
        let k0 = (left.xx * c.2 - left.xy * c.1) / determinant
        let k1 = (left.xy * c.0 - left.xx * c.1) / determinant
        let expected = left.x + k0 * d.0 + k1 * d.1
        // K P_right rather than P_left - K P_left, which would be the difference of great numbers near the ends.
        let variance = max(0, k0 * right.xx + k1 * right.xy) + readingVariance
        let size = phases[index] - expected
        let error = variance.squareRoot()
        guard error > 0 else { return nil }
        return Fault(kind: .outlier, index: index, size: size, error: error, significance: (size / error).magnitude)
    }

    /// Whether phase or frequency is another from this reading on.
    private func breaks(
        _ index: Int, _ left: ClockEstimate, _ right: ClockEstimate, _ kinds: Set<Fault.Kind>
    ) -> (step: Fault?, jump: Fault?) {
        let d = (right.x - left.x, right.y - left.y)
        let c = (left.xx + right.xx, left.xy + right.xy, left.yy + right.yy)
        guard c.0 > 0, c.2 > 0 else { return (nil, nil) }
        // With the other break accepted at the same place, its own difference says nothing.
        let (step, stepVariance) =
            kinds.contains(.frequencyJump)
            ? (d.0, c.0) : (d.0 - c.1 / c.2 * d.1, c.0 - c.1 * c.1 / c.2)
        let (jump, jumpVariance) =
            kinds.contains(.step)
            ? (d.1, c.2) : (d.1 - c.1 / c.0 * d.0, c.2 - c.1 * c.1 / c.0)
        func fault(_ kind: Fault.Kind, _ size: Double, _ variance: Double) -> Fault? {
            guard variance > 0 else { return nil }
            let error = variance.squareRoot()
            return Fault(kind: kind, index: index, size: size, error: error, significance: (size / error).magnitude)
        }
        return (fault(.step, step, stepVariance), fault(.frequencyJump, jump, jumpVariance))
    }

    /// One wrong reading before a hole or at the end looks just like a step there; then it is taken for the simpler thing.
    private func rank(_ fault: Fault) -> Double { fault.significance * (fault.kind == .outlier ? 1.05 : 1) }

    /// Of candidates side by side only the greatest: the others are its shadow.
    private func peaks(_ candidates: [Fault]) -> [Fault] {
        let sorted = candidates.sorted { $0.index < $1.index }
        var result: [Fault] = []
        for fault in sorted {
            if let last = result.last, fault.index - last.index <= 3 {
                if rank(fault) > rank(last) { result[result.count - 1] = fault }
            } else {
                result.append(fault)
            }
        }
        return result
    }
}
