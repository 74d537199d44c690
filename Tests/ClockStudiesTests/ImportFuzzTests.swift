import ClockStudies
import Testing

/// Lines that are right in some format, to be damaged.
private let seeds = [
    "2026-11-24 23:18:43 127.0.0.1       N  1 111 111 1111  -2  0 1.00 -1.329e-06  5.840e-06  1.304e-07  0.000e+00  0.000e+00 7F7F0101 4B K K",
    "2026-11-24 23:18:43 127.0.0.1        1.013e-07  1.628e-06  1.083e-07  1.614e-06  9.115e-04 8.1e-04   3   0   3  0.00",
    "2026-11-24 23:18:43 127.0.0.1        2      1.614    911.746  1.629e-06 N  1  1.083e-07 -0.000e+00  5.459e-06  4.454e-04  1.5e+00",
    "2015-07-22 05:40:50     -0.037360 1       -0.037434          -37.948  12   5  120",
    "60000 100.5 0.000250 -41.26 0.000012 0.0034 6",
    "60000 100.5 192.0.2.1 9614 0.010000 0.020000 0.003000 0.000100",
    "60000 100.5 192.0.2.1 192.0.2.9 3886272100.000000001 3886272100.010000002 3886272100.0101 3886272100.01 0 4 4",
    "# Generated at: 2013-05-06 10:07:35 UTC 1367834855 123456789", "1367834856      -0.002202",
    "2023-11-14 22:13 1700000000.000 0.010 1700000000.500 10000 0 n 1700000001.000 n",
    "1795561980.25,0.001,1e-6,41.5", "60000.25 1e-9", "nan", "time,phase", "# happening: 5,step,0.5,words",
    "   Date (UTC) Time     IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del. Peer disp.",
]

@Test(
    "Whatever a file holds: nothing traps, all numbers are finite, times advance, and every line is taken or named",
    arguments: [nil] + StudyFormat.allCases)
func damagedFiles(format: StudyFormat?) {
    var generator = SystemRandomNumberGenerator()
    for round in 0..<400 {
        var octets: [UInt8] = []
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            var line = Array((seeds.randomElement(using: &generator) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) where !line.isEmpty {
                let at = Int.random(in: 0..<line.count, using: &generator)
                switch Int.random(in: 0...3, using: &generator) {
                case 0: line[at] = UInt8.random(in: 0...255, using: &generator)
                case 1: line.remove(at: at)
                case 2: line.insert(Array("0123456789-+.eE,; \t\r#".utf8).randomElement(using: &generator) ?? 0, at: at)
                default: line.removeSubrange(at...)
                }
            }
            octets += line + [10]
        }
        if round % 7 == 0, !octets.isEmpty { octets.removeLast() }
        var options = StudyImportOptions()
        options.format = format
        options.interval = Bool.random(using: &generator) ? 2 : nil
        options.areFrequencies = [nil, true, false].randomElement(using: &generator) ?? nil
        let found = StudyImport(parsing: octets, name: "x", options: options)
        let text = String(decoding: octets, as: UTF8.self)
        #expect(found.study.readings.allSatisfy { $0.time.isFinite && $0.phase.isFinite }, "\(text)")
        #expect(zip(found.study.readings, found.study.readings.dropFirst()).allSatisfy { $0.time < $1.time }, "\(text)")
        // No line is named twice, and none that is not there.
        let lines = octets.split(separator: 10, omittingEmptySubsequences: false).count
        let named = found.problems.map(\.line).filter { $0 > 0 }
        #expect(Set(named).count == named.count, "\(text)")
        #expect(named.allSatisfy { $0 <= lines }, "\(text)")
        // Something was found, or it is said why not.
        #expect(!found.study.readings.isEmpty || !found.problems.isEmpty || !found.notes.isEmpty, "\(text)")
        // What was read can be written and read again.
        let again = StudyImport(parsing: StudyExport.csv(found.study), name: "x")
        #expect(again.study.readings == found.study.readings, "\(text)")
    }
}

@Test("Of lines of numbers with some that are broken, those taken and those named are together all")
func nothingIsDroppedSilently() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
        var text = "time,phase\n"
        var right = 0
        var wrong: [Int] = []
        for index in 0..<50 {
            if index > 0, Int.random(in: 0..<5, using: &generator) == 0 {
                let broken = [
                    "\(index),", "\(index);1", "x,1", "\(index),1,2", "-5,1", "\(index),0x1p3", "\(index),inf", ",",
                ]
                text += (broken.randomElement(using: &generator) ?? "") + "\n"
                wrong.append(index + 2)
            } else {
                text += "\(index),\(Double.random(in: -1...1, using: &generator))\n"
                right += 1
            }
        }
        let found = StudyImport(parsing: Array(text.utf8), name: "x")
        #expect(found.problems.map(\.line) == wrong, "\(text)")
        #expect(found.study.readings.count == right, "\(text)")
    }
}
