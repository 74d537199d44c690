import Recording
import Testing
import TimeBase

private func record(_ text: String) throws -> AdjustmentRecord { try AdjustmentRecord(parsing: text) }

@Suite("hwclock's arithmetic")
struct AdjustmentArithmeticTests {
    /// What util-linux 2.38.1 printed for these files, at these times (UTC).
    private static let predictions: [(file: String, time: Int64, seconds: Int64, microseconds: Int64)] = [
        ("2.000000 1700000000 0.000000\n1700000000\nUTC\n", 1_700_000_000, 1_700_000_000, 0),
        ("2.000000 1700000000 0.000000\n1700000000\nUTC\n", 1_700_086_400, 1_700_086_398, 0),
        ("2.000000 1700000000 0.000000\n1700000000\nUTC\n", 1_700_864_000, 1_700_863_980, 0),
        ("2.000000 1700000000 0.000000\n1700000000\nUTC\n", 1_702_592_000, 1_702_591_940, 0),
        ("2.000000 1700000000 0.000000\n1700000000\nUTC\n", 2_015_619_200, 2_015_611_894, 0),
        ("-3.564700 1700000000 0.250000\n1700000000\nUTC\n", 1_700_000_000, 1_699_999_999, 750_000),
        ("-3.564700 1700000000 0.250000\n1700000000\nUTC\n", 1_700_086_400, 1_700_086_403, 314_700),
        ("-3.564700 1700000000 0.250000\n1700000000\nUTC\n", 1_700_864_000, 1_700_864_035, 397_001),
        ("-3.564700 1700000000 0.250000\n1700000000\nUTC\n", 1_702_592_000, 1_702_592_106, 691_001),
        ("-3.564700 1700000000 0.250000\n1700000000\nUTC\n", 2_015_619_200, 2_015_632_221, 599_099),
        ("0.0 0 0.0\n0\nLOCAL\n", 1_700_000_000, 1_700_000_000, 0),
    ]

    @Test("gives its own predictions, to the microsecond that it cuts off", arguments: predictions.indices)
    private func predict(index: Int) throws {
        let row = Self.predictions[index]
        let expected = AdjustmentRecord.Time(seconds: row.seconds, microseconds: row.microseconds)
        #expect(try record(row.file).prediction(at: row.time) == expected)
    }

    @Test("A positive factor is added: the RTC is slow, and means a later time than it shows")
    func sign() throws {
        let slow = try record("2.0 1700000000 0.0\n")
        #expect(slow.corrected(1_700_086_400) == AdjustmentRecord.Time(seconds: 1_700_086_402))
        #expect(slow.isDue(at: 1_700_086_400) && !slow.isDue(at: 1_700_020_000))
        let fast = try record("-2.0 1700000000 0.0\n")
        #expect(fast.corrected(1_700_086_400) == AdjustmentRecord.Time(seconds: 1_700_086_398))
        // -1.1 s: rounded down that is -2, which hwclock adjusts; -0.9 s it does not.
        #expect(fast.isDue(at: 1_700_047_520) && !fast.isDue(at: 1_700_038_880))
    }

    @Test("After a set the factor is reckoned anew only if asked for, and only after four hours")
    func calibration() throws {
        let old = try record("1.0 1700000000 0.0\n1700000000\nUTC\n")
        // A day later the RTC, corrected, is still 3 s behind.
        let now = AdjustmentRecord.Time(seconds: 1_700_086_400)
        let before = AdjustmentRecord.Time(seconds: 1_700_086_397)
        let asked = old.calibrated(at: now, before: before, updatesFactor: true)
        #expect((asked.driftFactor - 4).magnitude < 1e-9)
        #expect(asked.lastCalibration == now.seconds && asked.lastAdjustment == now.seconds)
        #expect(old.calibrated(at: now, before: before, updatesFactor: false).driftFactor == 1)
        let soon = AdjustmentRecord.Time(seconds: 1_700_010_000)
        #expect(old.calibrated(at: soon, before: soon, updatesFactor: true).driftFactor == 1)
        // What no clock does is not believed.
        let absurd = AdjustmentRecord.Time(seconds: 1_700_086_400 - 40_000)
        #expect(old.calibrated(at: now, before: absurd, updatesFactor: true).driftFactor == 0)
    }

    @Test(
        "No record traps, however absurd",
        arguments: [
            "1e8 -9223372036854775808 1e8\n", "-1e8 9223372036854775807 -1e8\n", "9e8 0 9e8\n9223372036854775807\n",
        ])
    func absurd(text: String) throws {
        let record = try record(text)
        for time in [Int64.min, -1, 0, 1_700_000_000, Int64.max] {
            _ = record.prediction(at: time)
            _ = record.corrected(time)
            _ = record.isDue(at: time)
            let moment = AdjustmentRecord.Time(seconds: time)
            _ = record.calibrated(at: moment, before: moment, updatesFactor: true)
        }
    }
}
