import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct SocketSampleTests {
    /// As a program of this machine would lay it out.
    private static func octets<each Field: BitwiseCopyable>(_ fields: repeat each Field) -> [UInt8] {
        var octets: [UInt8] = []
        for field in repeat each fields { unsafe withUnsafeBytes(of: field) { unsafe octets.append(contentsOf: $0) } }
        return octets
    }

    @Test("A sample of a 64-bit sender is read field by field")
    func wide() throws {
        let octets = Self.octets(
            Int64(1_790_000_000),  // seconds
            Int64(250_000),  // microseconds
            -0.125,  // true time less wall clock
            Int32(0),  // no pulse
            Int32(1),  // a second will be inserted
            Int32(0), Int32(0x534f_434b))
        #expect(octets.count == 40)
        let sample = try #require(SocketSample(octets[...]))
        #expect(sample.stamp.sinceEpoch == .seconds(1_790_000_000) + .milliseconds(250))
        #expect(sample.offset == .milliseconds(-125))
        #expect(!sample.isPulse)
        #expect(sample.leap == .insertSecond)
        #expect(sample.reading(of: 3).content == .time(offset: .milliseconds(-125), leap: .insertSecond))
    }

    @Test("A sample of a 32-bit sender is read, too, and a pulse is one")
    func narrow() throws {
        let octets = Self.octets(
            Int32(1_790_000_000), Int32(999_999), 0.25, Int32(1), Int32(0), Int32(0), Int32(0x534f_434b))
        #expect(octets.count == 32)
        let sample = try #require(SocketSample(octets[...]))
        #expect(sample.stamp.sinceEpoch == .seconds(1_790_000_000) + .microseconds(999_999))
        #expect(sample.reading(of: 0).content == .pulse(offset: .milliseconds(250)))
    }

    @Test("What is no sample is refused: another length, another number at the end, times that are none")
    func refused() {
        func sample(_ micros: Int64 = 0, _ offset: Double = 0, _ magic: Int32 = 0x534f_434b) -> [UInt8] {
            Self.octets(Int64(1_790_000_000), micros, offset, Int32(0), Int32(0), Int32(0), magic)
        }
        #expect(SocketSample(sample()[...]) != nil)
        #expect(SocketSample(sample(1_000_000)[...]) == nil)
        #expect(SocketSample(sample(-1)[...]) == nil)
        #expect(SocketSample(sample(0, .nan)[...]) == nil)
        #expect(SocketSample(sample(0, .infinity)[...]) == nil)
        #expect(SocketSample(sample(0, 1e12)[...]) == nil)
        #expect(SocketSample(sample(0, 0, 0x4b43_4f53)[...]) == nil)
        for count in 0..<80 where count != 40 && count != 32 {
            #expect(SocketSample([UInt8](repeating: 0, count: count)[...]) == nil)
        }
    }

    @Test("Random octets do no harm, and a leap status that means nothing is none to trust")
    func random() {
        var random = RandomSource(seed: 11)
        for _ in 0..<20_000 {
            var octets = (0..<40).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            octets.replaceSubrange(36..<40, with: Self.octets(Int32(0x534f_434b)))
            guard let sample = SocketSample(octets[...]) else { continue }
            #expect(sample.offset.magnitude < .seconds(1 << 33))
        }
        let strange = Self.octets(Int64(0), Int64(0), 0.0, Int32(0), Int32(77), Int32(0), Int32(0x534f_434b))
        #expect(SocketSample(strange[...])?.leap == .unsynchronised)
    }
}
