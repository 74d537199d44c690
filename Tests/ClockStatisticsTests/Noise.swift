import Foundation

/// Seeded noise: the same on every machine and in every run.
struct Noise {
    private var state: UInt64

    init(seed: UInt64) {
        // Far from a multiple of the step, or neighbouring seeds would give the same numbers one draw later.
        state = seed &* 0xd134_2543_de82_ef95 ^ (seed << 40)
    }

    /// Between 0 and 1, both excluded (SplitMix64).
    mutating func uniform() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        z ^= z >> 31
        return (Double(z >> 12) + 0.5) * 0x1p-52
    }

    /// Mean 0, variance 1 (Box and Muller).
    mutating func normal() -> Double {
        (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    /// Phases with white phase (α = 2), white frequency (0) or random walk frequency noise (-2).
    mutating func phases(alpha: Int, count: Int) -> [Double] {
        var values = (0..<count).map { _ in normal() }
        for _ in 0..<((2 - alpha) / 2) {
            var sum = 0.0
            for index in values.indices {
                sum += values[index]
                values[index] = sum
            }
        }
        return values
    }
}
