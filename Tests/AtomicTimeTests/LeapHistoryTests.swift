import AtomicTime
import Foundation
import Testing
import TimeBase

@Suite("Leap seconds")
struct LeapHistoryTests {
    private static let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "ClockspeedTests/Vectors")
    private static let history = LeapHistory.builtIn

    /// 2017-01-01 00:00:00 UTC.
    private static let newYear = 1_483_228_800

    @Test("The last leap second is 23:59:60, and neither the second before it nor the one after")
    func leapSecond() {
        let inserted = Self.newYear + 36
        func text(_ seconds: Int) -> (String, Bool) {
            let moment = Self.history.civil(Instant(sinceEpoch: .seconds(seconds) + .milliseconds(500)))
            return (CivilDate(moment.posix).rfc3339, moment.isLeapSecond)
        }
        #expect(text(inserted - 1) == ("2016-12-31T23:59:59.500000000Z", false))
        #expect(text(inserted) == ("2016-12-31T23:59:59.500000000Z", true))
        #expect(text(inserted + 1) == ("2017-01-01T00:00:00.500000000Z", false))
    }

    @Test("Every second around every leap second is what the C library's right/UTC says")
    func likeTheLibrary() throws {
        guard FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/right/UTC") else {
            print("not compared: this machine has no right/UTC (package tzdata or tzdata-legacy)")
            return
        }
        var moments: [Int] = []
        for change in Self.history.changes {
            for offset in -3...3 { moments.append(change.posix + change.difference - 10 + offset) }
        }
        moments += stride(from: 63_072_000, to: 1_800_000_000, by: 7_777_777)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/date")
        process.arguments = ["-f", "-", "+%Y-%m-%d %H:%M:%S"]
        process.environment = ["TZ": "right/UTC"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        input.fileHandleForWriting.write(Data(moments.map { "@\($0)\n" }.joined().utf8))
        try input.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        try #require(lines.count == moments.count)
        for (second, line) in zip(moments, lines) {
            let moment = Self.history.civil(Instant(sinceEpoch: .seconds(second + 10)))
            let date = CivilDate(moment.posix)
            let ours = "\(date.dateText) \(moment.isLeapSecond ? date.timeText.dropLast(2) + "60" : date.timeText)"
            #expect(ours == line, "@\(second)")
        }
    }

    @Test("A moment of a POSIX clock comes back from the atomic scale")
    func roundTrip() {
        var random = RandomSource(seed: 37)
        for _ in 0..<10_000 {
            let posix = Duration.nanoseconds(Int64.random(in: 0..<1_900_000_000_000_000_000, using: &random))
            let (atomic, _) = Self.history.atomic(Instant(sinceEpoch: posix))
            let moment = Self.history.civil(atomic)
            #expect(moment.posix.sinceEpoch == posix && !moment.isLeapSecond)
        }
    }

    @Test(
        "The new difference holds from the first moment of the new day on, and not a moment before, at every leap second"
    )
    func instants() {
        for (before, after) in zip(Self.history.changes, Self.history.changes.dropFirst()) {
            let midnight = Duration.seconds(after.posix)
            let moment = Duration(attoseconds: 1)
            #expect(Self.history.difference(at: after.posix) == (after.difference, .known))
            #expect(Self.history.difference(at: after.posix - 1) == (before.difference, .known))
            let first = Self.history.atomic(Instant(sinceEpoch: midnight)).instant
            #expect(first.sinceEpoch == midnight + .seconds(after.difference))
            let last = Self.history.atomic(Instant(sinceEpoch: midnight - moment)).instant
            #expect(last.sinceEpoch == midnight - moment + .seconds(before.difference))
            // Between them lies the second that no POSIX clock counts.
            #expect(first.sinceEpoch - last.sinceEpoch == .seconds(1) + moment)
            let begun = Self.history.civil(first)
            #expect(begun.posix.sinceEpoch == midnight && !begun.isLeapSecond)
            let inserted = Self.history.civil(Instant(sinceEpoch: first.sinceEpoch - moment))
            #expect(inserted.posix.sinceEpoch == midnight - moment && inserted.isLeapSecond)
        }
    }

    @Test("1972 began with 10 s, and nothing is known of a moment before")
    func begin() {
        #expect(Self.history.difference(at: 63_072_000) == (10, .known))
        #expect(Self.history.difference(at: 63_071_999) == (10, .beforeLeapSeconds))
        #expect(Self.history.civil(Instant(sinceEpoch: .seconds(63_072_010))).certainty == .known)
        #expect(Self.history.civil(Instant(sinceEpoch: .seconds(63_072_009))).certainty == .beforeLeapSeconds)
    }

    @Test("A clock that counts every second stands 10 s behind TAI, and in a leap second one behind what an entry says")
    func everySecond() {
        let clock = LabelClock(.atomicLessTen, Self.history)
        let reading = Instant<Realtime>(sinceEpoch: .seconds(Self.newYear))
        #expect(clock.atomic(reading).instant.sinceEpoch == .seconds(Self.newYear + 10))
        #expect(LabelClock(.posix, Self.history).atomic(reading).instant.sinceEpoch == .seconds(Self.newYear + 37))
        // What it should show: TAI less 10.
        #expect(clock.reading(utc: reading, isInserted: false).0 == reading + .seconds(27))
        #expect(clock.reading(utc: reading, isInserted: true).0 == reading + .seconds(26))
        #expect(clock.reading(utc: reading - .seconds(1), isInserted: true).0 == reading + .seconds(25))
        #expect(clock.reading(utc: reading + .seconds(1), isInserted: true).0 == reading + .seconds(28))
        #expect(LabelClock(.posix, Self.history).reading(utc: reading, isInserted: true).0 == reading)
    }

    @Test("A removed second is passed over, and is no leap second")
    func removed() throws {
        let midnight = CivilDate.daysSince1970(year: 2029, month: 1, day: 1) * 86400
        let history = try #require(
            LeapHistory(
                changes: Self.history.changes + [.init(posix: midnight, difference: 36)], expires: nil, origin: "test"))
        let before = history.atomic(Instant(sinceEpoch: .seconds(midnight - 2))).instant
        let moment = history.civil(Instant(sinceEpoch: before.sinceEpoch + .seconds(1)))
        #expect(CivilDate(moment.posix).rfc3339Seconds == "2029-01-01T00:00:00Z")
        #expect(!moment.isLeapSecond)
        #expect(LeapSecondsData.octets(history) == nil)
    }

    @Test("Behind its end a table gives its last value and says so; before 1972, too")
    func certainty() throws {
        let end = try #require(Self.history.expires)
        #expect(CivilDate(Instant(sinceEpoch: .seconds(end))).dateText == "2027-06-28")
        #expect(Self.history.difference(at: end - 1) == (37, .known))
        #expect(Self.history.difference(at: end) == (37, .expired))
        #expect(Self.history.civil(Instant(sinceEpoch: .seconds(end + 37))).certainty == .expired)
        #expect(Self.history.civil(Instant(sinceEpoch: .seconds(end + 36))).certainty == .known)
        #expect(Self.history.difference(at: 0) == (10, .beforeLeapSeconds))
        #expect(Self.history.civil(Instant(sinceEpoch: .seconds(5))).certainty == .beforeLeapSeconds)
    }

    @Test("leapsecs.dat comes out octet for octet, is read back, and a file of 1998 is its beginning")
    func data() throws {
        let recorded = [UInt8](try Data(contentsOf: Self.vectors.appending(path: "leapsecs.dat")))
        #expect(LeapSecondsData.octets(Self.history) == recorded)
        let read = try #require(try LeapSecondsData.history(recorded, origin: "vector"))
        #expect(read.changes == Self.history.changes)
        #expect(read.expires == nil)
        let old = try #require(try LeapSecondsData.history(Array(recorded.prefix(8 * 22)), origin: "1998"))
        #expect(old.difference(at: 1_800_000_000).seconds == 32)
        #expect(try LeapSecondsData.history([], origin: "empty") == nil)
        #expect(throws: LeapTableError.badLength(9)) {
            _ = try LeapSecondsData.history(Array(recorded.prefix(9)), origin: "")
        }
        var wrong = recorded
        wrong[15] ^= 1
        #expect(throws: LeapTableError.badEntry(2)) { _ = try LeapSecondsData.history(wrong, origin: "") }
    }

    /// A list with two entries, whose sum was made with sha1sum.
    private static let list = """
        # a comment
        #$	3676924800
        #@	4023043200
        2272060800	10	# 1 Jan 1972
        2287785600	11	# 1 Jul 1972
        #h	SUM
        """

    @Test("leap-seconds.list is read; one changed digit, a missing end, a wrong word are told with their place")
    func list() throws {
        let sum = "bc27b97 5dd06b3c 304a5ff4 2ed6064f 9f37853b"
        let text = Self.list.replacing("SUM", with: sum)
        let history = try LeapSecondsList.history(text, origin: "test")
        #expect(history.changes.map(\.difference) == [10, 11])
        #expect(history.expires == 4_023_043_200 - 2_208_988_800)
        #expect(throws: LeapTableError.badSum) {
            _ = try LeapSecondsList.history(text.replacing("2287785600", with: "2303683200"), origin: "")
        }
        #expect(throws: LeapTableError.noExpiry) {
            _ = try LeapSecondsList.history(text.replacing("#@", with: "# "), origin: "")
        }
        let place = LeapTableError.badLine(5, column: 12, word: "1x", expected: "TAI - UTC in seconds")
        #expect(throws: place) {
            _ = try LeapSecondsList.history(text.replacing("\t11", with: "\t1x"), origin: "")
        }
    }

    @Test("The machine's own list has a good sum and the same leap seconds")
    func machine() throws {
        let path = "/usr/share/zoneinfo/leap-seconds.list"
        guard let data = FileManager.default.contents(atPath: path) else {
            print("not compared: this machine has no \(path)")
            return
        }
        let history = try LeapSecondsList.history(String(decoding: data, as: UTF8.self), origin: path)
        #expect(
            history.changes.starts(with: Self.history.changes) || Self.history.changes.starts(with: history.changes))
        #expect(history.expires != nil)
    }
}
