internal import TimeBase

extension RandomSource {
    /// Exponentially distributed with this mean.
    mutating func exponential(mean: Double) -> Double {
        // 1 - uniform is in (0, 1].
        -mean * Elementary.logarithm(1 - uniform())
    }

    /// Normally distributed with mean 0 and standard deviation 1 (Marsaglia's polar method).
    mutating func normal() -> Double {
        while true {
            let first = 2 * uniform() - 1
            let second = 2 * uniform() - 1
            let square = first * first + second * second
            guard square > 0, square < 1 else { continue }
            return first * (-2 * Elementary.logarithm(square) / square).squareRoot()
        }
    }

    /// True with this probability. A number is drawn even if the answer is certain, so that changing a probability
    /// does not shift the numbers that come after.
    mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }
}

/// Which of a world's random numbers are whose. Each stream is its own, so that the oscillator does the same
/// whatever the engine sends, and an attack changes no delay of a genuine packet.
enum RandomStream {
    static let oscillator: UInt64 = 1
    static let engine: UInt64 = 2
    static let attacker: UInt64 = 3
    static let interfaceClock: UInt64 = 4

    static func referenceClock(_ index: Int) -> UInt64 { 50 + UInt64(index) }

    /// Two for each.
    static func realTimeClock(_ index: Int) -> UInt64 { index == 0 ? 51 : 0x5254_4300 + 2 * UInt64(index) }
    static func server(_ index: Int) -> UInt64 { 100 + 3 * UInt64(index) }
    static func toServer(_ index: Int) -> UInt64 { 101 + 3 * UInt64(index) }
    static func fromServer(_ index: Int) -> UInt64 { 102 + 3 * UInt64(index) }
}
