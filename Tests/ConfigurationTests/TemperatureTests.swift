import Configuration
import Recording
import Testing
import TimeBase
import Timekeeping

@Suite("tempcomp and temperature") struct TemperatureLines {
    @Test("They are understood and told again as they were")
    func understood() throws {
        for line in [
            "tempcomp /sys/class/hwmon/hwmon0/temp2_input 30 26000 0 0.000183 1e-07",
            "temperature /sys/class/thermal/thermal_zone0/temp interval 20 keep /var/lib/timeball/temperature",
            "temperature /sys/class/thermal/thermal_zone0/temp interval 60",
        ] {
            let text = Configuration.describe(try settings(line))
            #expect(text.contains(line), "\(text)")
        }
        #expect(try settings("temperature /a\ntemperature off").timekeeper.temperature == nil)
        let kept = try settings("temperature /a keep /b")
        #expect(kept.temperatureFile == "/b")
        #expect(kept.timekeeper.temperature?.isKept == true)
    }

    @Test(
        "Mistakes are told with the word",
        arguments: [
            ("tempcomp /a 30 warm 0 0 0", "neither a number (T0) nor a path"), ("tempcomp /a 30 1 2 3", "needs k2"),
            ("tempcomp /a 0 1 2 3 4", "out of range"), ("temperature /a every 3", "neither interval nor keep"),
            ("tempcomp /a 30 /nowhere", "can't be read"),
        ])
    func mistakes(line: String, sentence: String) {
        let found = diagnostics(line)
        #expect(found.contains { $0.sentence.contains(sentence) }, "\(found)")
    }

    @Test("What was learned comes back from its file as it was, and nonsense is refused")
    func record() throws {
        let record = TemperatureRecord(
            reference: 20.5, linear: 0.05, quadratic: -0.004, linearVariance: 1e-6, covariance: -1e-9,
            quadraticVariance: 1e-8, compensated: 0.25)
        let text = record.text
        #expect(try TemperatureRecord(parsing: text) == record)
        for bad in [
            "", "temperature1 1 2 3", text.replacing("temperature1", with: "temperature2"),
            text.replacing("20.5", with: "inf"), text.replacing("20.5", with: "900"),
            text.replacing("1e-06", with: "-1"),
            text.replacing("-1e-09", with: "1"),
        ] {
            #expect(throws: DriftRecordError.self) { try TemperatureRecord(parsing: bad) }
        }
    }
}
