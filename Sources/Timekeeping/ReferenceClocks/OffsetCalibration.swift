/// What `offset` a reference clock should have, found by comparing it with better sources: the sentences of a GPS
/// receiver come a tenth of a second or more after the second that they name, each receiver's differently.
struct OffsetCalibration: Equatable {
    /// The offsets that would have made past samples right, seconds; newest last.
    private var needed: [Double] = []
    /// What it was compared with last.
    private(set) var against = ""
    /// What was reported last.
    private var reported: Double?

    private static let memory = 64
    /// Fewer samples than this say nothing.
    private static let least = 8

    /// Takes in what offset would have made a sample right.
    mutating func add(_ offset: Double, against source: String) {
        if needed.count >= Self.memory { needed.removeFirst() }
        needed.append(offset)
        against = source
    }

    mutating func forget() { needed = [] }

    /// What it comes to, and the standard deviation of one sample; nil while there are too few.
    var result: (offset: Double, deviation: Double, count: Int)? {
        guard needed.count >= Self.least else { return nil }
        let sorted = needed.sorted()
        let middle = (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
        let deviations = sorted.map { ($0 - middle).magnitude }.sorted()
        // 1.4826 makes a standard deviation of the median of the deviations where they are normal.
        return (middle, 1.4826 * deviations[deviations.count / 2], sorted.count)
    }

    /// What is news, compared with what the configuration says; says it once, until it changes.
    mutating func takeNews(configured: Double) -> (offset: Double, deviation: Double, count: Int)? {
        guard let result, needed.count >= 2 * Self.least else { return nil }
        let known = reported ?? configured
        guard (result.offset - known).magnitude > max(4 * result.deviation, 1e-3) else { return nil }
        reported = result.offset
        return result
    }
}
