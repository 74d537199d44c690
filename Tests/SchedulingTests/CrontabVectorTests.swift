import Foundation
import Scheduling
import Testing

@Suite("Recorded cron: what crontab lines mean")
struct CrontabVectorTests {
    /// Which program each dialect is held to.
    private let programs: [(Dialect, String)] = [(.debian, "debian-3.0pl1-162"), (.cronie, "cronie-1.7.2")]

    struct Parse: Decodable {
        struct Result: Decodable {
            var accept: Bool
            var message: String?
            var minute, hour, dom, month, dow: [Int]?
            var flags: String?
            var cmd: String?
        }
        var id: String
        var line: String
        var verdict: String
        var recommended: String
        var results: [String: Result]
    }

    @Test("A line is taken or refused as the real parsers do, with the same words and sets")
    func parse() throws {
        let cases = try Vectors.read("cron-parse", as: Parse.self)
        for item in cases {
            for (dialect, program) in programs {
                let result = try #require(item.results[program])
                do {
                    let (line, notes) = try CrontabLine.read(item.line.utf8, dialect: dialect)
                    // What both take and never run is marked; what wraps is refused.
                    #expect(result.accept, "\(item.id) \(item.line) \(dialect)")
                    let isNever = item.verdict == "accept-never-fires"
                    #expect(notes.contains { $0.isRefusal } == isNever, "\(item.id) \(item.line) \(dialect)")
                    guard case .entry(let entry) = line else {
                        Issue.record("\(item.id) \(item.line) is no entry")
                        continue
                    }
                    #expect(entry.command == Array((result.cmd ?? "").utf8), "\(item.id)")
                    guard case .calendar(let expression) = entry.schedule else { continue }
                    // ~ is drawn anew by each program; a range that ends on Sunday is read as meant.
                    guard !item.line.contains("~") || dialect == .debian, !item.line.contains("sun x") else { continue }
                    #expect(members(expression.minutes) == result.minute, "\(item.id) \(item.line) \(dialect)")
                    #expect(members(expression.hours) == result.hour, "\(item.id) \(item.line) \(dialect)")
                    #expect(members(expression.daysOfMonth) == result.dom, "\(item.id) \(item.line) \(dialect)")
                    #expect(members(expression.months) == result.month, "\(item.id) \(item.line) \(dialect)")
                    #expect(members(expression.daysOfWeek) == result.dow, "\(item.id) \(item.line) \(dialect)")
                    if !item.line.hasPrefix("@") {
                        #expect(stars(expression) == result.flags?.filter { $0 != "-" }, "\(item.id) \(item.line)")
                    }
                } catch {
                    let isRefused = !result.accept || item.verdict == "accept-overflow"
                    #expect(isRefused, "\(item.id) \(item.line) \(dialect): \(error.sentence)")
                    if let message = result.message { #expect(error.word == message, "\(item.id) \(item.line)") }
                }
            }
        }
        #expect(cases.count > 150)
    }

    private func members(_ set: UInt64) -> [Int] { (0..<64).filter { set & (1 << UInt64($0)) != 0 } }

    private func stars(_ expression: CronExpression) -> String {
        (expression.isMinuteStar ? "M" : "") + (expression.isHourStar ? "H" : "")
            + (expression.isDayOfMonthStar ? "D" : "") + (expression.isDayOfWeekStar ? "W" : "")
    }

    struct Line: Decodable {
        struct Result: Decodable {
            var kind: String
            var message: String?
            var assign: String?
            var cmd: String?
        }
        var id: String
        var mode: String
        var line: String
        var results: [String: Result]
    }

    @Test("Whole lines are environment, entry, nothing or an error, as in the real parsers")
    func lines() throws {
        let cases = try Vectors.read("crontab-lines", as: Line.self)
        for item in cases {
            let owner: CrontabOwner = item.mode == "system" ? .system(knows: { $0 == "root" }) : .user
            for (dialect, program) in programs {
                let result = try #require(item.results[program])
                let what = "\(item.id) \(item.line.debugDescription.prefix(60)) \(dialect)"
                if result.kind == "missing-newline" {
                    let findings = Lint(dialect: dialect, owner: owner).findings(Array(item.line.utf8))
                    #expect(findings.last?.isAccepted == false, "\(what)")
                    continue
                }
                let text = item.line.utf8.split(separator: UInt8(ascii: "\n")).first.map(Array.init) ?? []
                do {
                    switch try CrontabLine.read(text, dialect: dialect, owner: owner).line {
                    case .ignored: #expect(result.kind == "empty", "\(what)")
                    case .assignment(let name, let value):
                        #expect(result.kind == "env", "\(what)")
                        #expect(name + Array("=".utf8) + value == Array((result.assign ?? "").utf8), "\(what)")
                    case .entry(let entry):
                        #expect(result.kind == "entry", "\(what)")
                        #expect(entry.command == Array((result.cmd ?? "").utf8), "\(what)")
                    }
                } catch {
                    #expect(result.kind == "error", "\(what): \(error.sentence)")
                    #expect(result.message == error.word, "\(what)")
                }
            }
        }
        #expect(cases.count > 90)
    }

    struct Split: Decodable {
        struct Result: Decodable, Equatable {
            var command: String
            var stdin: String
        }
        var id: String
        var textAfterId: String
        var results: [String: Result]
    }

    @Test("Percent signs and backslashes split a command as the real daemons do")
    func split() throws {
        let cases = try Vectors.read("cron-command-split", as: Split.self)
        for item in cases {
            for (dialect, program) in programs {
                let parts = CommandParts(Array(item.textAfterId.utf8), dialect: dialect)
                let found = Split.Result(
                    command: String(decoding: parts.command, as: UTF8.self),
                    stdin: String(decoding: parts.input, as: UTF8.self))
                #expect(found == item.results[program], "\(item.id) \(dialect)")
            }
        }
        #expect(cases.count > 15)
    }
}
