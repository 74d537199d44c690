import Configuration
import Testing
import TimeBase

@Suite("Whatever is written")
struct Properties {
    @Test(
        "A configuration printed as it is understood says the same when it is read again",
        arguments: 1...40 as ClosedRange<UInt64>)
    func again(seed: UInt64) throws {
        var lines = RandomLines(random: RandomSource(seed: seed))
        let others = ["/s/a.sources": "server from.dhcp iburst minpoll 4\n"]
        for _ in 0..<25 {
            let text = (0..<12).map { _ in lines.line() }.joined(separator: "\n")
            var first = try settings(text, others)
            var second = try settings(Configuration.describe(first), others)
            first.warnings = []
            second.warnings = []
            #expect(first == second, "\(text)\n-----\n\(Configuration.describe(first))")
        }
    }

    @Test("20000 damaged lines never trap, and every remark has its place within the line")
    func damaged() {
        var lines = RandomLines(random: RandomSource(seed: 7))
        let sound = (0..<500).map { _ in Array(lines.line().utf8) }
        var (refused, accepted) = (0, 0)
        for _ in 0..<20_000 {
            var octets = lines.pick(sound)
            for _ in 0...lines.random.next() % 3 { damage(&octets, sound, &lines) }
            octets.removeAll { $0 == UInt8(ascii: "\n") }
            let files = FileReader(read: { $0 == "/f" ? .success(octets) : .failure(.absent) }, list: { _ in nil })
            var found: [Diagnostic] = []
            do throws(ConfigurationErrors) {
                found = try Configuration.parse(file: "/f", files).warnings
                accepted += 1
            } catch {
                found = error.diagnostics
                refused += 1
            }
            for remark in found where remark.line != 1 || !(1...octets.count).contains(remark.column) {
                Issue.record("\(remark) of \(String(decoding: octets, as: UTF8.self))")
            }
        }
        // Both roads were walked.
        #expect(refused > 1000 && accepted > 1000, "\(refused) \(accepted)")
    }

    private func damage(_ octets: inout [UInt8], _ sound: [[UInt8]], _ lines: inout RandomLines) {
        guard !octets.isEmpty else { return }
        let at = Int(lines.random.next() % UInt64(octets.count))
        switch lines.random.next() % 6 {
        case 0: octets[at] = UInt8(truncatingIfNeeded: lines.random.next())
        case 1: octets.remove(at: at)
        case 2: octets.insert(lines.pick(Array(" -.0/9:e*%\t".utf8)), at: at)
        case 3: octets.swapAt(at, 0)
        case 4: octets += [UInt8(ascii: " ")] + lines.pick(sound)
        default: octets.insert(contentsOf: Array(repeating: octets[at], count: lines.pick([1, 2, 30, 2500])), at: at)
        }
    }
}
