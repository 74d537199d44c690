internal import Engine
internal import Recording
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite("Compensation for temperature") struct TemperatureTests {
    private func bench(_ model: TemperatureSettings.Model) -> Bench {
        TimekeepingTests.bench(1) { $0.temperature = TemperatureSettings(interval: .seconds(30), model: model) }
    }

    @Test("tempcomp's polynomial and its points tell how much faster the clock is to run")
    func models() {
        let line = TemperatureSettings.Model.polynomial(reference: 26_000, k0: 0.5, k1: 0.000183, k2: 1e-7)
        #expect(((line.correction(at: 27_000) ?? 0) - (0.5 + 0.183 + 0.1)).magnitude < 1e-12)
        let points = TemperatureSettings.Model.points([
            .init(temperature: 20_000, correction: Frequency(ppm: 1)),
            .init(temperature: 21_000, correction: Frequency(ppm: 0.5)),
            .init(temperature: 23_000, correction: Frequency(ppm: 0.4)),
        ])
        for (temperature, ppm) in [(20_500.0, 0.75), (22_000, 0.45), (19_000, 1.5), (25_000, 0.3), (21_000, 0.5)] {
            #expect(((points.correction(at: temperature) ?? 0) - ppm).magnitude < 1e-9, "\(temperature)")
        }
        #expect(TemperatureSettings.Model.learned.correction(at: 0) == nil)
    }

    @Test("The sensor is read at once and then in its interval, and the kernel's rate follows")
    func rate() {
        var bench = bench(.polynomial(reference: 25_000, k0: 0, k1: 0.001, k2: 0))
        bench.run(for: .seconds(95))
        #expect(bench.effects.count { $0 == .readTemperature } == 4)
        let before = bench.keeper.clock.ratio
        bench.receive(.temperature(27_000))
        // 2 ppm faster, by the oscillator; by the scale from which 2 ppm are taken as fast as before.
        #expect((bench.rate.frequency.ppm - before * 1e6 - 2).magnitude < 1e-3)
        #expect((bench.keeper.clock.ratio - before).magnitude < 1e-10)
        // Beyond 10 ppm it is the sensor's fault, and said once.
        for _ in 0..<3 { bench.receive(.temperature(99_000)) }
        #expect(bench.notes.count { if case .temperatureOutOfRange = $0 { true } else { false } } == 1)
        #expect((bench.keeper.clock.compensation * 1e6 + 2).magnitude < 1e-9)
        bench.receive(.temperature(25_000))
        #expect(bench.keeper.clock.compensation == 0)
        for _ in 0..<3 { bench.receive(.temperature(nil)) }
        #expect(bench.notes.count { $0 == .temperatureUnreadable } == 1)
    }

    @Test("A crystal that follows its temperature is kept right by the sensor alone")
    func withoutSources() {
        var bench = bench(.polynomial(reference: 25_000, k0: 0, k1: 0.001, k2: 0))
        bench.run(for: .seconds(1))
        bench.receive(.temperature(25_000))
        bench.run(for: .seconds(600))
        bench.servers = [:]
        bench.run(for: .seconds(600))
        let error = bench.error
        // 3 K warmer, so the crystal loses 3 ppm.
        bench.gain = -3e-6
        bench.receive(.temperature(28_000))
        bench.run(for: .seconds(10_000))
        #expect((bench.error - error).magnitude < 2e-6)
    }

    @Test("What was learned is remembered with the drift, and taken up again")
    func remembered() throws {
        var settings = TemperatureSettings(interval: .seconds(30), model: .learned)
        settings.known = TemperatureRecord(
            reference: 20, linear: 0.05, quadratic: 0, linearVariance: 1e-6, covariance: 0, quadraticVariance: 1e-8,
            compensated: 0.25)
        settings.isKept = true
        var bench = TimekeepingTests.bench(1) {
            $0.temperature = settings
            $0.initialDrift = Drift(frequency: Frequency(ppm: 10), skew: Frequency(ppm: 0.1))
            $0.keepsDrift = true
        }
        // At 25 °C it gained 10 ppm, of which the temperature did 0.25; at 30 °C it is 0.25 ppm more.
        bench.gain = 10.25e-6
        bench.servers = [:]
        bench.run(for: .seconds(1))
        bench.receive(.temperature(30_000))
        #expect((bench.keeper.clock.compensation * 1e6 - 0.5).magnitude < 1e-6)
        #expect((bench.rate.frequency.ppm + 10.25).magnitude < 0.01)
        bench.servers[address(1)] = server()
        bench.run(for: .seconds(300))
        bench.forget()
        bench.finish()
        let saved = bench.effects.compactMap {
            if case .save(.temperature, let text) = $0 { text } else { nil }
        }
        let text = try #require(saved.last)
        #expect(text.hasPrefix("temperature1 20.0 "))
        let drift = bench.effects.compactMap { if case .save(.drift, let text) = $0 { text } else { nil } }
        let words = try #require(drift.last).split(separator: " ")
        #expect(((Double(words[0]) ?? 0) - 10.25).magnitude < 0.02)
    }

    @Test("A reading that no room has is not believed: thousandths of a degree are wanted")
    func implausible() {
        var bench = bench(.learned)
        bench.run(for: .seconds(1))
        bench.receive(.temperature(21_500))
        bench.receive(.temperature(400_000))
        #expect(bench.keeper.temperature?.reading == 21_500)
        #expect(bench.notes.contains(.temperatureImplausible(celsius: 400)))
    }
}

@Suite("A drift file that nobody watched") struct AgedDriftTests {
    @Test("Its skew grows with the root of its age, up to a month's, and is never less than it was")
    func aged() {
        let drift = Drift(frequency: Frequency(ppm: 12), skew: Frequency(ppm: 0.02))
        #expect(drift.aged(by: .zero) == drift)
        #expect(drift.aged(by: .seconds(-5)) == drift)
        let day = drift.aged(by: .seconds(86400)).skew.ppm
        #expect((day - 1.058).magnitude < 0.01)
        #expect((drift.aged(by: .seconds(4 * 86400)).skew.ppm / day - 2).magnitude < 0.01)
        #expect(drift.aged(by: .seconds(90 * 86400)) == drift.aged(by: .seconds(30 * 86400)))
        #expect(drift.aged(by: .seconds(86400)).frequency == drift.frequency)
    }
}
