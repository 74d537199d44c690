/// Random numbers that nobody can predict who does not know the seed: the key stream of ChaCha20 (RFC 8439 section 2.3).
///
/// Engines are handed one, so that a simulated day repeats exactly from its seed, and a real daemon's transmit
/// timestamps cannot be guessed by somebody off the path. It is a plain value: a copy goes on with the same numbers.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: InlineArray<16, UInt32>
    private var block = InlineArray<16, UInt32>(repeating: 0)
    private var used = 16

    /// - Parameter key: 256 bits; from the kernel in a daemon, from a seed in the simulator.
    public init(key: (UInt64, UInt64, UInt64, UInt64)) {
        state = InlineArray<16, UInt32>(repeating: 0)
        state[0] = 0x6170_7865
        state[1] = 0x3320_646e
        state[2] = 0x7962_2d32
        state[3] = 0x6b20_6574
        var at = 4
        for word in [key.0, key.1, key.2, key.3] {
            state[at] = UInt32(truncatingIfNeeded: word)
            state[at + 1] = UInt32(truncatingIfNeeded: word >> 32)
            at += 2
        }
    }

    /// A generator for one use in a simulation: the same seed and stream give the same numbers.
    public init(seed: UInt64, stream: UInt64 = 0) {
        self.init(key: (seed, stream, 0x7469_6d65_6261_6c6c, 0))
    }

    public mutating func next() -> UInt64 {
        if used >= 16 { refill() }
        let value = UInt64(block[used]) | UInt64(block[used + 1]) << 32
        used += 2
        return value
    }

    /// Uniform in 0 ..< 1, with 53 random bits.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    private mutating func refill() {
        // In a value of its own, whose words can live in registers.
        var words = state
        for _ in 0..<10 {
            Self.quarter(&words, 0, 4, 8, 12)
            Self.quarter(&words, 1, 5, 9, 13)
            Self.quarter(&words, 2, 6, 10, 14)
            Self.quarter(&words, 3, 7, 11, 15)
            Self.quarter(&words, 0, 5, 10, 15)
            Self.quarter(&words, 1, 6, 11, 12)
            Self.quarter(&words, 2, 7, 8, 13)
            Self.quarter(&words, 3, 4, 9, 14)
        }
        for index in 0..<16 { block[index] = words[index] &+ state[index] }
        state[12] &+= 1
        if state[12] == 0 { state[13] &+= 1 }
        used = 0
    }

    @inline(__always)
    private static func quarter(_ words: inout InlineArray<16, UInt32>, _ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        words[a] = words[a] &+ words[b]
        words[d] = rotate(words[d] ^ words[a], 16)
        words[c] = words[c] &+ words[d]
        words[b] = rotate(words[b] ^ words[c], 12)
        words[a] = words[a] &+ words[b]
        words[d] = rotate(words[d] ^ words[a], 8)
        words[c] = words[c] &+ words[d]
        words[b] = rotate(words[b] ^ words[c], 7)
    }

    @inline(__always)
    private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
        value &<< count | value &>> (32 &- count)
    }
}
