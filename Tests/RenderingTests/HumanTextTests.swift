import Rendering
import Testing
import TimeBase

struct HumanTextTests {
    @Test(
        "A duration is told with three digits in the unit that fits, and never as 1000 of a smaller one",
        arguments: [
            (0, "0 ns"), (1.4e-9, "1 ns"), (999e-9, "999 ns"), (1e-6, "1.00 us"), (999.4e-6, "999 us"),
            (999.7e-6, "1.00 ms"), (9.994e-3, "9.99 ms"), (9.996e-3, "10.0 ms"), (18.65e-3, "18.7 ms"),
            (-2.31, "2.31 s"), (599, "599 s"), (600, "10.0 min"), (7200, "120 min"), (36_000, "10.0 h"),
            (864_000, "10.0 days"),
        ])
    func sizes(seconds: Double, text: String) {
        #expect(HumanText.size(Duration(clampingSeconds: seconds)) == text)
    }

    @Test(
        "A bound is rounded up, so that it stays a promise",
        arguments: [(18.61e-3, "+/-18.7 ms"), (18.6e-3, "+/-18.6 ms"), (250.003e-3, "+/-251 ms"), (1.1e-9, "+/-2 ns")])
    func bounds(seconds: Double, text: String) {
        #expect(HumanText.bound(Duration(clampingSeconds: seconds)) == text)
    }

    @Test("What is not known is a dash, not a zero")
    func unknown() {
        #expect(HumanText.bound(nil) == "-")
        #expect(HumanText.age(nil) == "-")
        #expect(HumanText.skew(nil) == "-")
        #expect(HumanText.size(.seconds(1e15)) == "11574074074 days")
    }

    @Test("A positive offset means slow, a positive frequency means fast")
    func words() {
        #expect(HumanText.offset(.milliseconds(62)) == "62.0 ms slow")
        #expect(HumanText.offset(.milliseconds(-62)) == "62.0 ms fast")
        #expect(HumanText.offset(.zero) == "0 ns off")
        #expect(HumanText.frequency(Frequency(ppm: 5.97)) == "5.970 ppm fast")
        #expect(HumanText.frequency(Frequency(ppm: -123.4)) == "123 ppm slow")
        #expect(HumanText.skew(Frequency(ppm: 9.9999)) == "+/-10.0 ppm")
    }

    @Test(
        "Ages are whole",
        arguments: [(0.9, "0 s"), (119.0, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 days"), (-5, "0 s")])
    func ages(seconds: Double, text: String) {
        #expect(HumanText.age(Duration(clampingSeconds: seconds)) == text)
    }

    @Test("The reach register is told with its latest poll at the right")
    func answers() {
        #expect(HumanText.answers(0b1111_1101) == "######.#")
        #expect(HumanText.answerCount(0xfffd) == 7)
    }

    @Test(
        "Durations are read with their unit, or as seconds",
        arguments: [
            ("5ms", 0.005), ("0.25 s", 0.25), ("90", 90), ("100us", 1e-4), ("100µs", 1e-4), ("2min", 120),
            ("1h", 3600), ("", nil), ("ms", nil), ("-5ms", nil), ("5 fortnights", nil), ("1.2.3s", nil), ("1e999", nil),
        ] as [(String, Double?)])
    func parsing(text: String, seconds: Double?) {
        #expect(DurationText.parse(text) == seconds.flatMap { Duration(checkedSeconds: $0) })
    }
}
