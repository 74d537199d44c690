import Recording
import Testing
import TimeBase

/// As Debian's chronyd 4.3 wrote it.
private let written = """
    SRC0
    127.0.0.1
    0 377 8 3 0
    3 -13
    1796022676.133773698 2.201484e-06 2.928000e-06 7.575000e-06 2.283292e-07 7.575000e-06 2.283292e-07
    1796022677.136392510 2.590937e-06 5.893000e-06 8.474000e-06 1.523352e-07 8.474000e-06 1.523352e-07
    1796022678.147007831 -7.351529e-07 5.163000e-06 2.533000e-06 1.710012e-07 2.533000e-06 1.710012e-07

    """

@Suite("Dumps of samples")
struct Dumps {
    @Test("chronyd's file is understood, and written octet for octet")
    func roundTrip() throws {
        let record = try DumpRecord(parsing: written)
        #expect(record.name == "127.0.0.1" && !record.isAuthenticated && record.reach == 0o377)
        #expect(record.reachSize == 8 && record.stratum == 3 && record.leap == 0 && record.asymmetryRun == -13)
        #expect(record.samples.count == 3)
        #expect(record.samples[2].seconds == 1_796_022_678 && record.samples[2].nanoseconds == 147_007_831)
        #expect(record.samples[2].offset == -7.351529e-07 && record.samples[2].originalOffset == 5.163e-06)
        #expect(record.samples[2].delay == 2.533e-06 && record.samples[2].rootDispersion == 1.710012e-07)
        #expect(record.text == written)
        let clock = written.replacing("\n127.0.0.1\n", with: "\n.\n")
        #expect(try DumpRecord(parsing: clock).name == nil)
        #expect(try DumpRecord(parsing: clock).text == clock)
    }

    @Test("A name that would spoil the file is left out")
    func evilName() throws {
        var record = try DumpRecord(parsing: written)
        for name in ["a b", "a\nSRC0", "", "ü"] {
            record.name = name
            #expect(try DumpRecord(parsing: record.text).name == nil)
        }
    }

    @Test(
        "What no program would have written is refused, with its line",
        arguments: [
            ("", 1), ("SRC1", 1), ("SRC0\n", 2), ("SRC0\na b\n", 2), ("SRC0\n.\n0 377 8 3\n", 3),
            ("SRC0\n.\n2 377 8 3 0\n", 3), ("SRC0\n.\n0 400 8 3 0\n", 3), ("SRC0\n.\n0 377 9 3 0\n", 3),
            ("SRC0\n.\n0 377 8 17 0\n", 3), ("SRC0\n.\n0 377 8 3 4\n", 3), ("SRC0\n.\n0 377 8 3 0\n", 4),
            ("SRC0\n.\n0 377 8 3 0\n65 0\n", 4), ("SRC0\n.\n0 377 8 3 0\n-1 0\n", 4),
            ("SRC0\n.\n0 377 8 3 0\n1 0\n", 5), ("SRC0\n.\n0 377 8 3 0\n0 0\n1\n", 5),
            ("SRC0\n.\n0 377 8 3 0\n1 0\n1.000000000 0 0 1 1 1\n", 5),
            ("SRC0\n.\n0 377 8 3 0\n1 0\n1.0 0 0 1 1 1 1\n", 5),
            ("SRC0\n.\n0 377 8 3 0\n1 0\n-1.000000000 0 0 1 1 1 1\n", 5),
            ("SRC0\n.\n0 377 8 3 0\n1 0\n99999999999999.000000000 0 0 1 1 1 1\n", 5),
            ("SRC0\n.\n0 377 8 3 0\n1 0\n1.000000000 nan 0 1 1 1 1\n", 5),
            ("SRC0\n.\n0 377 8 3 0\n1 0\n1.000000000 0 0 -1 1 1 1\n", 5),
            ("SRC0\n.\n0 377 8 3 0\n1 0\n1.000000000 1e300 0 1 1 1 1\n", 5),
            ("SRC0\n.\n0 377 8 3 0\n2 0\n2.000000000 0 0 1 1 1 1\n2.000000000 0 0 1 1 1 1\n", 6),
        ])
    func refused(text: String, line: Int) {
        do throws(DumpRecordError) {
            let record = try DumpRecord(parsing: text)
            Issue.record("\(record)")
        } catch {
            #expect(error.line == line, "\(error)")
            #expect(error.sentence.count > 10)
        }
    }

    @Test("20000 damaged files never trap, and what is taken is written and read the same")
    func damaged() throws {
        var random = RandomSource(seed: 11)
        var accepted = 0
        for _ in 0..<20_000 {
            var octets = Array(written.utf8)
            for _ in 0...random.next() % 3 {
                let at = Int(random.next() % UInt64(octets.count))
                switch random.next() % 4 {
                case 0: octets[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: octets.remove(at: at)
                case 2: octets.insert(Array(" \n.-+0e9".utf8)[Int(random.next() % 8)], at: at)
                default: octets.removeSubrange(at...)
                }
                if octets.isEmpty { break }
            }
            guard let record = try? DumpRecord(parsing: String(decoding: octets, as: UTF8.self)) else { continue }
            accepted += 1
            #expect(try DumpRecord(parsing: record.text).samples.count == record.samples.count)
        }
        #expect(accepted > 500 && accepted < 15_000, "\(accepted)")
    }
}
