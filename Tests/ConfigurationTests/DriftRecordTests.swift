import Recording
import Testing
import TimeBase

@Suite("Drift files")
struct DriftRecords {
    @Test(
        "What is written is read again, to a millionth of a ppm",
        arguments: [(-12.345678, 0.0125), (0, 1e-6), (99_999.5, 500)])
    func again(frequency: Double, skew: Double) throws {
        let record = DriftRecord(frequency: Frequency(ppm: frequency), skew: Frequency(ppm: skew))
        let read = try DriftRecord(parsing: record.text)
        #expect((read.frequency.ppm - frequency).magnitude < 1e-6 && (read.skew.ppm - skew).magnitude < 1e-6)
    }

    @Test("chrony's own file is read")
    func chrony() throws {
        let read = try DriftRecord(parsing: "           -17.264390             0.183456\n")
        #expect(read == DriftRecord(frequency: Frequency(ppm: -17.26439), skew: Frequency(ppm: 0.183456)))
    }

    @Test(
        "Nonsense is refused with a sentence",
        arguments: [
            "", "1.5", "1.5 x", "nan 1", "1 inf", "0x10 1", "1 2 3", "100001 1", "-100001 1", "1 0", "1 -1", "1e999 1",
            "\u{0} 1",
        ])
    func nonsense(text: String) {
        let error = #expect(throws: DriftRecordError.self) { try DriftRecord(parsing: text) }
        #expect(error?.description.hasSuffix(".") == true)
    }
}
