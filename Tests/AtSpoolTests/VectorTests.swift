import AtSpool
import Foundation
import Testing
import TimeZones

/// Recorded from Debian's at 3.2.5; octets in hexadecimal (Vectors/README.md).
struct RecordedJob: Decodable {
    var note: String
    var environment: [[String]]
    var directory: String
    var mask: UInt32
    var commands: String
    var args: [String]
    var name: String
    var sequence: String
    var content: String
    var stderr: String

    static func all() throws -> [RecordedJob] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/at-spool.jsonl")
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(RecordedJob.self, from: $0)
        }
    }

    static func octets(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
    }

    var submission: Submission {
        Submission(
            environment: environment.map { (Self.octets($0[0]), Self.octets($0[1])) }, mask: mask,
            directory: Self.octets(directory), commands: Self.octets(commands))
    }
}

@Suite("Recorded spool files")
struct VectorTests {
    @Test("The real at's files are read, and the same job written by us has the same octets")
    func sameOctets() throws {
        let jobs = try RecordedJob.all()
        #expect(jobs.count == 47)
        for job in jobs {
            let octets = RecordedJob.octets(job.content)
            let file = try SpoolFile(octets)
            #expect(file.user == 0)
            let isSame = job.submission.content(file) == octets
            #expect(isSame, "\(job.note) \(job.name)")
            let hasCommands = StoredCommands.of(octets) == RecordedJob.octets(job.commands) + [0x0a]
            #expect(hasCommands, "\(job.note)")
        }
    }

    @Test("Names of the real at's files are read, written alike, and say what at said")
    func names() throws {
        for job in try RecordedJob.all() {
            let name = try #require(SpoolName(job.name))
            #expect(name.text == job.name)
            #expect(SpoolName(queue: name.queue, number: name.number, seconds: name.seconds)?.text == job.name)
            let lines = job.stderr.split(separator: "\n").map(String.init)
            #expect(lines.first == AtText.warning)
            #expect(lines.last == AtText.accepted(name.number, at: name.seconds, zone: .utc))
            // at gives out the number that .SEQ then names.
            #expect(SpoolSequence.content(name.number) == Array(job.sequence.utf8))
        }
    }

    @Test("The options of the recorded calls are read as at read them")
    func options() throws {
        for job in try RecordedJob.all() {
            let invocation = try AtInvocation(.at, job.args)
            let name = try #require(SpoolName(job.name))
            let file = try SpoolFile(RecordedJob.octets(job.content))
            #expect((invocation.queue ?? .usual) == name.queue)
            #expect(invocation.mail == file.mail)
            #expect((invocation.mailName ?? "root") == file.mailName)
        }
    }

    @Test("Octets survive the shell: what was in the environment is there when the job runs")
    func environment() throws {
        for job in try RecordedJob.all().filter({ $0.note == "random" || $0.note.hasPrefix("every") }) {
            let values = job.environment.filter { RecordedJob.octets($0[0]).allSatisfy { $0 != 0x2d && $0 != 0x2e } }
                .filter { !(0x30...0x39).contains(RecordedJob.octets($0[0]).first ?? 0) }
            var submission = job.submission
            submission.directory = Array("/".utf8)
            submission.commands = Array("exec /usr/bin/env -0\n".utf8)
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.environment = [:]
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            try input.fileHandleForWriting.write(
                contentsOf: Data(submission.content(try SpoolFile(RecordedJob.octets(job.content)))))
            try input.fileHandleForWriting.close()
            let found = Set(try output.fileHandleForReading.readToEnd()?.split(separator: 0).map { Array($0) } ?? [])
            process.waitUntilExit()
            for pair in values {
                let wanted = RecordedJob.octets(pair[0]) + [UInt8(ascii: "=")] + RecordedJob.octets(pair[1])
                #expect(found.contains(wanted), "\(pair)")
            }
        }
    }
}
