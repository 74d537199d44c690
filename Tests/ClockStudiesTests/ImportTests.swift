import ClockStudies
import Recording
import Testing

private func read(_ text: String, _ name: String = "file", _ change: (inout StudyImportOptions) -> Void = { _ in })
    -> StudyImport
{
    var options = StudyImportOptions()
    change(&options)
    return StudyImport(parsing: Array(text.utf8), name: name, options: options)
}

private let measurements = """
    =======================================================================================================================
       Date (UTC) Time     IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del. Peer disp.  Root del. Root disp. Refid     MTxRx
    =======================================================================================================================
    2026-11-24 23:18:43 127.0.0.1       N  1 111 111 1111  -2  0 1.00 -1.329e-06  5.840e-06  1.304e-07  0.000e+00  0.000e+00 7F7F0101 4B K K
    2026-11-24 23:18:44 127.0.0.1       N  1 111 111 1111  -2 -2 0.81  1.565e-06  4.456e-06  1.046e-07  0.000e+00  0.000e+00 7F7F0101 4B K K
    2026-11-24 23:18:44 192.0.2.7       N  2 111 111 1110  10 10 1.0  4.966e-03  2.296e-01  1.577e-05  1.615e-01  7.446e-03 CB00717B 4B D K

    """

private let statistics = """
       Date (UTC) Time     IP Address    Std dev'n Est offset  Offset sd  Diff freq   Est skew  Stress  Ns  Bs  Nr  Asym
    2026-11-24 23:18:43 127.0.0.1        1.013e-07  1.628e-06  1.083e-07  1.614e-06  9.115e-04 8.1e-04   3   0   3  0.00
    2026-11-24 23:18:45 127.0.0.1        9.043e-08 -1.673e-07  7.850e-08 -1.294e-06  2.211e-05 1.4e-03   4   0   3  0.00

    """

private let tracking = """
       Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr. Root delay Root disp. Max. error
    2026-11-24 23:18:43 127.0.0.1        2      1.614    911.746  1.629e-06 N  1  1.083e-07 -0.000e+00  5.459e-06  4.454e-04  1.500e+00
    2026-11-24 23:18:44 127.0.0.1        2      0.320     22.301 -1.674e-07 N  1  7.850e-08 -1.730e-06  4.933e-06  9.265e-06  5.071e-04

    """

@Test("chronyd's own lines come out octet for octet as they went in")
func chronyLinesRoundTrip() throws {
    for line in measurements.split(separator: "\n").dropFirst(3).dropLast() {
        #expect(try MeasurementLine(parsing: line).text == line)
    }
    for line in statistics.split(separator: "\n").dropFirst() {
        #expect(try StatisticsLine(parsing: line).text == line)
    }
    for line in tracking.split(separator: "\n").dropFirst() { #expect(try TrackingLine(parsing: line).text == line) }
    let rtc = "2015-07-22 05:40:50      -0.037360 1       -0.037434       -37.948  12   5  120"
    #expect(try RealTimeClockLine(parsing: Substring(rtc)).text == rtc)
}

@Test("chrony's measurements are positive when the clock is slow, its statistics and tracking when it is fast")
func chronySigns() {
    let first = read(measurements)
    #expect(first.format == .measurements)
    #expect(first.study.readings.map(\.phase) == [1.329e-06, -1.565e-06])
    #expect(first.study.readings.map(\.time) == [1_795_562_323, 1_795_562_324])
    #expect(first.study.subject.reference == "127.0.0.1")
    #expect(first.notes.contains { $0.hasSuffix("left out are 192.0.2.7 (1 lines).") })
    let other = read(measurements) { $0.source = "192.0.2.7" }
    #expect(other.study.readings.map(\.phase) == [-4.966e-03])
    #expect(other.study.readings.first?.uncertainty == 2.296e-01 / 2 + 1.577e-05)

    #expect(read(statistics).format == .statistics)
    #expect(read(statistics).study.readings.map(\.phase) == [1.628e-06, -1.673e-07])
    #expect(read(tracking).format == .tracking)
    #expect(read(tracking).study.readings.map(\.phase) == [1.629e-06, -1.674e-07])
}

@Test("The frequency column of tracking.log is the unsteered clock's gain, summed to phases")
func trackingFrequencies() {
    let found = read(tracking) { $0.areFrequencies = true }
    #expect(found.study.readings.count == 3)
    #expect(isNear(found.study.readings.last?.phase, 1.934e-06, 1e-18))
    #expect(found.study.subject.interval == 1)
}

@Test("chrony's rtc.log says by how much the RTC is fast of the clock")
func chronyRTC() {
    let found = read("2015-07-22 05:40:50     -0.037360 1       -0.037434          -37.948  12   5  120\n", "rtc.log")
    #expect(found.format == .rtc)
    #expect(found.study.readings.map(\.phase) == [-0.037360])
    #expect(found.study.subject.clock == "RTC")
}

@Test("ntpd's offsets are positive when the clock is slow, and its frequency is what it adds")
func ntpdLogs() {
    let loop = "60000 100.5 0.000250 -41.26 0.000012 0.0034 6\n60000 164.5 0.000150 -41.26 0.000012 0.0034 6\n"
    let found = read(loop, "loopstats")
    #expect(found.format == .loopstats)
    // MJD 60000 is 2023-02-25.
    #expect(found.study.readings.map(\.time) == [1_677_283_300.5, 1_677_283_364.5])
    #expect(found.study.readings.map(\.phase) == [-0.000250, -0.000150])
    let own = read(loop, "loopstats") { $0.areFrequencies = true }
    #expect(isNear(own.study.readings.last?.phase, 128 * 41.26e-6, 1e-15))

    let peer = "60000 100.5 192.0.2.1 9614 0.010000 0.020000 0.003000 0.000100\n"
    #expect(read(peer).format == .peerstats)
    #expect(read(peer).study.readings.map(\.phase) == [-0.010])
    #expect(isNear(read(peer).study.readings.first?.uncertainty, 0.013, 1e-15))

    let raw = """
        60000 100.5 192.0.2.1 192.0.2.9 3886272100.000000001 3886272100.010000002 3886272100.010100002 3886272100.010100001 0 4 4 1 6 -20 0 0 GPS

        """
    #expect(read(raw).format == .rawstats)
    // 10 ms one way and none back: exact, where doubles of 3.9e9 s would be off by 0.5 µs.
    #expect(read(raw).study.readings.map(\.phase) == [-0.005000001])
}

@Test("The seed's log: adjtimex output after lines with the time, each reading taken, each missing one named")
func seedLog() {
    let text = """
        # Generated at: 2013-05-06 10:07:35 UTC 1367834855 123456789
        1367834856      -0.002202
        # Generated at: 2013-05-06 10:07:37 UTC 1367834857 123456789
        1367834858      -0.002119
        # Generated at: 2013-05-06 10:07:39 UTC 1367834859 123456789
        # Generated at: 2013-05-06 10:07:41 UTC 1367834861 123456789
        1367834862      -0.001955

        """
    let found = read(text, "time.log")
    #expect(found.format == .adjtimexCompare)
    #expect(found.study.readings.map(\.time) == [1_367_834_856, 1_367_834_858, 1_367_834_862])
    #expect(found.study.readings.map(\.phase) == [-0.002202, -0.002119, -0.001955])
    #expect(found.problems.map(\.line) == [5])
}

@Test("adjtimex --compare with its headings and its seven columns")
func compareTable() {
    let text = """
                                              --- current ---   -- suggested --
        cmos time     system-cmos  error_ppm   tick      freq    tick      freq
        1000000000      0.000100
        1000000010      0.000512       41.2  10000         0
        1000000020      0.000925       41.3  10000         0   10000  -2703924
        1000000030      0.000925        0.0  10000  -2703924   10000  -2703924

        """
    let found = read(text)
    #expect(found.problems.isEmpty)
    #expect(found.study.readings.count == 4)
    #expect(found.study.events.map(\.kind) == [.rateChange])
    #expect(isNear(found.study.events.first?.size, -41.2586e-6, 1e-10))
}

@Test("adjtimex --log compares with its reference, or with the RTC where there was none")
func clocksLog() {
    let lines = """
        2023-11-14 22:13 1700000000.000 0.010 1700000000.500 10000 0 n 1700000001.000 n
        2023-11-15 22:13 1700086400.000 0.010 1700086404.060 10000 0 y 1700086401.259 y

        """
    let found = read(lines)
    #expect(found.format == .adjtimexLog)
    #expect(found.study.readings.map { ($0.phase * 1000).rounded() } == [500, 4060])
    // 41.2 ppm, as adjtimex --review says of these lines.
    let rate = (found.study.readings[1].phase - found.study.readings[0].phase) / 86_400
    #expect(isNear(rate, 41.2e-6, 0.01e-6))
}

@Test("Stable32: words before the numbers, MJD time tags, and 0 as a gap")
func stable32() {
    let phases = read("Some title\n# comment\n1e-9\n2e-9\n0\n4e-9\n", "a.phd") { $0.interval = 10 }
    #expect(phases.format == .stable32)
    #expect(phases.study.readings.map(\.phase) == [1e-9, 2e-9, 4e-9])
    #expect(phases.study.readings.map(\.time) == [0, 10, 30])
    #expect(phases.notes.contains { $0.hasPrefix("1 readings are missing") })
    let tagged = read("60000.0 1e-9\n60000.5 2e-9\n", "a.dat")
    #expect(tagged.study.readings.map(\.time) == [1_677_283_200, 1_677_326_400])
    let frequencies = read("1e-6\n1e-6\n-1e-6\n", "a.frd") { $0.interval = 2 }
    #expect(frequencies.study.readings.map { ($0.phase * 1e6).rounded() } == [0, 2, 4, 2])
    #expect(frequencies.study.readings.map(\.time) == [0, 2, 4, 6])
    #expect(read("1e-6\n", "a.frd").problems.map(\.line) == [0])
}

@Test(
    "Columns of any file: by their names and units, by position, with dates, with semicolons",
    arguments: [
        ("time,offset_ms\n1,2\n2,4\n", [1.0, 2], [0.002, 0.004]),
        ("1;2e-3\n2;4e-3\n", [1, 2], [2e-3, 4e-3]),
        ("1 2e-3\n2\t 4e-3\n", [1, 2], [2e-3, 4e-3]),
        ("# unix_time,temp_C,phase_us: all in order\n1,20,5\n2,21,6\n", [1, 2], [5e-6, 6e-6]),
        ("date,phase\n2026-11-24T00:00:01Z,1\n2026-11-24 00:00:02.5,2\n", [1_795_478_401, 1_795_478_402.5], [1, 2]),
        ("\"timestamp\",\"phase [ns]\"\r\n1,7\r\n2,8\r\n", [1, 2], [7e-9, 8e-9]),
        ("a,b\n1,2\n2,3\n", [1, 2], [2, 3]),
    ])
func columns(text: String, times: [Double], phases: [Double]) {
    let found = read(text, "x.csv")
    #expect(found.problems.isEmpty)
    #expect(found.study.readings.map(\.time) == times)
    #expect(found.study.readings.map { ($0.phase * 1e12).rounded() } == phases.map { ($0 * 1e12).rounded() })
}

@Test("Every wrong line is named with its number, and the others are taken")
func wrongLinesAreNamed() {
    let text = "time,phase\n1,0.1\n2,zero\n3,0.3,4\nyesterday,0.4\n2.5,0.5\n6,nan\n7,1e999\n8,0.8\n"
    let found = read(text)
    #expect(found.problems.map(\.line) == [3, 4, 5, 8])
    #expect(found.study.readings.map(\.time) == [1, 2.5, 8])
    #expect(found.notes.contains { $0.hasPrefix("1 readings are missing") })
}

@Test("Times that stand still or go back are named")
func timesGoForward() {
    let found = read("1,0\n2,0\n2,1\n1.5,1\n3,0\n")
    #expect(found.problems.map(\.line) == [3, 4])
    #expect(found.study.readings.count == 3)
}

@Test("A study that is written as CSV and read again is the same study, happenings and facts and all")
func csvRoundTrip() {
    var study = Study()
    study.subject.title = "pi3 against rtc0"
    study.subject.clock = "CLOCK_REALTIME of pi3"
    study.subject.reference = "rtc0 (ds1307)"
    study.subject.referenceDoubt = 3e-6
    study.subject.interval = 2
    study.subject.facts = [Study.Fact("host", "pi3"), Study.Fact("frequency", "0 (0.000 ppm)")]
    var generator = SystemRandomNumberGenerator()
    for index in 0..<1000 {
        study.readings.append(
            Study.Reading(
                time: 1_795_561_980.25 + Double(index) * 2, phase: Double.random(in: -1...1, using: &generator),
                uncertainty: index % 3 == 0 ? nil : 1e-6, temperature: index % 2 == 0 ? 41.5 : nil))
    }
    study.events = [
        Study.Happening(time: 1_795_561_990.25, kind: .step, words: "The clock was set forward, twice.", size: 0.25),
        Study.Happening(time: 1_795_562_000.25, kind: .pause, words: "The recording was interrupted."),
    ]
    let found = StudyImport(parsing: StudyExport.csv(study), name: "x")
    #expect(found.problems.isEmpty)
    #expect(found.study == study)
}

@Test("Stable32 gets a gap where a reading is missing, and reads back the same phases")
func stable32RoundTrip() throws {
    var study = Study()
    study.subject.interval = 10
    study.readings = [0, 1, 2, 5, 6].map {
        Study.Reading(time: 1_677_283_200 + Double($0) * 10, phase: Double($0) * 1e-6)
    }
    let octets = try #require(StudyExport.stable32(study))
    let found = StudyImport(parsing: octets, name: "x.phd")
    #expect(found.problems.isEmpty)
    #expect(found.study.readings.map(\.phase) == study.readings.map(\.phase))
    for (one, other) in zip(found.study.readings, study.readings) { #expect((one.time - other.time).magnitude < 2e-5) }
}
