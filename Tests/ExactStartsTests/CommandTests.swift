import BoundPage
import Foundation
import Linux
import Testing
import TimeBase

@Suite("timeball at and timeball tick, as programs", .serialized)
struct StartCommandTests {
    private static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func begin(_ arguments: [String]) throws -> (process: Foundation.Process, output: Pipe) {
        let process = Foundation.Process()
        process.executableURL = Self.checkout.appending(path: ".build/debug/timeball")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return (process, output)
    }

    private func timeball(_ arguments: [String]) throws -> (output: String, code: Int32) {
        let (process, output) = try begin(arguments)
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: data, as: UTF8.self), process.terminationStatus)
    }

    private func record(_ output: String) throws -> [String: Any] {
        let line = try #require(output.split(separator: "\n").last)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(object as? [String: Any])
    }

    private func seconds(_ text: Any?) throws -> Double {
        // Foundation's parser knows three digits of a fraction only.
        let string = try #require(text as? String)
        let instant = try #require(InstantText.parseExactly(string))
        return instant.sinceEpoch.inSeconds
    }

    private static let ways: [[String]] = [[], ["--preload"], ["--armed"], ["--armed", "--hold", "forked"]]

    @Test("A program starts at its instant, and its exit code is the tool's", arguments: ways)
    func starts(way: [String]) throws {
        let (output, code) = try timeball(
            ["at", "+0.7s", "--history", "-", "--json"] + way + ["--", "sh", "-c", "echo ran; exit 3"])
        #expect(code == 3)
        #expect(output.hasPrefix("ran\n{"))
        let record = try record(output)
        #expect(record["outcome"] as? String == "ran")
        #expect(record["exit"] as? Int == 3)
        let planned = try seconds(record["planned"])
        #expect(try seconds(record["released"]) >= planned)
        // This machine may be busy with other tests.
        #expect(try seconds(record["first_instruction"]) - planned < 0.5)
        #expect(try seconds(record["ended"]) >= seconds(record["released"]))
    }

    @Test("A bound that nobody promises refuses with exit code 5, and starts nothing", arguments: ways)
    func refuses(way: [String]) throws {
        let (output, code) = try timeball(
            ["at", "+0.2s", "--within", "1ns", "--boundfile", "/nonexistent", "--history", "-", "--json"] + way
                + ["--", "echo", "ran"])
        #expect(code == 5)
        let record = try record(output)
        #expect(record["outcome"] as? String == "refused")
        #expect((record["reason"] as? String)?.contains("Next:") == true)
        #expect(!output.contains("ran\n{"))
    }

    @Test("An instant that is over is said to be, or run late if that is asked for")
    func late() throws {
        #expect(try timeball(["at", "@1000", "--history", "-", "--", "echo", "ran"]) == ("", 5))
        #expect(try timeball(["at", "@1000", "--late", "run", "--history", "-", "--", "echo", "ran"]) == ("ran\n", 0))
    }

    @Test("What is not there is 127, what cannot be executed 126, and what makes no sense 2")
    func errors() throws {
        #expect(try timeball(["at", "+0.1s", "--history", "-", "--", "no-such-program"]).code == 127)
        for way in Self.ways {
            #expect(try timeball(["at", "+0.1s", "--history", "-"] + way + ["--", "/etc/passwd"]).code == 126)
        }
        #expect(try timeball(["at", "yesterday", "--", "echo"]).code == 2)
        #expect(try timeball(["at", "+0.1s"]).code == 2)
    }

    @Test("True time is the page's, whatever the wall clock shows")
    func page() throws {
        // A page by which the wall clock is an hour slow.
        var clock = KernelClock()
        let now = clock.read()
        let settings = try clock.settings()
        let text = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        let boot = try #require(BootIdentifier(text))
        let truth = now.realtime.sinceEpoch + .seconds(3600)
        let report = BoundReport(
            isKept: true, verdict: .right, leap: .none, taiOffset: nil, reference: now.monotonic,
            validUntil: now.monotonic + .seconds(1000), suspended: now.suspended,
            wallOffset: now.realtime.sinceEpoch - now.monotonic.sinceEpoch, tick: Int64(settings.tick),
            scaledFrequency: Int64(settings.scaledFrequency),
            knowledge: BoundReport.Knowledge(
                estimate: Instant(sinceEpoch: truth), rate: 0, below: .microseconds(200), above: .microseconds(300),
                growth: 1e-6, deviation: .zero))
        let page = BoundPage(boot: boot, session: 1, report: report)
        let path = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID().uuidString.prefix(13))").path
        try Data(page.octets).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let planned = truth + .milliseconds(1500)
        let (output, code) = try timeball(
            [
                "at",
                CivilDate(Instant<Realtime>(sinceEpoch: planned)).rfc3339, "--within", "400ms", "--boundfile", path,
                "--history",
                "-",
                "--json", "--", "date", "+%s",
            ])
        #expect(code == 0)
        let record = try record(output)
        #expect(record["clock"] as? String == "page")
        let bound = try #require(record["bound_seconds"] as? Double)
        #expect(bound >= 0.0003 && bound < 0.0004)
        // By the wall clock it started 1.5 s after now.
        let wall = try #require(Double(output.prefix { $0 != "\n" }))
        #expect((wall - now.realtime.sinceEpoch.inSeconds - 1.5).magnitude < 1.5)
    }

    @Test("Ticks are at whole periods, and each is kept in the history")
    func ticks() throws {
        let history = FileManager.default.temporaryDirectory.appending(path: "ticks-\(UUID().uuidString.prefix(13))/h")
            .path
        let (output, code) = try timeball(
            ["tick", "--every", "200ms", "--phase", "50ms", "-n", "4", "--history", history, "--json", "--", "true"])
        #expect(code == 0)
        let lines = output.split(separator: "\n")
        #expect(lines.count == 4)
        var last = 0.0
        for line in lines {
            let planned = try seconds(try record(String(line))["planned"])
            let phase = (planned - 0.05).truncatingRemainder(dividingBy: 0.2)
            #expect(min(phase, 0.2 - phase) < 1e-5)
            #expect(planned > last)
            last = planned
        }
        #expect(try String(contentsOfFile: history, encoding: .utf8) == output)
    }

    @Test("If the tool is killed, what it holds does not start", arguments: ways)
    func killed(way: [String]) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "killed-\(UUID().uuidString.prefix(13))").path
        let (process, _) = try begin(
            ["at", "+1.2s", "--history", "-"] + way + ["--", "touch", file])
        // Within the second before the instant it is prepared.
        Thread.sleep(forTimeInterval: 0.8)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        Thread.sleep(forTimeInterval: 1)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("Ctrl-C before the instant ends it, and nothing starts", arguments: ways)
    func interrupted(way: [String]) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "stopped-\(UUID().uuidString.prefix(13))")
            .path
        let (process, _) = try begin(["at", "+1.2s", "--history", "-"] + way + ["--", "touch", file])
        Thread.sleep(forTimeInterval: 0.8)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        Thread.sleep(forTimeInterval: 0.6)
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}
