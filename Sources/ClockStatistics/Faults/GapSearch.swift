/// Where readings are missing: single losses, which have a rate, and gaps, which have a place.
public struct GapSearch: Sendable, Equatable {
    /// A stretch without readings.
    public struct Gap: Sendable, Equatable {
        /// Of the first reading after it.
        public var index: Int
        /// From the reading before it to that one, in seconds.
        public var length: Double
        /// How many readings are missing.
        public var missing: Int

        /// A stretch of this length before that reading.
        public init(index: Int, length: Double, missing: Int) {
            self.index = index
            self.length = length
            self.missing = missing
        }
    }

    /// Holes longer than chance makes of the losses.
    public let gaps: [Gap]
    /// How many readings are missing outside of the gaps.
    public let losses: Int
    /// Which part of the readings that should be there outside of the gaps is missing, 0…1.
    public let lossRate: Double

    /// - Parameters:
    ///   - times: In seconds, ascending.
    ///   - interval: Seconds between readings as planned; positive.
    public init(times: [Double], interval: Double) {
        var holes: [Gap] = []
        for index in times.indices.dropFirst() {
            let length = times[index] - times[index - 1]
            let missing = min(1e15, (length / interval).rounded() - 1)
            if missing >= 1 { holes.append(Gap(index: index, length: length, missing: Int(missing))) }
        }
        // Losses by chance make holes whose lengths are geometrically distributed: their number over that of the readings is
        // the rate, however long one real gap is. A hole is a gap when fewer than one in a thousand records has one so long.
        let readings = Double(max(2, times.count))
        let rate = max(1, Double(holes.count)) / readings
        let longest = rate < 1 ? logarithm(0.001 / readings) / logarithm(rate) : .infinity
        let limit = max(4, longest.rounded(.up))
        gaps = holes.filter { Double($0.missing) >= limit }
        losses = holes.reduce(0) { Double($1.missing) >= limit ? $0 : $0 + $1.missing }
        lossRate = Double(losses) / (Double(losses) + Double(times.count))
    }
}
