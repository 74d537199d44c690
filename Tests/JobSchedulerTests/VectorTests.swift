import Foundation
import JobScheduler
import Scheduling
import Testing
import TimeBase
import TimeZones

/// The recorded runs of the real daemons (Tests/SchedulingTests/Vectors), by the daemon's own engine.
@Suite struct VectorTests {
    private static func read<Case: Decodable>(_ name: String, as type: Case.Type) throws -> [Case] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "SchedulingTests/Vectors/\(name).jsonl")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(Case.self, from: $0)
        }
    }

    private static func zone(_ name: String) throws -> Zone {
        if name == "UTC" { return .utc }
        return try Zone(file: [UInt8](Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))))
    }

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

    struct Daylight: Decodable {
        var id: String
        var expr: String
        var tz: String
        var from: Int
        var until: Int
        var max: Int
        var transition: Int
        var expected: [Int]
        var disagree: [String: Answer]
    }

    /// The first starts, each as the second in which its minute began.
    private func starts(
        _ expression: String, zone: Zone, dialect: Dialect, from: Int, until: Int, most: Int,
        changes: [SimulatedJobs.Change] = []
    ) -> [Int] {
        var settings = Settings()
        settings.zone = zone
        settings.dialect = dialect
        let host = simulate(
            [table("\(expression) x\n")], from: from, until: until, changes: changes, settings: settings)
        return Array(host.starts.map(\.second).filter { $0 < until }.prefix(most))
    }

    @Test("The daemon starts jobs in the recorded minutes around changes of daylight saving time")
    func daylight() throws {
        var judged = 0
        var zones: [String: Zone] = [:]
        for item in try Self.read("cron-dst", as: Daylight.self) {
            let zone = try zones[item.tz] ?? Self.zone(item.tz)
            zones[item.tz] = zone
            guard zone.nextTransition(after: item.transition - 1)?.instant == item.transition else { continue }
            judged += 1
            for dialect in [Dialect.debian, .cronie] {
                var expected = item.expected
                var most = item.max
                if dialect == .cronie, case .starts(let recorded)? = item.disagree["cronie"] {
                    expected = recorded
                    most = 6
                }
                let found = starts(
                    item.expr, zone: zone, dialect: dialect, from: item.from, until: item.until, most: most)
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

    @Test("The daemon starts jobs in the recorded minutes around steps of the clock")
    func jumps() throws {
        let cases = try Self.read("cron-clock-jumps", as: Jump.self)
        for item in cases {
            for dialect in [Dialect.debian, .cronie] {
                var expected = item.expected
                if dialect == .cronie, case .starts(let recorded)? = item.disagree["cronie"] { expected = recorded }
                let change = SimulatedJobs.Change(
                    at: Instant(sinceEpoch: .seconds(item.jumpAt)), by: .seconds(item.jumpSeconds))
                let found = starts(
                    item.expr, zone: .utc, dialect: dialect, from: item.daemonStart, until: item.untilWall,
                    most: item.max, changes: [change])
                #expect(found == expected, "\(item.id) \(item.expr) \(item.jumpSeconds) \(dialect)")
            }
        }
        #expect(cases.count > 200)
    }

    struct Next: Decodable {
        var id: String
        var expr: String
        var from: Int
        var horizon: Int?
        var expected: [Int]
    }

    @Test("The daemon starts jobs at the recorded next minutes in UTC")
    func next() throws {
        let cases = try Self.read("cron-next", as: Next.self)
        for item in cases {
            let end = (item.expected.last ?? item.from + 86400 * 400) + 1
            let found = starts(item.expr, zone: .utc, dialect: .debian, from: item.from, until: end, most: 6)
            #expect(found == item.expected, "\(item.id) \(item.expr)")
        }
        #expect(cases.count > 400)
    }
}
