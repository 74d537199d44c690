import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct ReadingGroupTests {
    /// Normal errors from uniform ones, by the sum of twelve.
    private static func error(_ random: inout RandomSource) -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + random.uniform() }
    }

    @Test("The standard deviation that a group claims is what its means really scatter by")
    func deviation() throws {
        var random = RandomSource(seed: 7)
        var group = ReadingGroup(limit: 64)
        var squares = 0.0
        var claimed = 0.0
        for turn in 0..<2000 {
            for second in 0..<16 {
                group.add(
                    .init(time: Double(16 * turn + second), offset: 1e-6 * Self.error(&random), dispersion: 1e-8))
            }
            let made = group.combine(frequency: 0, isSure: true)
            let combined = try #require(made)
            squares += combined.offset * combined.offset
            claimed += combined.deviation * combined.deviation
            #expect(combined.offset.magnitude < combined.dispersion)
        }
        #expect((0.85...1.25).contains(claimed / squares))
        #expect(((squares / 2000).squareRoot() - 0.27e-6).magnitude < 0.02e-6)
    }

    @Test("A fifth of the readings may be wild to either side without moving the rest")
    func outliers() throws {
        var group = ReadingGroup(limit: 64)
        for second in 0..<16 {
            let wild = second % 6 == 0 ? 0.2 : 0
            group.add(.init(time: Double(second), offset: Double(second % 3) * 1e-6 + wild, dispersion: 1e-8))
        }
        let made = group.combine(frequency: 0, isSure: true)
        let combined = try #require(made)
        #expect((combined.offset - 1e-6).magnitude < 1e-6)
        #expect(combined.scatter < 5e-6)
    }

    @Test(
        "A slope that nobody knows yet is found in the readings, one that is known is taken out",
        arguments: [true, false])
    func slope(isKnown: Bool) throws {
        var group = ReadingGroup(limit: 64)
        // An oscillator that gains 80 ppm: its offset falls.
        for second in 0..<16 {
            group.add(.init(time: Double(second), offset: 0.5 - 80e-6 * Double(second), dispersion: 1e-8))
        }
        let made = group.combine(frequency: isKnown ? 80e-6 : 0, isSure: isKnown)
        let combined = try #require(made)
        #expect(combined.time == 7.5)
        #expect((combined.offset - (0.5 - 80e-6 * 7.5)).magnitude < 1e-12)
        #expect(combined.scatter < 1e-9)
    }

    @Test("Readings that took much longer than others do not count while enough others are left")
    func slowReadings() throws {
        var group = ReadingGroup(limit: 64)
        for second in 0..<8 {
            let isSlow = second >= 5
            group.add(.init(time: Double(second), offset: isSlow ? 1e-3 : 0, dispersion: isSlow ? 2e-3 : 1e-6))
        }
        let made = group.combine(frequency: 0, isSure: true)
        #expect(try #require(made).offset == 0)
    }

    @Test("One reading alone is as good as readings have been so far")
    func single() throws {
        var group = ReadingGroup(limit: 1)
        #expect(!group.isNoiseKnown)
        for second in 0..<4 {
            group.add(.init(time: Double(second), offset: second % 2 == 0 ? 1e-6 : -1e-6, dispersion: 0))
        }
        #expect(group.count == 4)
        _ = group.combine(frequency: 0, isSure: true)
        #expect(group.isNoiseKnown)
        group.add(.init(time: 20, offset: 0, dispersion: 0))
        let made = group.combine(frequency: 0, isSure: true)
        let combined = try #require(made)
        #expect((0.8e-6...1.6e-6).contains(combined.deviation))
        let nothing = group.combine(frequency: 0, isSure: true)
        #expect(nothing == nil)
    }
}
