import AtomicTime
import Testing
import TimeBase

@Suite("Labels")
struct LabelTests {
    @Test("A label of the documentation is the moment that it should be: TAI was 32 s ahead in 1999")
    func known() throws {
        let label = try TAILabel(text: "@4000000037c219bf2ef02e94")
        let moment = LeapHistory.builtIn.civil(label.instant)
        #expect(CivilDate(moment.posix).rfc3339 == "1999-08-24T04:03:43.787492500Z")
        #expect(moment.certainty == .known)
        #expect(label.text == "@4000000037c219bf2ef02e94")
        #expect(label.precision == .nanoseconds)
        // What tai64nlocal makes of it on a clock that shows UTC: 10 s are taken away and nothing else.
        let posix = LabelConvention.posixPlusTen.civil(label, .builtIn)
        #expect(CivilDate(posix.posix).rfc3339 == "1999-08-24T04:04:05.787492500Z")
    }

    @Test("Labels before 1970 and differences below zero count their fractions upwards")
    func negative() throws {
        let half = try #require(TAILabel(Instant(sinceEpoch: .milliseconds(-500)), .attoseconds))
        #expect(half.text == "@3fffffffffffffff1dcd650000000000")
        #expect(try TAILabel(octets: half.octets) == half)
        #expect(hex(TAIDifference.octets(.milliseconds(-1500))) == "fffffffffffffffe1dcd650000000000")
        #expect(TAIDifference.duration(TAIDifference.octets(.milliseconds(-1500))) == .milliseconds(-1500))
    }

    @Test("10,000 random moments are their labels' moments, to the attosecond, at each precision")
    func roundTrip() throws {
        var random = RandomSource(seed: 64)
        for _ in 0..<10_000 {
            let seconds = Int64.random(in: -(1 << 61)..<(1 << 61), using: &random)
            let attoseconds = Int64.random(in: 0..<1_000_000_000_000_000_000, using: &random)
            let moment = Duration(secondsComponent: seconds, attosecondsComponent: attoseconds)
            for precision in TAILabel.Precision.allCases {
                let label = try #require(TAILabel(Instant(sinceEpoch: moment), precision))
                #expect(try TAILabel(octets: label.octets) == label)
                #expect(try TAILabel(text: label.text) == label)
                let cut = moment - label.instant.sinceEpoch
                let unit: Duration =
                    switch precision {
                    case .seconds: .seconds(1)
                    case .nanoseconds: .nanoseconds(1)
                    case .attoseconds: Duration(attoseconds: 1)
                    }
                #expect(cut >= .zero && cut < unit)
            }
        }
    }

    @Test("Digits are read in either case")
    func digits() throws {
        let small = try TAILabel(text: "@40000000abcdef012ef02e94")
        #expect(try TAILabel(text: "@40000000ABCDEF012EF02E94") == small)
        #expect(try TAILabel(text: "40000000aBcDeF012eF02e94") == small)
        #expect(small.instant.sinceEpoch.components.seconds == 0xabcd_ef01)
    }

    @Test("The first and the last moment that a label and a difference can tell, and those beside them")
    func ends() throws {
        let second = Duration.seconds(1)
        let (first, end) = (Duration.seconds(-(1 << 62)), Duration.seconds(1 << 62))
        let lowest = try #require(TAILabel(Instant(sinceEpoch: first), .seconds))
        #expect(lowest.text == "@0000000000000000")
        #expect(TAILabel(Instant(sinceEpoch: first - second), .seconds) == nil)
        let highest = try #require(TAILabel(Instant(sinceEpoch: end - second), .seconds))
        #expect(highest.text == "@7fffffffffffffff")
        #expect(TAILabel(Instant(sinceEpoch: end), .seconds) == nil)
        #expect(throws: TAILabelError.reserved) { _ = try TAILabel(text: "@8000000000000000") }

        let most = Duration.seconds(1 << 31)
        #expect(TAIDifference.duration(TAIDifference.octets(most - second)) == most - second)
        #expect(TAIDifference.duration(TAIDifference.octets(most)) == nil)
        #expect(TAIDifference.duration(TAIDifference.octets(.zero - most)) == .zero - most)
        #expect(TAIDifference.duration(TAIDifference.octets(.zero - most - second)) == nil)
    }

    @Test(
        "What is no label says why",
        arguments: [
            ("@4000000037c219bf2ef02e9", TAILabelError.badLength(12)), ("@", .badLength(0)), ("", .badLength(0)),
            ("@40000000", .badLength(4)), ("@4000000037c219bf2ef02e9g", .badDigit(24)),
            ("400000003 c219bf2ef02e94", .badDigit(9)), ("@8000000037c219bf2ef02e94", .reserved),
            ("@4000000037c219bf3b9aca00", .badFraction), ("@4000000037c219bf000000003b9aca00", .badFraction),
        ])
    func nonsense(text: String, error: TAILabelError) {
        #expect(throws: error) { _ = try TAILabel(text: text) }
    }

    @Test("Random octets of any length are a label or a named error, and a difference or none")
    func hostile() {
        var random = RandomSource(seed: 4014)
        var labels = 0
        var differences = 0
        for _ in 0..<100_000 {
            var octets = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Small numbers, too, so that some are good.
            if octets.count >= 12 { octets.replaceSubrange(8..<9, with: [octets[8] % 64]) }
            if octets.count >= 13 { octets[12] %= 64 }
            if octets.count >= 5 {
                octets.replaceSubrange(0..<4, with: octets[4] % 2 == 0 ? [0, 0, 0, 0] : [255, 255, 255, 255])
            }
            if (try? TAILabel(octets: octets)) != nil { labels += 1 }
            if let difference = TAIDifference.duration(octets) {
                differences += 1
                #expect(TAIDifference.octets(difference) == Array(octets.prefix(16)))
            }
        }
        #expect(labels > 100)
        #expect(differences > 1000)
    }
}

func hex(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
