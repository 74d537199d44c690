import Testing
import TimeBase

@testable import BoundPage

/// A report each of whose fields has a number of its own.
private let report = BoundReport(
    isKept: true, verdict: .holding, leap: .insertSecond, taiOffset: 37,
    reference: Instant(sinceEpoch: .nanoseconds(5_000_000_011)), validUntil: Instant(sinceEpoch: .seconds(6000)),
    suspended: .nanoseconds(77), wallOffset: .seconds(1_790_000_000) + .nanoseconds(99), tick: 9998,
    scaledFrequency: -4321,
    knowledge: .init(
        estimate: Instant(sinceEpoch: .seconds(1_790_000_005) + .nanoseconds(123_456_789)), rate: -1.5e-5,
        below: .nanoseconds(2_000_000), above: .nanoseconds(3_000_000), growth: 3e-6, deviation: .nanoseconds(555)))

private let page = BoundPage(
    boot: BootIdentifier(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff), session: 424_242, report: report)

@Suite struct LayoutTests {
    @Test("Each field lies where the documentation has it, in the machine's own order of octets")
    func positions() {
        let octets = page.octets
        #expect(octets.count == 256)
        #expect(Array(octets[0..<8]) == Array("TIMEBALL".utf8))
        #expect(octets.number(at: 8, as: UInt32.self) == 1)
        #expect(octets.number(at: 12, as: UInt32.self) == 256)
        #expect(octets.number(at: 16, as: UInt32.self) == 0x0102_0304)
        #expect(octets.number(at: 24, as: UInt64.self) == 0)
        #expect(Array(octets[32..<36]) == [0x00, 0x11, 0x22, 0x33] && octets[47] == 0xff)
        #expect(octets.number(at: 48, as: Int64.self) == 424_242)
        #expect(octets.number(at: 64, as: UInt32.self) == 1)
        #expect(octets.number(at: 68, as: UInt32.self) == 3)
        #expect(octets.number(at: 72, as: UInt32.self) == 1)
        #expect(octets.number(at: 76, as: UInt32.self) == 3)
        #expect(octets.number(at: 80, as: Int64.self) == 5_000_000_011)
        #expect(octets.number(at: 88, as: Int64.self) == 6_000_000_000_000)
        #expect(octets.number(at: 96, as: Int64.self) == 77)
        #expect(octets.number(at: 104, as: Int64.self) == 1_790_000_005)
        #expect(octets.number(at: 112, as: UInt32.self) == 123_456_789)
        #expect(octets.number(at: 116, as: Int32.self) == 37)
        #expect(Double(bitPattern: octets.number(at: 120)) == -1.5e-5)
        #expect(octets.number(at: 128, as: Int64.self) == 2_000_001)
        #expect(octets.number(at: 136, as: Int64.self) == 3_000_002)
        #expect(Double(bitPattern: octets.number(at: 144)) == 3e-6)
        #expect(octets.number(at: 152, as: Int64.self) == 555)
        #expect(octets.number(at: 160, as: Int64.self) == 1_790_035_200)
        #expect(octets.number(at: 168, as: Int64.self) == -1)
        #expect(octets.number(at: 176, as: Int64.self) == 1_790_000_000)
        #expect(octets.number(at: 184, as: Int64.self) == 99)
        #expect(octets.number(at: 192, as: Int64.self) == 9998)
        #expect(octets.number(at: 200, as: Int64.self) == -4321)
        #expect(octets[208...].allSatisfy { $0 == 0 })
    }

    @Test("What is read is what was written, but for a nanosecond or two that the interval is wider")
    func roundTrip() throws {
        let read = try BoundPage(parsing: page.octets, boot: page.boot)
        var expected = page
        expected.report.knowledge?.below += .nanoseconds(1)
        expected.report.knowledge?.above += .nanoseconds(2)
        #expect(read == expected)
        var nothing = page
        nothing.report.knowledge = nil
        nothing.report.taiOffset = nil
        nothing.report.isKept = false
        #expect(try BoundPage(parsing: nothing.octets, boot: nil) == nothing)
    }

    @Test("A fraction of a nanosecond makes the interval wider, never narrower")
    func rounding() throws {
        var exact = report
        exact.leap = .none
        for step in 0..<40 {
            let part = Duration(attoseconds: Int128(step) * 25_000_000)
            exact.knowledge?.estimate = Instant(sinceEpoch: .seconds(-3) + part)
            exact.knowledge?.below = .microseconds(2) + part
            exact.knowledge?.above = .microseconds(3) + part
            let read = try BoundPage(parsing: BoundPage(boot: page.boot, session: 0, report: exact).octets, boot: nil)
            let wide = try read.report.trueTime(at: exact.reference, suspended: exact.suspended)
            let narrow = try exact.trueTime(at: exact.reference, suspended: exact.suspended)
            #expect(wide.earliest <= narrow.earliest && wide.latest >= narrow.latest)
            #expect(narrow.earliest - wide.earliest < .nanoseconds(3) && wide.latest - narrow.latest < .nanoseconds(3))
        }
    }

    @Test("What is no page, or not of this boot, or makes no sense, is refused by name")
    func refusals() {
        func error(_ change: (inout [UInt8]) -> Void) -> BoundPageError? {
            var octets = page.octets
            change(&octets)
            do throws(BoundPageError) {
                _ = try BoundPage(parsing: octets, boot: page.boot)
                return nil
            } catch {
                return error
            }
        }
        #expect(error { _ in } == nil)
        #expect(error { $0[3] ^= 1 } == .foreign)
        #expect(error { $0 = [] } == .short(0))
        #expect(error { $0.removeLast() } == .short(255))
        #expect(error { $0[8] = 2 } == .otherVersion(2))
        #expect(error { $0[16..<20].reverse() } == .otherByteOrder)
        #expect(error { $0[17] = 9 } == .malformed)
        #expect(error { $0[13] = 2 } == .malformed)
        #expect(error { $0[40] ^= 1 } == .otherBoot)
        #expect(error { $0[64] = 3 } == .replaced)
        #expect(error { $0.replaceSubrange(64..., with: BoundPage.replacedBody) } == .replaced)
        #expect(error { $0[64] = 4 } == .malformed)
        #expect(error { $0[68] = 0 } == .malformed)
        #expect(error { $0[72] = 4 } == .malformed)
        // A rate that is not a number, and a bound that is negative.
        #expect(error { $0.replaceSubrange(120..<128, with: repeatElement(0xff, count: 8)) } == .malformed)
        #expect(error { $0[135] = 0xff } == .malformed)
        #expect(error { $0.replaceSubrange(144..<152, with: repeatElement(0xff, count: 8)) } == .malformed)
    }

    @Test("Random octets behind a right beginning are read or refused, and never do harm")
    func hostile() {
        var random = RandomSource(seed: 11)
        for _ in 0..<5000 {
            var octets = page.octets
            for _ in 0..<8 {
                octets[64 + Int(random.next() % 192)] = UInt8(truncatingIfNeeded: random.next())
            }
            guard let read = try? BoundPage(parsing: octets, boot: page.boot) else { continue }
            let moment = Instant<Monotonic>(sinceEpoch: .nanoseconds(Int64(truncatingIfNeeded: random.next())))
            if let time = try? read.report.trueTime(at: moment, suspended: read.report.suspended) {
                #expect(time.earliest <= time.estimate && time.estimate <= time.latest)
            }
        }
    }

    @Test("A boot identifier is 32 digits and nothing else")
    func bootIdentifiers() {
        let text = "00112233-4455-6677-8899-aabbccddeeff\n"
        #expect(BootIdentifier(text) == page.boot)
        #expect(BootIdentifier("00112233") == nil)
        #expect(BootIdentifier(text + "0") == nil)
        #expect(BootIdentifier("zz112233-4455-6677-8899-aabbccddeeff") == nil)
    }
}
