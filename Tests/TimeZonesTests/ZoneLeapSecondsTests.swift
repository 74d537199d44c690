import Foundation
import Testing
import TimeBase
import TimeZones

/// A zone file of UTC with leap seconds, in version 2: moments that count every second, and corrections.
private func rightZone(_ leaps: [(Int64, Int32)], version: UInt8 = UInt8(ascii: "2")) -> [UInt8] {
    func header(_ leapCount: UInt32) -> [UInt8] {
        let counts: [UInt32] = [0, 0, leapCount, 0, 1, 4]
        return Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15) + counts.flatMap(octets)
    }
    let body: [UInt8] = octets(UInt32(0)) + [0, 0] + Array("UTC\0".utf8)
    let records = leaps.flatMap { octets(UInt64(bitPattern: $0.0)) + octets(UInt32(bitPattern: $0.1)) }
    return header(0) + body + header(UInt32(leaps.count)) + body + records + Array("\nUTC0\n".utf8)
}

private func octets<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
}

@Suite("Leap seconds of right/ zones")
struct ZoneLeapSecondsTests {
    /// Midnight of 1 July 2027.
    private let midnight = 86400 * CivilDate.daysSince1970(year: 2027, month: 7, day: 1)

    @Test("An inserted second's moment is the second itself, a removed one's the second that takes its place")
    func bothKinds() throws {
        let next = midnight + 184 * 86400
        let leaps = try ZoneLeapSeconds(
            file: rightZone([
                (78_796_800, 1), (94_694_401, 2), (Int64(midnight) + 2, 3), (Int64(next) - 1 + 3, 2),
            ]))
        #expect(leaps.changes.map(\.posix) == [78_796_800, 94_694_400, midnight, next])
        #expect(leaps.changes.map(\.correction) == [1, 2, 3, 2])
        #expect(leaps.expires == nil)
    }

    @Test("An entry at the end that changes nothing is the day to which the file is good")
    func expiry() throws {
        let leaps = try ZoneLeapSeconds(
            file: rightZone([(78_796_800, 1), (Int64(midnight) + 1, 1)], version: UInt8(ascii: "4")))
        #expect(leaps.changes.count == 1)
        #expect(leaps.expires == midnight)
    }

    @Test("What cannot be is refused, with its place")
    func impossible() {
        let wrong: [([(Int64, Int32)], ZoneError)] = [
            ([], .countsNoLeapSeconds), ([(78_796_801, 1)], .badLeapSecond(0)), ([(78_796_800, 2)], .badLeapSecond(0)),
            ([(94_694_400, 1), (78_796_801, 2)], .badLeapSecond(1)), ([(-86400, 1)], .badLeapSecond(0)),
            ([(78_796_800, 1), (94_694_401, 1), (126_230_402, 2)], .badLeapSecond(1)),
            ([(1 << 50, 1)], .badLeapSecond(0)), ([(78_796_800, .min)], .badLeapSecond(0)),
        ]
        for (leaps, error) in wrong {
            #expect(throws: error) { _ = try ZoneLeapSeconds(file: rightZone(leaps)) }
        }
        let whole = rightZone([(78_796_800, 1)])
        for length in 0..<(whole.count - 6) {
            #expect(throws: ZoneError.self) { _ = try ZoneLeapSeconds(file: Array(whole.prefix(length))) }
        }
    }

    @Test("This machine's right/UTC has the 27 inserted seconds from 1972 to 2017")
    func machine() throws {
        guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/right/UTC") else {
            print("not tested: there is no /usr/share/zoneinfo/right/UTC (Debian's tzdata or tzdata-legacy)")
            return
        }
        let leaps = try ZoneLeapSeconds(file: Array(data))
        #expect(leaps.changes.count >= 27)
        #expect(leaps.changes[0].posix == 86400 * CivilDate.daysSince1970(year: 1972, month: 7, day: 1))
        #expect(leaps.changes[26].posix == 86400 * CivilDate.daysSince1970(year: 2017, month: 1, day: 1))
        #expect(leaps.changes[26].correction == 27)
    }
}
