import Testing

@testable import ClockStudies

@Test(
    "Numbers are written with so many figures, and without zeros that say nothing",
    arguments: [
        (41.258555555, 6, "41.2586"), (-3.565, 6, "-3.565"), (0, 6, "0"), (4.9046, 3, "4.9"), (999_999.6, 6, "1000000"),
        (1.5e-9, 6, "1.5e-09"), (0.00012345, 3, "0.000123"), (1e-5, 2, "0.00001"), (123_456, 2, "120000"),
        (9.99999, 3, "10"), (1e22, 3, "1e+22"), (.leastNonzeroMagnitude, 3, "4.94e-324"),
        (1.7976931348623157e308, 3, "1.8e+308"),
        (-0.0, 3, "0"),
    ])
func significantFigures(value: Double, digits: Int, text: String) {
    #expect(DecimalText.significant(value, digits: digits) == text)
}

@Test("What was written with 15 figures is read as the same number to 15 figures, whatever its size")
func significantFiguresAreRight() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
        let exponent = Double.random(in: -290...290, using: &generator)
        var value = Double.random(in: 1..<10, using: &generator)
        for _ in 0..<Int(exponent.magnitude) { value = exponent > 0 ? value * 10 : value / 10 }
        let read = Double(DecimalText.significant(value, digits: 15))
        #expect(read.map { ($0 - value).magnitude <= value.magnitude * 2e-14 } == true, "\(value)")
    }
}

@Test("Fixed decimals are rounded and never say -0")
func fixedDecimals() {
    #expect(DecimalText.fixed(-0.0004, decimals: 3) == "0.000")
    #expect(DecimalText.fixed(2.5, decimals: 0) == "3")
    #expect(DecimalText.fixed(-1.2345678, decimals: 6) == "-1.234568")
    #expect(DecimalText.fixed(.nan, decimals: 2) == "-")
    #expect(DecimalText.fixed(1e30, decimals: 2) == "-")
}
