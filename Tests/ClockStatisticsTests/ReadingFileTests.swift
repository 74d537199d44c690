import ClockStatistics
import Testing

@Suite("Files of readings")
struct ReadingFileTests {
    static func parse(_ text: String, interval: Double = 1) -> ReadingFile {
        ReadingFile(parsing: Array(text.utf8).span, interval: interval)
    }

    @Test("Numbers, comments, missing readings, empty lines at the ends and other systems' line ends are taken")
    func plain() {
        let file = Self.parse("\n# phase\r\n1\r\n -2.5e-3 \r\n+.5\nNaN\n4.\n\n\n")
        #expect(file.problems.isEmpty)
        #expect(file.values.map { $0.isNaN ? -99 : $0 } == [1, -0.0025, 0.5, -99, 4])
        #expect(file.missing == 1)
        #expect(!file.hasTimes)
    }

    @Test("A time column is checked against the interval, and steps that were left out become missing readings")
    func timed() {
        let file = Self.parse("time,offset\n1000,1,20.5\n1060,2,20.6\n1240.5,3,20.7\n", interval: 60)
        #expect(file.problems.isEmpty)
        #expect(file.header == 1)
        #expect(file.hasTimes)
        #expect(file.values.map { $0.isNaN ? -99 : $0 } == [1, 2, -99, -99, 3])
        #expect(file.missing == 2)
    }

    @Test(
        "Every wrong line is listed with its number",
        arguments: [
            ("1\nx\n3\n1e999\n", [2, 4]), ("1\n\n3\n", [2]), ("1\n2 3\n", [2]), ("1,2\n3\n", [2]), ("inf\n", [1]),
            ("0x10\n", [1]), ("1_000\n", [1]), ("1,\n", [1]), (",1\n", [1]), ("10,1\n10,2\n9,2\n", [2, 3]),
            ("10,1\n11.5,2\n", [2]), ("0,1\n1e300,2\n", [2]), ("a,b\n1\n", [1]), ("hello world\n1\n", [1, 2]),
            ("1\n--2\n1e\n.\n-\n", [2, 3, 4, 5]), ("nan,1\n", [1]), ("1 # note\n", [1]), ("\u{0}\n", [1]),
        ] as [(String, [Int])])
    func wrong(text: String, lines: [Int]) {
        let file = Self.parse(text)
        #expect(Set(file.problems.map(\.line)) == Set(lines), "\(file.problems)")
        #expect(file.problems.allSatisfy { !$0.sentence.isEmpty })
    }

    @Test("Numbers are read to the last bit")
    func exact() {
        var noise = Noise(seed: 21)
        var numbers: [Double] = [
            0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, 0x1.fffffffffffffp60, 0x1p53, 1e22, 1e23,
            2.5e-10,
        ]
        for _ in 0..<2000 { numbers.append(noise.normal() * (noise.uniform() < 0.5 ? 1e-7 : 1e12)) }
        let file = Self.parse(numbers.map { "\($0)" }.joined(separator: "\n"))
        #expect(file.problems.isEmpty)
        #expect(file.values.map(\.bitPattern) == numbers.map(\.bitPattern))
    }

    @Test("Random octets never trap", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var noise = Noise(seed: seed)
        let alphabet = Array("0123456789.,;eE+-# \n\n\r\tnaN\u{ff}x".utf8)
        for _ in 0..<300 {
            let octets = (0..<60).map { _ in alphabet[Int(noise.uniform() * Double(alphabet.count))] }
            let file = ReadingFile(parsing: octets.span, interval: 1)
            #expect(file.values.allSatisfy { !$0.isInfinite })
            #expect(file.problems.allSatisfy { $0.line > 0 && $0.line <= 61 })
        }
    }
}
