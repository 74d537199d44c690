import Testing
import TimeBase

@testable import Estimation

/// A crystal with a straight line and a parabola, a room with day and night, and samples with noise.
private struct Room {
    var linear = 0.05e-6
    var quadratic = -0.004e-6
    var swing = 5.0
    var random = RandomSource(seed: 5)

    func kelvins(_ time: Double) -> Double { swing * sine(time / 86400) }

    private func sine(_ turns: Double) -> Double {
        // Bhaskara's approximation: smooth enough for weather.
        let x = (turns - turns.rounded(.down)) * 360
        let y = x > 180 ? x - 180 : x
        let value = 4 * y * (180 - y) / (40500 - y * (180 - y))
        return x > 180 ? -value : value
    }

    /// Nearly normal: twelve uniform numbers.
    private mutating func normal() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + random.uniform() }
    }

    /// Runs a filter, with or without its thermometer, and returns it with the true frequency at the end.
    mutating func run(hours: Int, noise: Double = 50e-6, hasThermometer: Bool = true) -> (ClockFilter, Double) {
        var filter = ClockFilter(time: 0, frequency: 0, frequencyDeviation: 1e-6)
        if hasThermometer { filter.learnWarmth(kelvins(0), from: 0, .unknown) }
        var offset = 0.0
        var frequency = 0.0
        for step in 0..<(hours * 60) {
            let time = Double(step) * 60
            let kelvins = kelvins(time)
            filter.note(kelvins: kelvins, from: time)
            frequency = 0.3e-6 + linear * kelvins + quadratic * kelvins * kelvins
            if step % 5 == 0 {
                filter.add(
                    of: 1, at: time, offset: offset + noise * normal(), variance: noise * noise, drift: 0)
            }
            offset -= frequency * 60
        }
        return (filter, frequency)
    }
}

@Suite("A clock's filter with a thermometer")
struct WarmthTests {
    @Test("It finds the line and the parabola of the crystal, within what it says of them")
    func learns() throws {
        var room = Room()
        let found = try #require(room.run(hours: 48).0.coefficients)
        #expect((found.linear - room.linear).magnitude < 0.002e-6)
        #expect((found.linear - room.linear).magnitude < 4 * found.linearDeviation)
        #expect(found.linearDeviation < 0.002e-6)
        #expect((found.quadratic - room.quadratic).magnitude < 0.0008e-6)
        let error = found.gain(at: 4) - room.linear * 4 - room.quadratic * 16
        #expect(error.magnitude < 4 * found.deviation(at: 4))
    }

    @Test("With it the crystal looks as calm as it is, without it as restless as the room")
    func calm() throws {
        var room = Room()
        let with = room.run(hours: 48, noise: 5e-6).0
        room = Room()
        let without = room.run(hours: 48, noise: 5e-6, hasThermometer: false).0
        #expect(without.coefficients == nil)
        #expect(with.wander < 0.7 * without.wander)
        let weights = [1: 1.0]
        let known = try #require(with.estimate(at: with.time, weights: weights))
        let guessed = try #require(without.estimate(at: without.time, weights: weights))
        #expect(known.frequencyDeviation < guessed.frequencyDeviation)
    }

    @Test("What is compensated is not found again")
    func compensated() throws {
        var room = Room()
        var filter = room.run(hours: 24).0
        let found = try #require(filter.coefficients)
        filter.compensated(linear: found.linear, quadratic: found.quadratic)
        let rest = try #require(filter.coefficients)
        #expect(rest.linear.magnitude < 1e-18)
        #expect(rest.quadratic.magnitude < 1e-18)
        for (now, before) in zip(rest.covariance, found.covariance) {
            #expect((now - before).magnitude < 1e-9 * before.magnitude)
        }
    }

    @Test("Integrals of the warmth are those of its steps, whatever is asked for")
    func integrals() {
        var warmth = Warmth(2, from: 100)
        warmth.note(-1, from: 200)
        warmth.note(3, from: 300)
        // 50 s of 2 K, 100 s of -1 K, 50 s of 3 K.
        #expect(warmth.integrals(from: 150, to: 350) == [150, 750])
        #expect(warmth.integrals(from: 0, to: 100) == [200, 400])
        #expect(warmth.integrals(from: 400, to: 500) == [300, 900])
        #expect(warmth.powers(at: 250) == [-1, 1])
        warmth.forget(before: 299)
        #expect(warmth.integrals(from: 299, to: 301) == [2, 10])
        warmth.note(4, from: 300)
        #expect(warmth.integrals(from: 299, to: 301) == [3, 17])
    }
}
