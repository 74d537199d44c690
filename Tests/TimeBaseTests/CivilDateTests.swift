import Testing

@testable internal import TimeBase

@Suite struct CivilDateTests {
    @Test(
        "Known moments have the dates that everybody gives them",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"), (-2_208_988_800, "1900-01-01T00:00:00Z"),
            (-2_203_891_200, "1900-03-01T00:00:00Z"), (1_709_164_800, "2024-02-29T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (1_483_228_799, "2016-12-31T23:59:59Z"), (2_085_978_496, "2036-02-07T06:28:16Z"),
            (-6_857_222_400, "1752-09-14T00:00:00Z"), (1_000_000_000, "2001-09-09T01:46:40Z"),
        ] as [(Int64, String)])
    func known(seconds: Int64, text: String) {
        #expect(CivilDate(Instant(sinceEpoch: .seconds(seconds))).rfc3339Seconds == text)
    }

    @Test("A fraction before 1970 counts upwards from the second before")
    func negativeFraction() {
        let date = CivilDate(Instant(sinceEpoch: .nanoseconds(-1)))
        #expect(date.rfc3339 == "1969-12-31T23:59:59.999999999Z")
        #expect(CivilDate(Instant(sinceEpoch: .nanoseconds(1_500_000_007))).rfc3339 == "1970-01-01T00:00:01.500000007Z")
    }

    @Test("From 1677 to 2262 each day follows the day before as the calendar has it")
    func everyDay() {
        func length(_ month: Int, _ year: Int) -> Int {
            if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
            return [4, 6, 9, 11].contains(month) ? 30 : 31
        }
        var (year, month, day) = (1678, 1, 1)
        var number = CivilDate.daysSince1970(year: year, month: month, day: day)
        #expect(number == -106_650)
        while year < 2262 {
            let date = CivilDate(Instant(sinceEpoch: .seconds(86400 * number)))
            guard (date.year, date.month, date.day) == (year, month, day),
                CivilDate.daysSince1970(year: year, month: month, day: day) == number
            else {
                Issue.record("day \(number) is \(date.dateText), not \(year)-\(month)-\(day)")
                return
            }
            number += 1
            day += 1
            if day > length(month, year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test("Moments beyond what 64 bits of nanoseconds hold neither trap nor leave the range")
    func extremes() {
        #expect(CivilDate(Instant(sinceEpoch: .seconds(1 << 50))).year == 2262)
        #expect(CivilDate(Instant(sinceEpoch: .seconds(-(1 << 50)))).year == 1677)
    }
}
