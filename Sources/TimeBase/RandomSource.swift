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
        block = state
        for _ in 0..<10 {
            quarter(0, 4, 8, 12)
            quarter(1, 5, 9, 13)
            quarter(2, 6, 10, 14)
            quarter(3, 7, 11, 15)
            quarter(0, 5, 10, 15)
            quarter(1, 6, 11, 12)
            quarter(2, 7, 8, 13)
            quarter(3, 4, 9, 14)
        }
        for index in 0..<16 { block[index] = block[index] &+ state[index] }
        state[12] &+= 1
        if state[12] == 0 { state[13] &+= 1 }
        used = 0
    }

    private mutating func quarter(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        block[a] = block[a] &+ block[b]
        block[d] = rotate(block[d] ^ block[a], 16)
        block[c] = block[c] &+ block[d]
        block[b] = rotate(block[b] ^ block[c], 12)
        block[a] = block[a] &+ block[b]
        block[d] = rotate(block[d] ^ block[a], 8)
        block[c] = block[c] &+ block[d]
        block[b] = rotate(block[b] ^ block[c], 7)
    }

    private func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
        (value << count) | (value >> (32 - count))
    }
}
