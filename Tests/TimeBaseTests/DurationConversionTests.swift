import Testing

@testable internal import TimeBase

@Suite struct DurationConversionTests {
    @Test(
        "Numbers that a duration cannot hold are nil, and clamped where the number is only shown",
        arguments: [
            (Double.nan, Duration.zero), (.infinity, .seconds(1_000_000_000_000_000)),
            (-.infinity, .seconds(-1_000_000_000_000_000)), (1.1e15, .seconds(1_000_000_000_000_000)),
            (-.greatestFiniteMagnitude, .seconds(-1_000_000_000_000_000)),
        ])
    func unrepresentable(seconds: Double, clamped: Duration) {
        #expect(Duration(checkedSeconds: seconds) == nil)
        #expect(Duration(clampingSeconds: seconds) == clamped)
    }

    @Test(
        "Seconds become exactly the duration that they say",
        arguments: [
            (0.5, .milliseconds(500)), (-0.25, .milliseconds(-250)), (1e15, .seconds(1_000_000_000_000_000)),
            (1e-18, Duration(attoseconds: 1)), (-3, .seconds(-3)), (0, .zero), (1e-300, .zero),
        ] as [(Double, Duration)])
    func exact(seconds: Double, duration: Duration) {
        #expect(Duration(checkedSeconds: seconds) == duration)
        #expect(Duration(clampingSeconds: seconds) == duration)
    }

    @Test("Random durations come back from seconds to within the digits of a Double")
    func roundTrips() {
        var random = RandomSource(seed: 5)
        for _ in 0..<20_000 {
            let nanoseconds = Int64(bitPattern: random.next()) >> Int64(random.next() % 60)
            let duration = Duration.nanoseconds(nanoseconds)
            let back = Duration(clampingSeconds: duration.inSeconds)
            guard (back - duration).magnitude.inSeconds <= duration.magnitude.inSeconds * 0x1p-52 + 1e-18 else {
                Issue.record("\(duration) became \(back)")
                return
            }
        }
    }

    @Test(
        "Nanoseconds are rounded down and clamped",
        arguments: [
            (Duration(attoseconds: 1_999_999_999), 1), (Duration(attoseconds: -1), -1),
            (Duration(attoseconds: -1_000_000_000), -1), (.seconds(1 << 40), .max), (.seconds(-(1 << 40)), .min),
        ] as [(Duration, Int64)])
    func nanoseconds(duration: Duration, expected: Int64) {
        #expect(duration.inNanoseconds == expected)
    }

    @Test("A frequency of 50 ppm gains 4.32 s in a day, and its sign is that of the gain")
    func frequencies() {
        #expect((Frequency(ppm: 50) * .seconds(86400) - .milliseconds(4320)).magnitude < .nanoseconds(1))
        #expect((Frequency(ppm: -50) * .seconds(86400) + .milliseconds(4320)).magnitude < .nanoseconds(1))
        #expect((-Frequency(ppm: 3)).magnitude.ppm == 3)
        #expect(Frequency(ppm: -1) < .zero)
    }

    @Test(
        "Letters of a reference identifier are read only where they are letters",
        arguments: [
            (0x4750_5300, "GPS"), (0x5241_5445, "RATE"), (0, nil), (0x4700_5300, nil), (0x7f7f_0101, nil),
            (0xc000_0201, nil), (0x4750_5307, nil),
        ] as [(UInt32, String?)])
    func letters(bits: UInt32, letters: String?) {
        #expect(ReferenceIdentifier(bits: bits).letters == letters)
    }
}
