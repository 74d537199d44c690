import Testing
import TimeBase

struct NTPShortTests {
    @Test(
        "Any 32 bits are a duration: seconds in the upper half, 65536ths in the lower",
        arguments: [
            (0, 0), (0x0001_0000, 1_000_000_000_000_000_000), (0x0000_8000, 500_000_000_000_000_000),
            (0x0000_0001, 15_258_789_062_500), (0x0000_ffff, 999_984_741_210_937_500),
            (0xffff_ffff, 65_535_999_984_741_210_937_500),
        ] as [(UInt32, Int128)])
    func durations(bits: UInt32, attoseconds: Int128) {
        #expect(NTPShort(bits: bits).duration.attoseconds == attoseconds)
    }

    @Test("Every fraction comes back as it was")
    func roundTrip() {
        for bits in UInt32(0)...0xffff where NTPShort(roundingUp: NTPShort(bits: bits).duration).bits != bits {
            Issue.record("\(bits)")
        }
    }
}
