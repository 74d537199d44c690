import Testing
internal import TimeBase

@Suite struct DurationInSecondsTests {
    @Test(
        "A duration in seconds is the nearest Double, for whole seconds and for short times",
        arguments: [
            (Duration.seconds(501), 501.0), (.seconds(-501), -501), (.microseconds(1), 1e-6), (.nanoseconds(-7), -7e-9),
            (.seconds(1_800_000_000), 1.8e9), (.milliseconds(-2250), -2.25), (.zero, 0),
        ])
    func inSeconds(duration: Duration, seconds: Double) {
        #expect(duration.inSeconds == seconds)
    }

    @Test("The longest durations in seconds neither trap nor change sign")
    func extremes() {
        #expect(Duration(attoseconds: .max).inSeconds >= 9.2e18)
        #expect(Duration(attoseconds: .min).inSeconds <= -9.2e18)
    }
}
