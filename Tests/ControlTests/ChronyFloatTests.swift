import Testing
import TimeBase

@testable import Control

struct ChronyFloatTests {
    @Test(
        "A number has the octets that the protocol's definition gives it",
        arguments: [
            (0.0, 0x0000_0000),
            // exponent 2 (0000010), coefficient 2^23: 2^23 · 2^(2-25) = 1
            (1.0, 0x0480_0000),
            // exponent 1, coefficient -2^24, the one number that a negative coefficient reaches and a positive does not
            (-1.0, 0x0300_0000),
            // exponent 1, coefficient 2^23
            (0.5, 0x0280_0000),
            // exponent 5, coefficient 10 · 2^20: 10 · 2^20 · 2^(5-25) = 10
            (10.0, 0x0aa0_0000),
            // exponent 0, coefficient 2^23 + 2^22: 0.375 = 3/8 = c · 2^-25
            (0.375, 0x00c0_0000),
            // exponent -1 (1111111), coefficient 2^23: 1/8 = c · 2^-26
            (0.125, 0xfe80_0000),
            (1e200, 0x7eff_ffff),
            (-1e200, 0x7f00_0000),
            (.infinity, 0x7eff_ffff),
            (.nan, 0),
            (1e-120, 0),
            (-1e-120, 0),
        ] as [(Double, UInt32)])
    func octets(value: Double, bits: UInt32) {
        #expect(ChronyFloat.bits(value) == bits)
    }

    @Test("Every number comes back within 2^-24 of itself")
    func precision() {
        var random = RandomSource(seed: 1)
        for _ in 0..<10_000 {
            let exponent = Int(random.next() % 80) - 40
            let sign: FloatingPointSign = random.next() & 1 == 0 ? .plus : .minus
            let value = Double(sign: sign, exponent: exponent, significand: 1 + random.uniform())
            let back = ChronyFloat.value(ChronyFloat.bits(value))
            if (back - value).magnitude > value.magnitude * 0x1p-24 { Issue.record("\(value) became \(back)") }
        }
    }

    @Test("Numbers below the smallest exponent lose digits, then become zero")
    func underflow() {
        #expect(ChronyFloat.value(ChronyFloat.bits(0x1p-70)) == 0x1p-70)
        #expect(ChronyFloat.value(ChronyFloat.bits(0x1p-89)) == 0x1p-89)
        #expect(ChronyFloat.bits(0x1p-95) == 0)
    }

    @Test("Decoding takes coefficients that are not normalised, as old senders write them")
    func unnormalised() {
        // exponent 25 (0011001), coefficient 1 and -1
        #expect(ChronyFloat.value(0x3200_0001) == 1)
        #expect(ChronyFloat.value(0x33ff_ffff) == -1)
    }

    @Test("What was decoded once is encoded so that it is decoded alike, for any 32 bits")
    func stable() {
        var random = RandomSource(seed: 2)
        for _ in 0..<20_000 {
            let value = ChronyFloat.value(UInt32(truncatingIfNeeded: random.next()))
            let again = ChronyFloat.value(ChronyFloat.bits(value))
            if again != value { Issue.record("\(value) became \(again)") }
        }
    }
}
