import BoundPage
import Foundation
import Testing
import TimeBase

/// The readers in other languages.
@Suite struct ExampleTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Runs a program and waits for it.
    private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    private func compile(to path: String) throws {
        let (status, output) = try run(
            "cc",
            [
                "-std=c11", "-Wall", "-Wextra", "-Werror", "-I\(Self.root)/Packaging/include",
                "\(Self.root)/Examples/c/now.c", "-o", path,
            ])
        try #require(status == 0, "\(output)")
    }

    private static let reports: [@Sendable () -> BoundReport] = [
        { currentReport(ahead: .seconds(3)) },
        // Long ago, at another rate, with a bound that has grown.
        {
            currentReport { report in
                report.reference = report.reference - .seconds(5000)
                report.knowledge?.rate = -3.7e-4
                report.knowledge?.growth = 4.5e-6
            }
        },
        // Astride a leap second.
        {
            currentReport { report in
                report.leap = .insertSecond
                report.knowledge?.estimate = Instant(sinceEpoch: .seconds(86_400 * 20_000 - 1))
                report.knowledge?.above = .seconds(30)
            }
        },
        // After a leap second that was left out, certainly.
        {
            currentReport { report in
                report.leap = .deleteSecond
                report.reference = report.reference - .seconds(100)
                report.knowledge?.estimate = Instant(sinceEpoch: .seconds(86_400 * 20_000 - 50))
            }
        },
    ]

    /// Compares what a program prints with what Swift reads from the same page at the same moment.
    private func compare(_ program: String, _ arguments: [String], _ number: Int, _ scratch: Scratch) throws {
        let path = try scratch.write(try BoundPage.current(Self.reports[number]()).octets, to: "bound\(number)")
        let (status, output) = try run(program, arguments + [path])
        #expect(status == 0, "\(output)")
        var printed: [String: Duration] = [:]
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ")
            let parts = words.last?.split(separator: ".").compactMap { Int64($0) } ?? []
            if words.count == 2, parts.count == 2 {
                printed["\(words[0])"] = .seconds(parts[0]) + .nanoseconds(parts[1])
            }
        }
        let moment = Instant<Monotonic>(sinceEpoch: try #require(printed["monotonic"], "\(output)"))
        let page = try BoundPage(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: path))), boot: try thisBoot())
        let time = try page.report.trueTime(at: moment, suspended: page.report.suspended)
        let earliest = try #require(printed["earliest"])
        let latest = try #require(printed["latest"])
        let estimate = try #require(printed["estimate"])
        #expect(earliest <= time.earliest.sinceEpoch && time.earliest.sinceEpoch - earliest <= .nanoseconds(4))
        #expect(
            latest >= time.latest.sinceEpoch - .nanoseconds(1) && latest - time.latest.sinceEpoch <= .nanoseconds(4))
        #expect((estimate - time.estimate.sinceEpoch).magnitude <= .nanoseconds(2))
    }

    @Test("The C header tells the same interval as Swift does")
    func c() throws {
        let scratch = try Scratch()
        try compile(to: scratch.file("now"))
        for number in Self.reports.indices { try compare(scratch.file("now"), [], number, scratch) }
    }

    @Test("The Python example tells the same interval as Swift does")
    func python() throws {
        let scratch = try Scratch()
        for number in Self.reports.indices {
            try compare("python3", ["\(Self.root)/Examples/python/now.py"], number, scratch)
        }
    }

    @Test("Both refuse what may not be believed, with a sentence and exit status 3")
    func refusals() throws {
        let scratch = try Scratch()
        try compile(to: scratch.file("now"))
        var otherBoot = try BoundPage.current(currentReport()).octets
        otherBoot[33] ^= 1
        var foreign = otherBoot
        foreign[1] = 0
        func page(_ change: (inout BoundReport) -> Void) throws -> [UInt8] {
            try BoundPage.current(currentReport(ahead: .zero, change)).octets
        }
        let cases: [(octets: [UInt8], words: String)] = [
            (otherBoot, "before this machine was started"), (foreign, "not a page"),
            (Array(foreign.prefix(9)), "not a page"),
            (try page { $0.knowledge = nil }, "does not know the time"),
            (try page { $0.suspended -= .seconds(1) }, "suspended"),
            (try page { $0.validUntil = $0.reference - .seconds(1) }, "too old"),
            (try page { _ in }.prefix(64) + BoundPage.replacedBody, "replaced"),
        ]
        for (octets, words) in cases {
            let path = try scratch.write(octets, to: "page")
            for (program, arguments) in [
                (scratch.file("now"), [path]), ("python3", ["\(Self.root)/Examples/python/now.py", path]),
            ] {
                let (status, output) = try run(program, arguments)
                #expect(status == 3 && output.contains(words), "\(program): \(output)")
            }
        }
    }
}
