import BoundPage
import Foundation
import Linux
import Synchronization
import Testing
import TimeBase
import TimeballClock

@Suite struct SharedPageTests {
    @Test("A reader beside a writer that never rests sees no half of a page, and time never runs back")
    func torn() throws {
        let scratch = try Scratch()
        let path = scratch.file("bound")
        let zero = [UInt8](repeating: 0, count: layout.size)
        let stop = Flag()
        let started = Flag()
        let writer = Thread {
            guard
                var page = try? PageWriter(
                    replacing: path, layout: layout, octets: zero,
                    farewell: [UInt8](repeating: 0, count: layout.size - layout.body))
            else { return }
            started.isSet.store(true, ordering: .releasing)
            var number: UInt64 = 0
            while !stop.isSet.load(ordering: .relaxed) {
                number &+= 1
                let word = (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
                page.write((0..<(layout.size - layout.body) / 8).flatMap { _ in word })
            }
        }
        writer.start()
        defer { stop.isSet.store(true, ordering: .relaxed) }
        let deadline = Date().addingTimeInterval(5)
        while !started.isSet.load(ordering: .acquiring), Date() < deadline { Thread.sleep(forTimeInterval: 0.001) }
        let reader = try PageReader(path, layout: layout)
        var torn = 0
        var changes = 0
        var last: (number: [UInt8], moment: Instant<Monotonic>)?
        for _ in 0..<100_000 {
            guard let reading = reader.read() else { continue }
            let first = Array(reading.octets[layout.body..<layout.body + 8])
            for position in stride(from: layout.body, to: layout.size, by: 8)
            where !reading.octets[position..<position + 8].elementsEqual(first) {
                torn += 1
            }
            if let last {
                if last.number != first { changes += 1 }
                #expect(reading.monotonic >= last.moment)
            }
            last = (first, reading.monotonic)
        }
        #expect(torn == 0)
        #expect(changes > 1000)
    }

    @Test("What is no page at the path is refused with a sentence that says what it is")
    func refusals() throws {
        let scratch = try Scratch()
        func sentence(_ path: String) -> String {
            do {
                _ = try BoundReader(path: path)
                return ""
            } catch { return error.description }
        }
        let good = try BoundPage.current(currentReport()).octets
        let path = try scratch.write(good, to: "good")
        #expect(sentence(path) == "")
        try FileManager.default.createSymbolicLink(atPath: scratch.file("link"), withDestinationPath: path)
        #expect(sentence(scratch.file("link")).contains("symbolic link"))
        #expect(sentence(scratch.file("none")).contains("no such file"))
        #expect(sentence(scratch.path).contains("not an ordinary file"))
        let made = unsafe mkfifo(scratch.file("pipe"), 0o600)
        #expect(made == 0)
        #expect(sentence(scratch.file("pipe")).contains("not an ordinary file"))
        #expect(sentence(try scratch.write(Array(good.dropLast()), to: "short")).contains("shorter than 256 octets"))
        var octets = good
        octets[0] = 0x74
        #expect(sentence(try scratch.write(octets, to: "magic")).contains("not a page of Timeball"))
        octets = good
        octets[8] = 9
        #expect(sentence(try scratch.write(octets, to: "version")).contains("version 9"))
        octets = good
        octets[32] ^= 1
        #expect(sentence(try scratch.write(octets, to: "boot")).contains("before this machine was started"))
        octets = good
        octets[24] = 1
        #expect(sentence(try scratch.write(octets, to: "odd")).contains("half written"))
    }

    @Test("Between a change of rate and the page that tells of it, nobody believes the page")
    func changing() throws {
        let scratch = try Scratch()
        var writer = try BoundPage.writer(currentReport(), at: scratch.file("bound"))
        let reader = try BoundReader(path: scratch.file("bound"))
        writer.begin()
        #expect(throws: TimeballClockError.unfinished(path: scratch.file("bound"))) { try reader.read() }
        writer.begin()
        writer.write(currentReport { $0.verdict = .holding })
        #expect(try reader.read().report.verdict == .holding)
    }

    @Test("A page that another daemon replaced says so to those who have it mapped, and the clock finds the new one")
    func replaced() throws {
        let scratch = try Scratch()
        let path = scratch.file("bound")
        let old = try BoundPage.writer(currentReport(), at: path)
        let reader = try BoundReader(path: path)
        let clock = TimeballClock(path: path)
        #expect(try clock.reading().report.verdict == .right)
        let new = try BoundPage.writer(currentReport { $0.verdict = .settling }, at: path)
        #expect(throws: TimeballClockError.refused(path: path, .replaced)) { try reader.read() }
        #expect(try clock.reading().report.verdict == .settling)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["bound"])
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? Int) == 0o644)
        withExtendedLifetime(scratch) {}
        _ = consume old
        _ = consume new
    }

    @Test("A link at the writer's path is replaced and not followed, and a missing directory is an error by name")
    func writing() throws {
        let scratch = try Scratch()
        let victim = try scratch.write(Array("untouched".utf8), to: "victim")
        try FileManager.default.createSymbolicLink(atPath: scratch.file("bound"), withDestinationPath: victim)
        let writer = try BoundPage.writer(currentReport(), at: scratch.file("bound"))
        #expect(try BoundReader(path: scratch.file("bound")).read().report.isKept)
        #expect(try Data(contentsOf: URL(fileURLWithPath: victim)) == Data("untouched".utf8))
        _ = consume writer
        #expect(throws: SystemError.self) { _ = try BoundPage.writer(currentReport(), at: scratch.file("no/bound")) }
    }

    @Test("A page that nobody keeps is believed only while the kernel's clock runs at the rate that it tells")
    func ended() throws {
        let scratch = try Scratch()
        let path = scratch.file("bound")
        let settings = try KernelClock().settings()
        var writer = try BoundPage.writer(
            currentReport {
                $0.isKept = false
                $0.tick = Int64(settings.tick)
                $0.scaledFrequency = Int64(settings.scaledFrequency)
            }, at: path)
        let reader = try BoundReader(path: path)
        #expect(try reader.read().report.isKept == false)
        writer.write(
            currentReport {
                $0.isKept = false
                $0.tick = Int64(settings.tick)
                $0.scaledFrequency = Int64(settings.scaledFrequency) + 1
            })
        #expect(throws: TimeballClockError.rateChanged(path: path)) { try reader.read() }
    }
}
