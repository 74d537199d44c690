/// How the frequency follows the temperature.
public struct TemperatureFit: Sendable, Equatable {
    /// Fractional frequency per kelvin, with the error that the noise of the record leaves.
    public let coefficient: ClockFit.Estimate
    /// By how many seconds the frequency follows the sensor; 0 where no lag can be told from none.
    public let lag: Double
    /// Mean of the temperatures, in °C: the frequencies are compared at it.
    public let middle: Double
    /// Lowest and highest temperature.
    public let range: ClosedRange<Double>
    /// The noise that is left when the temperature's part is taken out.
    public let noise: NoiseModel
    /// The part of the phase that the temperature explains, for each reading, in seconds.
    public let phases: [Double]

    /// Blocks of readings are averaged until so many are left: the temperature is slow.
    private static let mostBlocks = 2000
    private static let lags: [Double] = [0, 60, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10_800]

    /// - Parameters:
    ///   - times: In seconds, ascending.
    ///   - phases: In seconds, without steps; NaN for a reading that is to be left out.
    ///   - temperatures: °C, NaN where unknown; as many.
    /// - Returns: nil when the temperature is unknown for most of the record, or constant.
    public init?(times: [Double], phases: [Double], temperatures: [Double], interval: Double) {
        guard times.count == phases.count, temperatures.count == times.count, times.count > 30 else { return nil }
        let known = temperatures.filter(\.isFinite)
        guard known.count * 2 > times.count, let low = known.min(), let high = known.max(), high > low else {
            return nil
        }
        middle = known.reduce(0, +) / Double(known.count)
        range = low...high
        let blocks = Blocks(times, phases, temperatures, size: (times.count + Self.mostBlocks - 1) / Self.mostBlocks)
        let blockInterval = interval * Double(blocks.size)
        let duration = (times.last ?? 0) - (times.first ?? 0)
        func noise(_ phases: [Double]) -> NoiseModel? {
            ClockSeries(times: blocks.times, phases: phases, interval: blockInterval)?.noiseModel(robust: false)
        }
        guard var left = noise(blocks.phases) else { return nil }
        var best: (fit: ClockFit, lag: Double)?
        // The noise is first measured with the temperature's part in it, then without.
        for _ in 0..<3 {
            best = nil
            for lag in Self.lags where lag == 0 || (lag < duration / 8 && lag >= blockInterval) {
                let drive = blocks.drive(lag: lag, about: middle)
                guard let fit = ClockFit(times: blocks.times, phases: blocks.phases, noise: left, drive: drive) else {
                    continue
                }
                // A lag has to be better by more than chance makes it (χ² 6.6, 1 %), or the plain answer stands.
                let margin = best?.lag == 0 ? 3.3 : 0
                if fit.likelihood > (best?.fit.likelihood ?? -.infinity) + margin { best = (fit, lag) }
            }
            guard let found = best, let coefficient = found.fit.coefficient else { return nil }
            let explained = blocks.explained(coefficient.value, lag: found.lag, about: middle)
            guard let next = noise(zip(blocks.phases, explained).map { $0 - $1 }) else { break }
            left = next
        }
        guard let best, let coefficient = best.fit.coefficient, coefficient.value.isFinite else { return nil }
        self.coefficient = coefficient
        lag = best.lag
        let whole = Blocks(times, phases, temperatures, size: 1)
        self.phases = whole.explained(coefficient.value, lag: best.lag, about: middle)
        let rest = zip(phases, self.phases).map { $0 - $1 }
        self.noise = ClockSeries(times: times, phases: rest, interval: interval)?.noiseModel(robust: false) ?? left
    }
}

/// Means over blocks of readings.
private struct Blocks {
    let size: Int
    private(set) var times: [Double] = []
    private(set) var phases: [Double] = []
    private var temperatures: [Double] = []

    init(_ times: [Double], _ phases: [Double], _ temperatures: [Double], size: Int) {
        self.size = max(1, size)
        var last = Double.nan
        for start in stride(from: 0, to: times.count, by: self.size) {
            let range = start..<min(start + self.size, times.count)
            let good = range.filter { phases[$0].isFinite }
            let warm = range.filter { temperatures[$0].isFinite }
            let count = Double(range.count)
            self.times.append(range.reduce(0) { $0 + times[$1] } / count)
            // A block with a reading left out would stand at another time than its mean phase.
            let whole = good.count == range.count
            self.phases.append(whole ? range.reduce(0) { $0 + phases[$1] } / count : .nan)
            if !warm.isEmpty { last = warm.reduce(0) { $0 + temperatures[$1] } / Double(warm.count) }
            self.temperatures.append(last)
        }
        // What was not known at first is taken to have been as it was found.
        if let first = self.temperatures.first(where: \.isFinite) {
            for index in self.temperatures.indices where !self.temperatures[index].isFinite {
                self.temperatures[index] = first
            }
        }
    }

    /// Integral of the temperature's distance from a middle since the block before, each as it was some time earlier.
    func drive(lag: Double, about middle: Double) -> [Double] {
        var result = [0.0]
        result.reserveCapacity(times.count)
        var place = 0
        var before = temperature(at: (times.first ?? 0) - lag, &place)
        for index in times.indices.dropFirst() {
            let now = temperature(at: times[index] - lag, &place)
            result.append(((before + now) / 2 - middle) * (times[index] - times[index - 1]))
            before = now
        }
        return result
    }

    /// By linear interpolation; before the first one it is as that.
    private func temperature(at time: Double, _ place: inout Int) -> Double {
        guard let first = times.first, time > first else { return temperatures.first ?? 0 }
        while place + 2 < times.count, times[place + 1] < time { place += 1 }
        let length = times[place + 1] - times[place]
        let part = length > 0 ? min(1, (time - times[place]) / length) : 0
        return temperatures[place] + part * (temperatures[place + 1] - temperatures[place])
    }

    func explained(_ coefficient: Double, lag: Double, about middle: Double) -> [Double] {
        var sum = 0.0
        return drive(lag: lag, about: middle).map { part in
            sum += coefficient * part
            return sum
        }
    }
}
