import AtSpool
import Foundation
import Testing
import TimeBase
import TimeZones

@Suite("Damaged spool files")
struct DamageTests {
    @Test("Damaged files, names and command lines are read or refused, and never trap; what is read is written alike")
    func damage() throws {
        let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] != nil
        let files = try RecordedJob.all().map { RecordedJob.octets($0.content) }
        let marked = Submission(environment: [], mask: 0, directory: Array("/".utf8), commands: []).content(
            SpoolFile(
                user: 7, group: 8, mailName: "x", mail: .never,
                start: SpoolFile.Start(seconds: 12, nanoseconds: 34)))
        let originals = files + [marked, marked]
        var random = RandomSource(seed: 11)
        var (taken, refused) = (0, 0)
        for round in 0..<(isLong ? 1_000_000 : 100_000) {
            var octets = Array(originals[round % originals.count].prefix(round % 3 == 0 ? 80 : 300))
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                guard !octets.isEmpty else { break }
                // Mostly in the head, which is what is read.
                let at = Int.random(
                    in: 0..<min(octets.count, Bool.random(using: &random) ? 70 : octets.count), using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: octets[at] = UInt8.random(in: 0...255, using: &random)
                case 1: octets[at] = "0123456789-.=# \n".utf8.randomElement(using: &random) ?? 0
                case 2: octets.insert(contentsOf: octets[at...].prefix(9), at: at)
                case 3: octets.removeSubrange(at...)
                default: octets.remove(at: at)
                }
            }
            do throws(SpoolError) {
                let file = try SpoolFile(octets)
                taken += 1
                // What was understood is what we would write.
                let again = Submission(environment: [], mask: 0, directory: [], commands: []).content(file)
                #expect(try SpoolFile(again) == file)
                #expect(MailName.isSafe(Array(file.mailName.utf8)))
            } catch {
                refused += 1
                #expect(!error.sentence.isEmpty)
            }
            _ = StoredCommands.of(octets)
            #expect(StoredCommands.title(octets).utf8.count <= 600)
            if round % 4 == 0 {
                let text = String(decoding: octets.suffix(14), as: UTF8.self)
                if let name = SpoolName(text) { #expect(name.text == text) }
                _ = SpoolSequence.next(after: octets, used: [1, 2])
                _ = BatchRule.load(octets)
                _ = BatchRule.pressure(octets)
                _ = try? AtInvocation(.at, text.split(separator: " ").map(String.init))
            }
        }
        #expect(taken > 1000 && refused > 1000)
    }

    @Test("Every name that can be made is read again as the same")
    func names() throws {
        var random = RandomSource(seed: 5)
        for _ in 0..<20_000 {
            let letter = "abcxyzABCXYZ=".utf8.randomElement(using: &random) ?? 0
            let queue = try #require(AtQueue(letter))
            let seconds = Int.random(in: 0..<(Int(UInt32.max) - 1) * 60, using: &random)
            let name = try #require(
                SpoolName(queue: queue, number: UInt32.random(in: 1...0xfffff, using: &random), seconds: seconds))
            #expect(SpoolName(name.text) == name)
            #expect(name.seconds >= seconds && name.seconds < seconds + 60)
            #expect(name.whileRunning.number == name.number && name.whileRunning.queue.isRunning)
        }
    }
}
