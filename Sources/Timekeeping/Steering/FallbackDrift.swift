internal import TimeBase

/// Over which times the frequency is averaged (`fallbackdrift`): from 2^shortest to 2^longest seconds.
public struct FallbackDriftSettings: Equatable, Sendable {
    public var shortest: Int
    public var longest: Int

    public init(shortest: Int, longest: Int) {
        self.shortest = shortest
        self.longest = longest
    }
}

/// Averages of the frequency, one for each doubling of the time. The longer nobody is heard, the longer is the average that
/// says best what the frequency will be.
struct FallbackDrift: Equatable {
    private struct Average: Equatable {
        var frequency = Frequency.zero
        /// How much time is in it, seconds.
        var span = 0.0
    }

    private let settings: FallbackDriftSettings
    private var averages: [Average]
    /// The longest average that was used since the last update, as the binary logarithm of its time.
    var used: Int?

    init(_ settings: FallbackDriftSettings) {
        self.settings = settings
        averages = Array(repeating: Average(), count: max(settings.longest - settings.shortest + 1, 0))
    }

    /// The frequency was this for so many seconds.
    mutating func add(_ frequency: Frequency, over interval: Double) {
        used = nil
        guard interval > 0 else { return }
        for index in averages.indices {
            let ratio = interval / Self.span(settings.shortest + index)
            // Until an average has its time together, it is the plain mean.
            let weight = max(ratio / (1 + ratio), interval / (averages[index].span + interval))
            let change = frequency - averages[index].frequency
            averages[index].frequency = averages[index].frequency + Frequency(ratio: weight * change.ratio)
            averages[index].span += interval
        }
    }

    /// The average over 2^level seconds, if that much was seen.
    func average(_ level: Int) -> Frequency? {
        let index = level - settings.shortest
        guard averages.indices.contains(index), averages[index].span >= Self.span(level) else { return nil }
        return averages[index].frequency
    }

    /// The average to use after a silence, and how long it must have lasted for the one after that, seconds.
    func choice(after silence: Double) -> (level: Int?, next: Double?) {
        var level: Int?
        for candidate in settings.shortest...max(settings.longest, settings.shortest) {
            if silence < Self.span(candidate) { return (level, Self.span(candidate)) }
            if average(candidate) != nil { level = candidate }
        }
        return (level, nil)
    }

    /// 2^level seconds.
    static func span(_ level: Int) -> Double { Double(sign: .plus, exponent: min(max(level, 0), 30), significand: 1) }
}

extension Timekeeper {
    /// For how long nobody has said anything that the clock could follow, seconds; nil while somebody does.
    private func silence(at now: ClockReading) -> Double? {
        guard let last = discipline.lastUpdate else { return nil }
        guard reference == nil || sources.allSatisfy({ $0.reach == 0 }) else { return nil }
        return (now.monotonic - last).inSeconds
    }

    /// When another average is to be used.
    var fallbackDue: Instant<Monotonic>? {
        guard let fallback, island?.scale == nil, let last = discipline.lastUpdate else { return nil }
        // What is due already and was not done, waits for the sources to fall silent, which is looked at when they do.
        let done = fallback.used.map { FallbackDrift.span($0) } ?? 0
        guard let next = fallback.choice(after: max(done, lookedAtFallback)).next else { return nil }
        return last + Duration(clampingSeconds: next)
    }

    /// How much of the silence was looked at, seconds after the last update.
    private var lookedAtFallback: Double {
        guard let last = discipline.lastUpdate, let looked = fallbackLook, looked >= last else { return 0 }
        return (looked - last).inSeconds
    }

    /// Goes over to a longer average of the frequency, if the silence has lasted long enough.
    mutating func fallBackIfDue(_ now: ClockReading, _ effects: inout [Effect]) {
        guard let fallback else { return }
        fallbackLook = now.monotonic
        guard let silence = silence(at: now), let level = fallback.choice(after: silence).level, level != fallback.used,
            let frequency = fallback.average(level)
        else { return }
        self.fallback?.used = level
        adopt(frequency: frequency, skew: discipline.skew, now)
        effects.append(.note(.fallbackDrift(frequency, over: .seconds(Int64(FallbackDrift.span(level))))))
        correct(now, &effects, isUpdate: false)
    }

    /// Believes another frequency from now on. What is known of this moment stays as it is; the bound widens faster by how
    /// far the two are apart, since the old one may have been right.
    mutating func adopt(frequency: Frequency, skew: Frequency, _ now: ClockReading) {
        let moment = seconds(at: now)
        let change = (frequency - discipline.frequency).ratio.magnitude
        let interval = confirmedInterval(at: now)
        if let aim {
            let offset = aim.offset - discipline.frequency.ratio * (moment - aim.time)
            self.aim = Aim(time: moment, offset: offset)
        }
        if let confirmed, let interval {
            let rate = max(confirmed.rate, dispersionRate(at: now)) + change
            self.confirmed = Confirmation(
                time: moment, monotonic: now.monotonic, low: interval.low, high: interval.high, rate: rate, steady: nil,
                frequency: confirmed.frequency)
        }
        discipline.set(frequency: frequency, skew: skew)
    }
}
