import AtomicTime
import Configuration
import Testing
import TimeBase
import Timekeeping

@Suite("Leap seconds, smoothing, times by hand and holdover in the configuration")
struct CivilTime {
    @Test("Each directive changes the settings that it names, and nothing else")
    func directives() throws {
        let rows: [(String, (inout DaemonSettings) -> Void)] = [
            (
                "leapsectz right/UTC",
                {
                    $0.leapSeconds = .zone("right/UTC")
                    $0.timekeeper.leapSeconds.isReadAgain = true
                }
            ),
            // The list has precedence: it says how long it is good.
            (
                "leapseclist /l\nleapsectz right/UTC",
                {
                    $0.leapSeconds = .list("/l")
                    $0.timekeeper.leapSeconds.isReadAgain = true
                }
            ),
            ("leapsecmode Slew", { $0.timekeeper.leapSeconds.mode = .slew }),
            ("leapsecmode system", { _ in }),
            (
                "smoothtime 400 0.001 leaponly",
                {
                    $0.timekeeper.smoothTime = SmoothTimeSettings(
                        maximumFrequency: Frequency(ppm: 400), maximumWander: Frequency(ppm: 0.001), leapOnly: true)
                }
            ),
            (
                "smoothtime 50 0.01",
                {
                    $0.timekeeper.smoothTime = SmoothTimeSettings(
                        maximumFrequency: Frequency(ppm: 50), maximumWander: Frequency(ppm: 0.01))
                }
            ),
            ("manual", { $0.timekeeper.acceptsManualTime = true }),
            (
                "initstepslew 30 a.example 192.0.2.1",
                {
                    $0.timekeeper.initialCorrection = InitialCorrectionSettings(
                        threshold: .seconds(30), names: ["a.example", "192.0.2.1"])
                }
            ),
            (
                "fallbackdrift 16 19",
                { $0.timekeeper.fallbackDrift = FallbackDriftSettings(shortest: 16, longest: 19) }
            ),
            (
                "mailonchange root@localhost 0.5",
                {
                    $0.mailRecipient = "root@localhost"
                    $0.timekeeper.mailChange = .milliseconds(500)
                }
            ),
        ]
        for (text, change) in rows {
            var expected = DaemonSettings()
            change(&expected)
            #expect(try settings(text) == expected, "\(text)")
            #expect(try settings(Configuration.describe(expected)) == expected, "\(text)")
        }
    }

    @Test(
        "A mistake is an error at the word that is wrong",
        arguments: [
            ("leapsecmode jump", 13, "none of system, step, slew, ignore"),
            ("leapsectz", 1, "needs a time zone"),
            ("smoothtime 400", 12, "needs a frequency"),
            ("smoothtime 400 0", 16, "out of range"),
            ("smoothtime 400 0.001 leapsonly", 22, "too many"),
            ("smoothtime nan 1", 12, "not a number"),
            ("initstepslew 30", 14, "needs a host"),
            ("fallbackdrift 19 16", 18, "less than 19"),
            ("fallbackdrift 1 99", 17, "from 1 to 30"),
            ("mailonchange -t 1", 14, "not an address"),
            ("mailonchange root", 14, "needs a threshold"),
            ("manual yes", 8, "too many"),
        ])
    func mistake(text: String, column: Int, sentence: String) {
        let found = errors(text)
        #expect(found.count == 1 && found.first?.column == column, "\(found)")
        #expect(found.first?.sentence.contains(sentence) == true, "\(found)")
    }

    @Test("A zone is looked for where zones are, by both of its names")
    func paths() {
        #expect(LeapSecondFile.zone("right/UTC").path == "/usr/share/zoneinfo/right/UTC")
        #expect(LeapSecondFile.zone("UTC/right").path == "/usr/share/zoneinfo/right/UTC")
        #expect(LeapSecondFile.zone("/a/right/UTC").path == "/a/right/UTC")
        #expect(LeapSecondFile.list("/l").path == "/l")
    }

    @Test("What is no table of leap seconds is said to be none, and what to do is said with it")
    func wrongFiles() throws {
        for file in [LeapSecondFile.zone("right/UTC"), .list("/l")] {
            for octets in [[], Array("TZif".utf8), Array("#@ 1\nx".utf8), [UInt8](repeating: 0xff, count: 100)] {
                guard case .failure(let failure) = file.history(octets) else {
                    Issue.record("\(octets) was taken")
                    continue
                }
                #expect(failure.sentence.hasSuffix("."))
            }
            #expect(file.advice.contains("tzdata"))
        }
        let list = "#$ 3676924800\n#@ 3991593600\n2272060800 10\n2287785600 11\n"
        guard case .success(let history) = LeapSecondFile.list("/l").history(Array(list.utf8)) else {
            Issue.record("not read")
            return
        }
        #expect(history.changes.map(\.difference) == [10, 11] && history.origin == "/l")
    }
}
