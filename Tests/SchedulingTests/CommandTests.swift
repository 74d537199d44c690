import Foundation
import Testing

@Suite("timeball jobs and timeball tz, as programs ask them")
struct CommandTests {
    /// Runs the program that was built with the tests.
    private func timeball(_ arguments: [String], input: String = "") throws -> (output: String, code: Int32) {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = directory.appending(path: ".build/debug/timeball")
        process.arguments = arguments
        let output = Pipe()
        let standardInput = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = standardInput
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines), process.terminationStatus)
    }

    @Test(
        "Each question has its answer in JSON",
        arguments: [
            (
                [
                    "jobs", "next", "30 2 * * *", "--tz", "Europe/Vienna", "--from", "2026-03-28T12:00:00Z", "--count",
                    "2", "--json",
                ],
                #"{"next":["2026-03-29T03:00:00+02:00","2026-03-30T02:30:00+02:00"]}"#
            ),
            (
                [
                    "jobs", "next", "*/20 * * * * *", "--seconds", "--tz", "UTC", "--from", "@1767225600", "--count",
                    "2", "--epoch", "--json",
                ],
                #"{"next":[1767225620,1767225640]}"#
            ),
            (
                [
                    "jobs", "next", "0 0 L * *", "--tz", "UTC", "--from", "@1709164770", "--count", "1", "--epoch",
                    "--json",
                ],
                #"{"next":[1709164800]}"#
            ),
            (
                [
                    "jobs", "rehearse", "0 11 * * *", "--tz", "UTC", "--from", "@1777888800", "--until", "@1777899560",
                    "--jump", "@1777894220=-10860", "--epoch", "--json",
                ],
                #"{"runs":[1777892400,1777892400]}"#
            ),
            (
                [
                    "jobs", "rehearse", "0 11 * * *", "--dialect", "cronie", "--tz", "UTC", "--from", "@1777888800",
                    "--until", "@1777899560", "--jump", "@1777894220=-10860", "--epoch", "--json",
                ],
                #"{"runs":[1777892400]}"#
            ),
            (
                [
                    "jobs", "when", "--tz", "Europe/Vienna", "--now", "2008-09-11T13:52:30+02:00", "--json", "--",
                    "teatime", "-", "104", "minutes",
                ],
                #"{"at":"2008-09-11T14:16:00+02:00"}"#
            ),
            (
                [
                    "jobs", "due", "--period", "@monthly", "--stamp", "20260228", "--now", "2026-03-27T12:00:00Z",
                    "--json", "--", "-n",
                ],
                #"{"due":false}"#
            ),
            (
                [
                    "jobs", "due", "--period", "@monthly", "--stamp", "20260228", "--now", "2026-03-27T12:00:00Z",
                    "--json", "--", "-n", "-f",
                ],
                #"{"due":true}"#
            ),
            (
                ["tz", "next", "Europe/Vienna", "-n", "1", "--from", "2026-01-01T00:00:00Z", "--json"],
                #"{"transitions":[{"at":"2026-03-29T03:00:00+02:00","epoch":1774746000,"shift_seconds":3600,"from":"CET","to":"CEST"}]}"#
            ),
        ])
    func answers(arguments: [String], answer: String) throws {
        let (output, code) = try timeball(arguments)
        #expect(output == answer)
        #expect(code == 0)
    }

    @Test("A table is judged line by line, and the exit code says whether cron would refuse one")
    func lint() throws {
        let (output, code) = try timeball(["jobs", "lint", "--json", "-"], input: "0 5 * * * x\n61 * * * * y\n")
        #expect(
            output
                == #"{"lines":[{"line":1,"column":1,"ok":true,"message":null},{"line":2,"column":1,"ok":false,"message":"bad minute: 61 is not in 0-59"}]}"#
        )
        #expect(code == 1)
        #expect(try timeball(["jobs", "lint", "--json", "-"], input: "0 5 * * * x\n").code == 0)
    }

    @Test(
        "People are told of a PATH that lacks the program, of runs beside one another, and of several starts in spring")
    func lintOfSurroundings() throws {
        let table = """
            0 5 * * * no-such-program-here x
            */2 * * * * /bin/true
            */2 * * * * flock -n /tmp/x true
            #@timeball overlap=skip
            */2 * * * * /bin/true
            PATH=/nowhere
            0 5 * * * ls
            10,40 2 * * * echo x
            0 5 * * * echo \0

            """
        let (output, code) = try timeball(["jobs", "lint", "-"], input: table)
        let lines = output.split(separator: "\n").filter { !$0.contains("sendmail") }.map(String.init)
        #expect(
            lines == [
                "-:8:1: note: where the clock is put forward over these hours, it starts several times at the end of them",
                "-:9:16: error: there is an octet 0 in it, which no program can be given",
                "-:1: note: there is no program no-such-program-here on this machine's PATH",
                "-:2: note: a run that takes longer than 2 minutes has the next beside it: flock -n, or overlap=skip",
                "-:7: note: ls is not in cron's PATH (/nowhere): write its whole path, or set PATH above",
            ])
        #expect(code == 1)
    }

    @Test("Jumps are given in the order in which they happen")
    func orderOfJumps() throws {
        func code(_ jumps: [String]) throws -> Int32 {
            try timeball(
                [
                    "jobs", "rehearse", "30 * * * *", "--tz", "UTC", "--from", "@0", "--until", "@7200", "--epoch",
                    "--json",
                ]
                    + jumps.flatMap { ["--jump", $0] }
            ).code
        }
        #expect(try code(["@600=-60", "@5000=+60"]) == 0)
        #expect(try code(["@5000=-4500", "@600=+60"]) == 0)
        #expect(try code(["@5000=+60", "@600=-60"]) == 2)
    }

    @Test("What at refuses is refused with exit code 1, nonsense on the command line with 2")
    func refusals() throws {
        let now = ["jobs", "when", "--tz", "UTC", "--now", "@1258462020", "--json", "--"]
        #expect(try timeball(now + ["midnight", "today"]).code == 1)
        #expect(try timeball(now + ["now", "+", "-1", "hour"]).code == 1)
        #expect(try timeball(["jobs", "next", "61 * * * *", "--tz", "UTC"]).code == 1)
        #expect(try timeball(["jobs", "next", "* * * * *", "--tz", "Nowhere/Atall"]).code == 2)
        #expect(try timeball(["jobs", "next", "* * * * *", "--tz", "UTC", "--from", "yesterday"]).code == 2)
    }
}
