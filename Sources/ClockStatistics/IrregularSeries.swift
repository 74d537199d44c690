extension ClockSeries {
    /// A grid longer than this is not made: a few readings years apart would fill the memory.
    private static let longestGrid = 50_000_000.0

    /// Readings at their nearest places on an even grid that begins at the first; a place that none is near is NaN, and of
    /// two that want the same place the first keeps it.
    /// - Parameters:
    ///   - times: In seconds, ascending.
    ///   - phases: In seconds, as many as times.
    ///   - interval: Seconds from one place to the next, positive.
    /// - Returns: nil without readings, and for a record so irregular that it would be nearly all holes.
    public init?(times: [Double], phases: [Double], interval: Double) {
        guard let first = times.first, let last = times.last, times.count == phases.count, interval > 0 else {
            return nil
        }
        let length = ((last - first) / interval).rounded()
        guard length >= 0, length < Self.longestGrid, length < 1000 * Double(times.count) + 10_000 else { return nil }
        var grid = [Double](repeating: .nan, count: Int(length) + 1)
        for (time, phase) in zip(times, phases) {
            let place = ((time - first) / interval).rounded()
            guard place >= 0, place <= length else { continue }
            if grid[Int(place)].isNaN { grid[Int(place)] = phase }
        }
        self.init(phases: grid, interval: interval)
    }
}
