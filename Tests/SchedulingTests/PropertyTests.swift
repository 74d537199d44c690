import Scheduling
import Testing
import TimeBase
import TimeZones

@Suite("Schedules")
struct PropertyTests {
    private static func vienna() throws -> Zone { try Zone(rule: "CET-1CEST,M3.5.0,M10.5.0/3") }

    @Test("A fixed time is started once for each local minute, whatever the clocks do in the year")
    func onceEach() throws {
        let zone = try Self.vienna()
        let start = 1_767_225_600 - 3600  // 2026-01-01 in Vienna
        for expression in ["30 2 * * *", "0 3 * * *", "15 1,2,3 * * *", "59 1 * * *"] {
            let starts = try CronExpression(expression).next(3000, after: start, in: zone)
            let inYear = starts.filter { $0 < start + 365 * 86400 }
            let perDay = expression.contains(",") ? 3 : 1
            #expect(inYear.count == 365 * perDay, "\(expression)")
        }
    }

    @Test("A job for each minute is started in each minute of the year, once")
    func everyMinute() throws {
        var rehearsal = Rehearsal(try CronExpression("* * * * *"), zone: try Self.vienna(), start: 1_774_656_000)
        for minute in 1...2880 { #expect(rehearsal.next(before: .max) == 1_774_656_000 + minute * 60) }
    }

    @Test("What is next is after, and asking again from there goes on in the same row")
    func ascending() throws {
        let zone = try Self.vienna()
        for text in ["*/7 */5 * * *", "30 2 * * sun", "0 0 29 2 *", "5,10 1-4 * 3,10 0"] {
            let expression = try CronExpression(text)
            let row = expression.next(40, after: 1_774_600_000, in: zone)
            #expect(row.count == 40)
            var at = 1_774_600_000
            for start in row {
                #expect(start > at)
                #expect(expression.next(1, after: at, in: zone) == [start], "\(text) after \(at)")
                at = start
            }
        }
    }

    @Test("cronie's ~ draws within its range, the same for a table, and not always the same")
    func randomRange() throws {
        var drawn: Set<UInt64> = []
        for key in 0..<64 {
            let expression = try CronExpression("10~19 * * * *", dialect: .cronie, key: UInt64(key))
            #expect(expression == (try CronExpression("10~19 * * * *", dialect: .cronie, key: UInt64(key))))
            #expect(expression.minutes.nonzeroBitCount == 1)
            #expect((10...19).contains(expression.minutes.trailingZeroBitCount))
            drawn.insert(expression.minutes)
        }
        #expect(drawn.count >= 8)
    }

    @Test("A step beyond three hours makes up for nothing; one of two hours does so for fixed times only")
    func jumpKinds() throws {
        func starts(_ text: String, by: Int) throws -> Int {
            var rehearsal = Rehearsal(
                try CronExpression(text), zone: .utc, start: 1_777_888_800,
                jumps: [ClockJump(at: 1_777_894_220, by: by)])
            var count = 0
            while rehearsal.next(before: 1_777_894_220 + by + 120) != nil { count += 1 }
            return count
        }
        // From 11:30 on; 12:15 lies in between.
        #expect(try starts("15 12 * * *", by: 2 * 3600) == 1)
        #expect(try starts("15 12 * * *", by: 4 * 3600) == 0)
        #expect(try starts("*/15 12 * * *", by: 2 * 3600) == 0)
    }

    @Test("Up to five minutes are made up for by all jobs, six and more by fixed times only")
    func smallSteps() throws {
        // The clock shows 11:30:20 and is put forward; the next minute to begin is 5, then 6 after the last that was served.
        for (by, starts) in [(240, 5), (300, 1)] {
            var rehearsal = Rehearsal(
                try CronExpression("* * * * *"), zone: .utc, start: 1_777_894_200,
                jumps: [ClockJump(at: 1_777_894_220, by: by)])
            let boundary = 1_777_894_260 + by
            for _ in 0..<starts { #expect(rehearsal.next(before: .max) == boundary) }
            #expect(rehearsal.next(before: .max) == boundary + 60)
        }
    }

    @Test(
        "An expression is told in a sentence",
        arguments: [
            ("30 2 * * mon-fri", "At 02:30 on Monday to Friday."),
            ("0 0 13 * 5", "At 00:00 on day 13 of the month and also on Friday."),
            ("@hourly", "At minute 0 of every hour."), ("* * * * *", "At every minute."),
            ("0 12 1 1,6 *", "At 12:00 on day 1 of the month in January and June."),
        ])
    func explanation(text: String, sentence: String) throws {
        #expect(try CronExpression(text).explanation == sentence)
    }

    @Test(
        "A trap in a crontab is named, at its place",
        arguments: [
            ("0 5 * * * date +%F", true, 17, "% ends the command"), ("0 5 * * * a \\%b %c", true, 17, "% ends"),
            ("PATH=~/bin:/bin", true, 6, "expands no ~"), ("* 5 * * * x", true, 1, "every minute"),
            ("0 0 1 * 1 x", true, 1, "whichever matches"), ("0 0 30 2 * x", true, 1, "never runs"),
            ("*/7 * * * * x", true, 1, "do not divide"), ("0 22-2 * * * x", false, 3, "backwards"),
            ("0 61 * * * x", false, 3, "61 is not in 0-23"), ("TZ=UTC", true, 1, "CRON_TZ"),
            ("A=$B", true, 3, "expands no variables"), ("*/10 2 * * * x", true, 1, "put forward"),
        ])
    func traps(line: String, isAccepted: Bool, column: Int, words: String) {
        let findings = Lint().findings(Array("\(line)\n".utf8))
        #expect(findings.count == 1)
        #expect(findings.first?.isAccepted == isAccepted)
        #expect(findings.first?.column == column)
        #expect(findings.first?.message?.contains(words) == true, "\(findings)")
    }

    @Test("Lines that are plain and right have nothing said of them")
    func plain() {
        let table = "# a comment\n\nMAILTO=\"\"\n0 5 * * mon-fri /usr/bin/backup\n@daily x\n30 */6 * * * y \\%\n"
        for finding in Lint().findings(Array(table.utf8)) {
            #expect(finding.isAccepted && finding.message == nil, "\(finding)")
        }
    }

    @Test("100,000 damaged crontab lines and times for at are read or refused, and never trap")
    func mutations() throws {
        let originals = [
            "*/5 1-23/2 1,15 jan-dec mon-fri root command %with input\\%", "@daily x", "A = \"b c\" ",
            "0~59/7 ~ * * 5L x",
            "now + 3 days", "10:30pm Jul 31, 2026 - 4 weeks", "1.12.2026", "teatime next month utc", "0 0 L * 5#3",
        ].map { Array($0.utf8) }
        var random = RandomSource(seed: 7)
        var accepted = 0
        var refused = 0
        for round in 0..<100_000 {
            var octets = originals[round % originals.count]
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let at = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: octets[at] = UInt8.random(in: 0...255, using: &random)
                case 1:
                    octets[at] =
                        "0123456789*/-~,#%\\ \"'@LW"
                        .utf8.randomElement(using: &random) ?? 0
                case 2: octets.insert(contentsOf: octets[at...].prefix(12), at: at)
                default: octets[at] ^= 0x20
                }
            }
            let dialect = Dialect.allCases[round % 3]
            let owner: CrontabOwner = round % 2 == 0 ? .user : .system(knows: { $0 == "root" })
            if let line = try? CrontabLine.read(octets, dialect: dialect, owner: owner).line {
                accepted += 1
                if case .entry(let entry) = line {
                    _ = CommandParts(entry.command, dialect: dialect)
                    if case .calendar(let expression) = entry.schedule, round % 16 == 0 {
                        #expect(expression.next(1, after: 1_774_600_000, in: .utc).first ?? .max > 1_774_600_000)
                        #expect(!expression.explanation.isEmpty)
                    }
                }
            } else {
                refused += 1
            }
            guard round % 4 == 0 else { continue }
            let words = String(decoding: octets, as: UTF8.self)
            if let at = try? AtTime.resolve(words: words, now: 1_774_600_000, zone: .utc) {
                accepted += 1
                #expect(at >= 1_774_599_960)
            }
            _ = try? AtTime.resolve(stamp: words, now: 1_774_600_000, zone: .utc)
        }
        #expect(accepted > 1000)
        #expect(refused > 1000)
    }
}
