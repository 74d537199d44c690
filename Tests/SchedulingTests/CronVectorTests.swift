import Foundation
import Scheduling
import Testing
import TimeZones

@Suite("Recorded cron: when jobs run")
struct CronVectorTests {
    struct Next: Decodable {
        var id: String
        var expr: String
        var from: Int
        var horizon: Int?
        var expected: [Int]
        var dialect: String?
    }

    @Test("Debian's cron finds the same next minutes in UTC")
    func next() throws {
        let cases = try Vectors.read("cron-next", as: Next.self)
        for item in cases {
            let found = try CronExpression(item.expr).next(6, after: item.from, in: .utc)
            #expect(found.filter { $0 <= item.horizon ?? .max } == item.expected, "\(item.id) \(item.expr)")
        }
        #expect(cases.count > 400)
    }

    @Test("Seconds, L, W and # are read as most libraries read them")
    func extended() throws {
        let cases = try Vectors.read("cron-extended", as: Next.self)
        for item in cases {
            let expression = try CronExpression(
                item.expr, dialect: .extended, withSeconds: item.dialect == "seconds-first")
            // The libraries were asked for a few years only: no more instants are recorded than they found there.
            let found = expression.next(item.expected.count, after: item.from, in: .utc)
            #expect(found == item.expected, "\(item.id) \(item.expr)")
        }
        #expect(cases.count > 40)
    }

    struct Daylight: Decodable {
        var id: String
        var expr: String
        var tz: String
        var from: Int
        var until: Int
        var max: Int
        var transition: Int
        var shift: Int
        var expected: [Int]
        var disagree: [String: Answer]
    }

    /// What another program answered: starts, or an error's text.
    enum Answer: Decodable {
        case starts([Int])
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let starts = try? container.decode([Int].self) {
                self = .starts(starts)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    private func starts(_ rehearsal: Rehearsal, until: Int, most: Int) -> [Int] {
        var rehearsal = rehearsal
        var result: [Int] = []
        while result.count < most, let start = rehearsal.next(before: until) { result.append(start) }
        return result
    }

    @Test("Around changes of daylight saving time a job runs in the minutes in which cron's daemon runs it")
    func daylight() throws {
        let cases = try Vectors.read("cron-dst", as: Daylight.self)
        var judged = 0
        var zones: [String: Zone] = [:]
        for item in cases {
            let zone = try zones[item.tz] ?? Vectors.zone(item.tz)
            zones[item.tz] = zone
            // Other rules than those of the recording move the change: then the case says nothing.
            guard zone.nextTransition(after: item.transition - 1)?.instant == item.transition else { continue }
            judged += 1
            for dialect in [Dialect.debian, .cronie] {
                var expected = item.expected
                var most = item.max
                if dialect == .cronie, case .starts(let starts)? = item.disagree["cronie"] {
                    expected = starts
                    most = 6  // No more are recorded where the two differ.
                }
                let expression = try CronExpression(item.expr, dialect: dialect)
                let rehearsal = Rehearsal(expression, zone: zone, dialect: dialect, start: item.from)
                let found = starts(rehearsal, until: item.until, most: most)
                #expect(found == expected, "\(item.id) \(item.expr) \(item.tz) \(dialect)")
            }
        }
        #expect(judged > 500)
    }

    struct Jump: Decodable {
        var id: String
        var expr: String
        var daemonStart: Int
        var jumpAt: Int
        var jumpSeconds: Int
        var untilWall: Int
        var max: Int
        var expected: [Int]
        var disagree: [String: Answer]
    }

    @Test("Around a step of the clock a job runs in the minutes in which cron's daemon runs it")
    func jumps() throws {
        let cases = try Vectors.read("cron-clock-jumps", as: Jump.self)
        for item in cases {
            for dialect in [Dialect.debian, .cronie] {
                var expected = item.expected
                if dialect == .cronie, case .starts(let starts)? = item.disagree["cronie"] { expected = starts }
                let rehearsal = Rehearsal(
                    try CronExpression(item.expr, dialect: dialect), zone: .utc, dialect: dialect,
                    start: item.daemonStart, jumps: [ClockJump(at: item.jumpAt, by: item.jumpSeconds)])
                let found = starts(rehearsal, until: item.untilWall, most: item.max)
                #expect(found == expected, "\(item.id) \(item.expr) \(item.jumpSeconds) \(dialect)")
            }
        }
        #expect(cases.count > 200)
    }
}
