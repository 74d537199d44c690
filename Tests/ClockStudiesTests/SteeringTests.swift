import ClockStudies
import Testing

@Test("The mean of a steering that changed twice weighs each rate by the time it held")
func meanSteering() {
    var study = Study()
    study.subject.facts = [Study.Fact("tick", "10001 us"), Study.Fact("frequency", "-655360 (-10.000 ppm)")]
    study.readings = [0, 50, 100].map { Study.Reading(time: 1000 + $0, phase: 0) }
    study.events = [
        Study.Happening(time: 1020, kind: .rateChange, words: "", size: 10e-6),
        Study.Happening(time: 1070, kind: .step, words: "", size: 3),
        Study.Happening(time: 1080, kind: .rateChange, words: "", size: -40e-6),
    ]
    // 90 ppm for 20 s, 100 ppm for 60 s, 60 ppm for 20 s.
    let history = SteeringHistory(study)
    #expect(isNear(history.mean, 90e-6, 1e-12))
    #expect(history.isKnown)
    #expect(history.changes == 2)
    study.subject.facts = []
    #expect(!SteeringHistory(study).isKnown)
    #expect(isNear(SteeringHistory(study).mean, 0, 1e-12))
}

@Test(
    "The settings that are suggested take the gain away, by the frequency alone where it reaches",
    arguments: [
        (41.2586e-6, 10_000, 0, 10_000, -2_703_924),
        (-41.2586e-6, 10_000, 0, 10_000, 2_703_924),
        // The clock gains although it is slowed already.
        (10e-6, 10_000, -655_360, 10_000, -1_310_720),
        // Beyond 500 ppm ticks of 100 ppm help.
        (740e-6, 10_000, 0, 9993, -2_621_440),
        // What a tick does already stays.
        (0, 10_001, -655_360, 10_001, -655_360),
    ])
func suggestedSettings(gain: Double, tick: Int, frequency: Int, rightTick: Int, rightFrequency: Int) {
    let steering = SteeringState(tick: tick, scaledFrequency: frequency, isSynchronised: false)
    let right = ComparisonTable.suggestion(gain: gain, steering)
    #expect(right?.tick == rightTick)
    #expect(right.map { ($0.scaledFrequency - rightFrequency).magnitude <= 1 } == true)
    #expect(isNear(right?.rate, steering.rate - gain, 1e-11))
}

@Test("A gain that the kernel cannot take away has no settings", arguments: [0.2, -0.11, Double.nan, .infinity])
func noSettings(gain: Double) {
    #expect(ComparisonTable.suggestion(gain: gain, .nominal) == nil)
}

@Test("The table's suggestion comes from all readings: noise of 25 us at 10 s, 3.5 ppm for a pair, is 0.3 ppm after 30")
func tableLines() throws {
    var table = ComparisonTable()
    var generator = SystemRandomNumberGenerator()
    var line = ""
    for index in 0..<30 {
        let noise = Double.random(in: -43e-6...43e-6, using: &generator)
        let time = Double(index) * 10
        line = table.line(Study.Reading(time: 1_367_834_856 + time, phase: time * 41.2586e-6 + noise), .nominal)
    }
    let words = line.split(separator: " ")
    #expect(words.count == 7)
    let suggested = try #require(words.last.flatMap { Double($0) })
    // Five standard deviations.
    #expect(isNear(suggested / 65_536, -41.2586, 0.27 * 5))
    #expect(words[3] == "10000")
}
