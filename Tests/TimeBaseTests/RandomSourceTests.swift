import Testing

@testable internal import TimeBase

@Suite struct RandomSourceTests {
    /// RFC 8439 appendix A.1, test vectors 1 and 2: key and nonce zero, block counters 0 and 1.
    private static let keyStream: [UInt8] = [
        0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28,
        0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36, 0xef, 0xcc, 0x8b, 0x77, 0x0d, 0xc7,
        0xda, 0x41, 0x59, 0x7c, 0x51, 0x57, 0x48, 0x8d, 0x77, 0x24, 0xe0, 0x3f, 0xb8, 0xd8, 0x4a, 0x37,
        0x6a, 0x43, 0xb8, 0xf4, 0x15, 0x18, 0xa1, 0x1c, 0xc3, 0x87, 0xb6, 0x69, 0xb2, 0xee, 0x65, 0x86,
        0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d,
        0xcb, 0x0f, 0x29, 0xa0, 0x48, 0xe3, 0x65, 0x69, 0x12, 0xc6, 0x53, 0x3e, 0x32, 0xee, 0x7a, 0xed,
        0x29, 0xb7, 0x21, 0x76, 0x9c, 0xe6, 0x4e, 0x43, 0xd5, 0x71, 0x33, 0xb0, 0x74, 0xd8, 0x39, 0xd5,
        0x31, 0xed, 0x1f, 0x28, 0x51, 0x0a, 0xfb, 0x45, 0xac, 0xe1, 0x0a, 0x1f, 0x4b, 0x79, 0x4d, 0x6f,
    ]

    private func octets(_ random: inout RandomSource, _ count: Int) -> [UInt8] {
        (0..<count / 8).flatMap { _ in
            let value = random.next()
            return (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
    }

    @Test("The numbers are the key stream of ChaCha20, block after block, in its order of octets")
    func keyStream() {
        var random = RandomSource(key: (0, 0, 0, 0))
        #expect(octets(&random, 128) == Self.keyStream)
    }

    /// RFC 8439 appendix A.1, test vector 3: the last octet of the key is 1, block counter 1.
    @Test("The key's octets stand where the RFC has them")
    func keyLayout() {
        var random = RandomSource(key: (0, 0, 0, 1 << 56))
        _ = octets(&random, 64)
        #expect(
            octets(&random, 16) == [
                0x3a, 0xeb, 0x52, 0x24, 0xec, 0xf8, 0x49, 0x92, 0x9b, 0x9d, 0x82, 0x8d, 0xb1, 0xce, 0xd4, 0xdd,
            ])
    }

    @Test("A copy goes on with the same numbers; another seed or stream gives others")
    func copies() {
        var first = RandomSource(seed: 9)
        _ = first.next()
        var copy = first
        #expect((0..<20).map { _ in first.next() } == (0..<20).map { _ in copy.next() })
        var other = RandomSource(seed: 9, stream: 1)
        var third = RandomSource(seed: 10)
        var same = RandomSource(seed: 9)
        let begin = same.next()
        #expect(other.next() != begin)
        #expect(third.next() != begin)
    }

    @Test("Uniform numbers lie in 0 ..< 1 and have the mean and variance of their kind")
    func uniform() {
        var random = RandomSource(seed: 4)
        let values = (0..<20_000).map { _ in random.uniform() }
        #expect(values.allSatisfy { (0..<1).contains($0) })
        let mean = values.reduce(0, +) / 20_000
        let square = values.reduce(0) { $0 + $1 * $1 } / 20_000
        // Standard deviations: 0.002 and 0.0021.
        #expect((mean - 0.5).magnitude < 0.01)
        #expect((square - 1.0 / 3).magnitude < 0.01)
    }
}
