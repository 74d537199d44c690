/// What the clock's own record says of its frequency: by how much it has changed, over how long a time.
struct Steadiness: Equatable {
    /// One entry in each quarter of an hour.
    private struct Entry: Equatable {
        var time: Double
        var frequency: Double
        var deviation: Double
    }

    private var entries: [Entry] = []

    /// Seconds between entries, and how many are kept: two days.
    private static let spacing = 900.0
    private static let memory = 192
    /// A record that is shorter than this, seconds, supports nothing.
    private static let least = 4 * 3600.0
    /// Deviations of the frequency beyond which an entry says nothing.
    private static let vague = 0.2e-6
    /// The future may be this much worse than the past.
    private static let caution = 3.0
    /// No record shows that a frequency keeps nearer than this.
    private static let floor = 0.02e-6

    /// Takes in what the filter found.
    mutating func note(frequency: Double, deviation: Double, at moment: Double) {
        guard deviation < Self.vague else { return }
        if let last = entries.last, moment < last.time + Self.spacing { return }
        entries.append(Entry(time: moment, frequency: frequency, deviation: deviation))
        if entries.count > Self.memory { entries.removeFirst() }
    }

    /// Forgets all: the machine slept, or something else happened that the record does not tell of.
    mutating func reset() { entries = [] }

    /// By how much the frequency may change in the time that the record spans, seconds per second, and that time; nil
    /// while the record is too short.
    var support: (change: Double, span: Double)? {
        guard let first = entries.first, let last = entries.last, last.time - first.time >= Self.least else {
            return nil
        }
        // What exceeds the entries' own uncertainty, from the lowest to the highest.
        let low = entries.map { $0.frequency + 2 * $0.deviation }.min() ?? 0
        let high = entries.map { $0.frequency - 2 * $0.deviation }.max() ?? 0
        return (Self.caution * max(high - low, 0) + Self.floor, last.time - first.time)
    }

    /// Seconds that the record spans; nil while it is too short.
    var span: Double? { support?.span }

    /// The largest error that a clock would have had that was left alone for a time with the frequency it was believed to
    /// have, over all moments of the record; nil if the record is shorter.
    func worstError(after horizon: Double) -> Double? {
        guard span != nil else { return nil }
        var worst: Double?
        for (start, entry) in entries.enumerated() {
            var error = 0.0
            var largest = 0.0
            var before = entry
            var isLongEnough = false
            for next in entries[(start + 1)...] {
                let until = min(next.time, entry.time + horizon)
                // The frequency between two entries, as their mean.
                let mean = (before.frequency + next.frequency) / 2
                error += (mean - entry.frequency) * (until - before.time)
                largest = max(largest, error.magnitude)
                before = next
                if next.time >= entry.time + horizon {
                    isLongEnough = true
                    break
                }
            }
            if isLongEnough { worst = max(worst ?? 0, largest) }
        }
        return worst
    }
}
