import Testing

@testable internal import TimeBase

private func moment(_ year: Int, _ month: Int, _ day: Int, _ seconds: Int = 0) -> Instant<Realtime> {
    Instant(sinceEpoch: .seconds(86400 * CivilDate.daysSince1970(year: year, month: month, day: day) + seconds))
}

@Suite struct NTPTimeTests {
    /// RFC 5905 figure 4, "Interesting Historic NTP Dates": the seconds within the era.
    @Test(
        "Dates have the NTP seconds that RFC 5905 figure 4 gives them",
        arguments: [
            (1900, 1, 1, 0), (1970, 1, 1, 2_208_988_800), (1972, 1, 1, 2_272_060_800), (1999, 12, 31, 3_155_587_200),
            (2036, 2, 8, 63104), (1582, 10, 15, 2_874_597_888),
        ] as [(Int, Int, Int, UInt64)])
    func figure4(year: Int, month: Int, day: Int, seconds: UInt64) {
        #expect(NTPTimestamp(moment(year, month, day)).bits == seconds << 32)
    }

    @Test("Half a second has the highest bit of the fraction, before 1970 too")
    func fractions() {
        #expect(NTPTimestamp(Instant(sinceEpoch: .milliseconds(500))).bits == 0x83aa_7e80_8000_0000)
        #expect(NTPTimestamp(Instant(sinceEpoch: .milliseconds(-500))).bits == 0x83aa_7e7f_8000_0000)
        #expect(NTPTimestamp(Instant(sinceEpoch: Duration(attoseconds: -1))).bits == 0x83aa_7e7f_ffff_ffff)
    }

    @Test("The last second of era 0 is followed by the first of era 1, and both are told apart by what is near")
    func rollover() {
        let last = NTPTimestamp(bits: 0xffff_ffff_0000_0000)
        let first = NTPTimestamp(bits: 0)
        #expect(first.since(last) == .seconds(1))
        #expect(last.since(first) == .seconds(-1))
        let rollover = moment(2036, 2, 7, 6 * 3600 + 28 * 60 + 16)
        for pivot in [moment(2026, 11, 24), moment(2036, 2, 7), rollover, moment(2050, 1, 1)] {
            #expect(first.instant(near: pivot) == rollover)
            #expect(last.instant(near: pivot) == rollover - .seconds(1))
        }
        #expect(first.instant(near: moment(1901, 1, 1)) == moment(1900, 1, 1))
        #expect(NTPTimestamp(rollover) == first)
    }

    @Test("A timestamp that became a moment becomes the same timestamp again, whatever the bits and the pivot")
    func roundTrip() {
        var random = RandomSource(seed: 1)
        var differences = 0
        for _ in 0..<50_000 {
            let timestamp = NTPTimestamp(bits: random.next())
            let seconds = Int64(bitPattern: random.next()) >> 29
            let pivot = Instant<Realtime>(
                sinceEpoch: .seconds(seconds) + .nanoseconds(Int64(random.next() % 1_000_000_000)))
            let instant = timestamp.instant(near: pivot)
            if NTPTimestamp(instant) != timestamp { differences += 1 }
            if (instant - pivot).magnitude > .seconds(1 << 31) { differences += 1 }
        }
        #expect(differences == 0)
    }

    @Test("A moment that became a timestamp comes back less than 2^-32 s earlier")
    func lossIsSmall() {
        var random = RandomSource(seed: 2)
        for _ in 0..<20_000 {
            let instant = Instant<Realtime>(
                sinceEpoch: .seconds(Int64(bitPattern: random.next()) >> 30)
                    + Duration(attoseconds: Int128(random.next() % 1_000_000_000_000_000_000)))
            let loss = instant - NTPTimestamp(instant).instant(near: instant + .seconds(1000))
            guard loss >= Duration(attoseconds: -1), loss < Duration(attoseconds: 232_830_644) else {
                Issue.record("\(instant) lost \(loss)")
                return
            }
        }
    }

    @Test(
        "The difference of any two timestamps is a duration, never a trap, and odd under exchange",
        arguments: [0, 1, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0x8000_0000_0000_0001, .max] as [UInt64])
    func extremeBits(bits: UInt64) {
        for other in [0, 1, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, .max] as [UInt64] {
            let (left, right) = (NTPTimestamp(bits: bits), NTPTimestamp(bits: other))
            let forth = left.since(right)
            #expect(forth.magnitude <= .seconds(1 << 31))
            if bits &- other != 1 << 63 {
                #expect((forth + right.since(left)).magnitude <= Duration(attoseconds: 1))
            }
            let pivot = Instant<Realtime>(sinceEpoch: .seconds(1 << 40))
            #expect(NTPTimestamp(left.instant(near: pivot)) == left)
        }
    }
}

@Suite struct NTPShortTests {
    @Test(
        "A short duration is rounded up to the next 2^-16 s and clamped at both ends",
        arguments: [
            (.zero, 0), (.seconds(-1), 0), (Duration(attoseconds: 1), 1), (.seconds(1), 65536),
            (.milliseconds(500), 32768), (.nanoseconds(15258), 1), (.nanoseconds(15259), 2),
            (.seconds(65535), 0xffff_0000), (.seconds(65536), .max), (.seconds(1 << 50), .max),
        ] as [(Duration, UInt32)])
    func roundsUp(duration: Duration, bits: UInt32) {
        #expect(NTPShort(roundingUp: duration).bits == bits)
    }

    @Test("Every short duration says itself again, so a bound that is passed on does not grow by rounding")
    func roundTrip() {
        var wrong: [UInt32] = []
        for low in 0...UInt32(0xffff) where NTPShort(roundingUp: NTPShort(bits: low).duration).bits != low {
            wrong.append(low)
        }
        var random = RandomSource(seed: 3)
        for _ in 0..<20_000 {
            let bits = UInt32(truncatingIfNeeded: random.next())
            if NTPShort(roundingUp: NTPShort(bits: bits).duration).bits != bits { wrong.append(bits) }
        }
        #expect(wrong == [])
        #expect(NTPShort(bits: 0x0001_8000).duration == .milliseconds(1500))
        #expect(NTPShort(bits: .max).duration == .seconds(65536) - Duration(attoseconds: 15_258_789_062_500))
    }
}
