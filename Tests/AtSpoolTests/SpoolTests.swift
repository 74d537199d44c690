import AtSpool
import Testing
import TimeBase
import TimeZones

@Suite("at's spool")
struct SpoolTests {
    @Test("A time that is no whole minute is kept to the nanosecond, and no atd runs the job before it")
    func start() throws {
        let name = try #require(SpoolName(queue: .usual, number: 3, seconds: 1_795_228_309))
        #expect(name.seconds == 1_795_228_320)
        let submission = Submission(
            environment: [], mask: 0o22, directory: Array("/".utf8), commands: Array("x\n".utf8))
        let wanted = SpoolFile(
            user: 1, group: 2, mailName: "sa", mail: .always,
            start: SpoolFile.Start(seconds: 1_795_228_309, nanoseconds: 250_000_000))
        let octets = submission.content(wanted)
        #expect(String(decoding: octets, as: UTF8.self).contains("\n# start 1795228309.250000000\n"))
        #expect(try SpoolFile(octets) == wanted)
    }

    @Test(
        "What is no job's name is not taken for one",
        arguments: [
            "", ".SEQ", "a0000b01379c6", "a0000b01379c600", "10000b01379c60", "a0000B01379c60", "a0000g01379c60",
            "a0000b0137 c60", "-0000b01379c60", "a0000001379c60", "é000b01379c60",
        ])
    func badNames(name: String) { #expect(SpoolName(name) == nil) }

    @Test("A number that does not fit into a name gives none")
    func outOfRange() {
        #expect(SpoolName(queue: .usual, number: 0, seconds: 60) == nil)
        #expect(SpoolName(queue: .usual, number: 0x100000, seconds: 60) == nil)
        #expect(SpoolName(queue: .usual, number: 1, seconds: -1) == nil)
        #expect(SpoolName(queue: .usual, number: 1, seconds: Int.max) == nil)
        #expect(SpoolName(queue: .usual, number: 1, seconds: (1 << 32) * 60) == nil)
    }

    @Test("Numbers go up, around after 0xfffff, past those in use, and on from the largest where .SEQ is damaged")
    func sequence() {
        #expect(SpoolSequence.next(after: Array("0000a\n".utf8), used: []) == 11)
        #expect(SpoolSequence.next(after: Array("0000a".utf8), used: [11, 12]) == 13)
        #expect(SpoolSequence.next(after: Array("fffff\n".utf8), used: [1]) == 2)
        for damaged in ["", "\n", "garbage", "123456", "-0001", "0000A"] {
            #expect(SpoolSequence.next(after: Array(damaged.utf8), used: [7, 5]) == 8, "\(damaged)")
        }
        #expect(SpoolSequence.next(after: [], used: []) == 1)
        #expect(SpoolSequence.next(after: [], used: Set(1...0xfffff)) == nil)
    }

    @Test("Queues: letters only; upper case and b wait for idleness; later letters yield more")
    func queues() throws {
        #expect(AtQueue(option: "=") == nil && AtQueue(option: "ab") == nil && AtQueue(option: "1") == nil)
        #expect(AtQueue(option: "") == nil && AtQueue(UInt8(ascii: "[")) == nil && AtQueue(UInt8(ascii: "@")) == nil)
        let all = (UInt8(ascii: "a")...UInt8(ascii: "z")).compactMap { AtQueue($0) }
        #expect(all.count == 26)
        #expect(all.filter(\.waitsForIdleness) == [.batch])
        #expect(all.map(\.niceness).first == 0 && all[1].niceness == 2 && all[25].niceness == 19)
        let upper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).compactMap { AtQueue($0) }
        #expect(upper.count == 26 && upper.allSatisfy(\.waitsForIdleness))
        #expect(try #require(AtQueue(option: "Z")).niceness == 19)
    }

    @Test(
        "A file's head says what is wrong with it, and where",
        arguments: [
            ("", 1), ("#!/bin/bash\n", 1), ("#!/bin/sh\n# atrun uid=0\n", 2), ("#!/bin/sh\n# atrun uid=-1 gid=0\n", 2),
            ("#!/bin/sh\n# atrun uid=4294967296 gid=0\n", 2), ("#!/bin/sh\n# atrun uid=0 gid=0 x\n", 2),
            ("#!/bin/sh\n# atrun uid=0 gid=0\n# mail root 2\n", 3),
            ("#!/bin/sh\n# atrun uid=0 gid=0\n# mail -oQ/tmp 0\n", 3),
            ("#!/bin/sh\n# atrun uid=0 gid=0\n# mail a;id 0\n", 3),
            ("#!/bin/sh\n# atrun uid=0 gid=0\n# mail root\n", 3),
            ("#!/bin/sh\n# atrun uid=0 gid=0\n# mail root 0\n# start 12\n", 4),
            ("#!/bin/sh\n# atrun uid=0 gid=0\n# mail root 0\n# start -1.000000000\n", 4),
        ])
    func heads(text: String, line: Int) {
        do throws(SpoolError) {
            _ = try SpoolFile(Array(text.utf8))
            Issue.record("It was taken: \(text)")
        } catch {
            guard case .head(line, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test("A spool file is not run that others could have put there or changed")
    func facts() throws {
        let good = SpoolFacts(isRegular: true, owner: 1000, mode: 0o700, links: 1, size: 300)
        try good.check()
        var facts = good
        facts.links = 2
        try facts.check()
        func refused(_ change: (inout SpoolFacts) -> Void) -> SpoolError? {
            var facts = good
            change(&facts)
            do throws(SpoolError) {
                try facts.check()
                return nil
            } catch { return error }
        }
        #expect(refused { $0.isRegular = false } == .kind)
        #expect(refused { $0.links = 3 } == .links(3))
        #expect(refused { $0.mode = 0o720 } == .writable(mode: 0o720))
        #expect(refused { $0.mode = 0o702 } == .writable(mode: 0o702))
        #expect(refused { $0.mode = 0o600 } == .incomplete)
        #expect(refused { $0.size = 5 << 20 } == .size(5 << 20))
        let file = SpoolFile(user: 0, group: 0, mailName: "root", mail: .ifOutput)
        #expect(throws: SpoolError.owner(named: 0, owner: 1000)) { try good.check(file) }
    }

    @Test("batch: by load, by pressure where it is known, and one after the other")
    func batch() {
        let rule = BatchRule()
        #expect(rule.wait(load: 1.49, pressure: nil, sinceLast: nil) == nil)
        #expect(rule.wait(load: 1.5, pressure: nil, sinceLast: nil) == .load(1.5))
        #expect(rule.wait(load: 0.1, pressure: 0.4, sinceLast: nil) == .pressure(0.4))
        #expect(rule.wait(load: 0.1, pressure: 0.39, sinceLast: 60) == nil)
        #expect(rule.wait(load: 0.1, pressure: nil, sinceLast: 59) == .gap(1))
        #expect(rule.wait(load: nil, pressure: 0, sinceLast: nil) == .unknown)
        #expect(rule.wait(load: .nan, pressure: nil, sinceLast: nil) == .unknown)
        #expect(BatchRule.load(Array("0.52 0.58 0.59 1/467 12345\n".utf8)) == 0.52)
        #expect(BatchRule.load(Array("x 1\n".utf8)) == nil && BatchRule.load([]) == nil)
        #expect(BatchRule.pressure(Array("some avg10=12.50 avg60=0.00 avg300=0.00 total=1\nfull".utf8)) == 0.125)
        #expect(BatchRule.pressure(Array("full avg10=12.50\n".utf8)) == nil)
        #expect(BatchRule.Wait.load(3.456).sentence.hasSuffix("3.46"))
    }

    @Test("Lines that scripts look for are those of at")
    func texts() throws {
        let zone = try Zone(rule: "CET-1CEST,M3.5.0,M10.5.0/3")
        // The session of 2008-09-11 in Vienna.
        #expect(AtText.accepted(11, at: 1_221_134_040, zone: zone) == "job 11 at Thu Sep 11 13:54:00 2008")
        #expect(AtText.date(1_893_492_000, zone: .utc) == "Tue Jan  1 10:00:00 2030")
        #expect(AtText.date(0, zone: .utc) == "Thu Jan  1 00:00:00 1970")
        #expect(AtText.date(-1, zone: .utc) == "Wed Dec 31 23:59:59 1969")
        let row = AtText.row(9, date: AtText.date(1_221_133_620, zone: zone), queue: .usual, user: "sa")
        #expect(row == "9\tThu Sep 11 13:47:00 2008 a sa")
        #expect(AtText.subject(11) == "Output from your job       11")
    }

    @Test("What a job is called in lists is its first command")
    func title() throws {
        for job in try RecordedJob.all() where job.note == "plain" {
            #expect(StoredCommands.title(RecordedJob.octets(job.content)) == "echo hello")
        }
        #expect(StoredCommands.title(Array("\n \n\t a\u{1b}[31mb \nsecond".utf8)) == "a?[31mb ")
    }

    @Test("SHELL, and other beginnings of names that stay behind, go with the job")
    func prefixes() {
        let names = ["SHELL", "T", "U", "P", "D", "E", "TERM", "DISPLAY", "1X", "A-B", "", "_", "_A"]
        let submission = Submission(
            environment: names.map { (Array($0.utf8), Array("v".utf8)) }, mask: 0, directory: [], commands: [])
        let text = String(
            decoding: submission.content(SpoolFile(user: 0, group: 0, mailName: "root", mail: .never)), as: UTF8.self)
        let exported = text.split(separator: "\n").filter {
            $0.hasSuffix("=v; export " + ($0.split(separator: "=").first ?? ""))
        }
        .map { String($0.prefix { $0 != "=" }) }
        #expect(exported == ["SHELL", "T", "U", "P", "D", "E", "_A"])
    }
}
