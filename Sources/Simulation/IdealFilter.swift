internal import TimeBase

/// One exchange of packets, in true time since the start.
public struct Exchange: Equatable, Sendable {
    /// Position of the server in the scenario.
    public var server: Int
    public var sent: Duration
    /// When the request came in at the server; the reply left ``SimulatedServer/processing`` later.
    public var arrived: Duration
    /// When the reply came back.
    public var returned: Duration

    /// How long the packet was on its way there and back, seconds.
    var delays: (there: Double, back: Double) {
        ((arrived - sent).inSeconds, (returned - arrived - SimulatedServer.processing).inSeconds)
    }
}

/// The best that can be made of the exchanges by somebody who knows the noise: the wander, the shortest delay and the law
/// of the delays. It is no daemon but the limit for one, since nobody knows these in advance.
///
/// A Kalman filter for a clock whose frequency does a random walk. The delays' law makes the variance of each measurement:
/// if both ways have an excess of the same exponential distribution and their sum is s, the error of the offset is
/// uniform between -s/2 and s/2, so its variance is s²/12.
public struct IdealFilter: Sendable {
    /// Variance that the frequency gains per second.
    private let wander2: Double
    private var time = 0.0
    private var offset = 0.0
    private var frequency = 0.0
    /// Variances of offset and frequency, and their covariance. Nothing is known at the start.
    private var offsetVariance = 1e4
    private var covariance = 0.0
    private var frequencyVariance = 1e-6

    /// - Parameter wander: standard deviation of the frequency's change over a second, s/s.
    public init(wander: Double) {
        wander2 = wander * wander
    }

    /// What the clock has gained at a moment (seconds since the start) at or after the last measurement, seconds.
    public func gain(at moment: Double) -> Double {
        offset + frequency * (moment - time)
    }

    /// Takes a measurement of the gain in.
    public mutating func add(_ gain: Double, variance: Double, at moment: Double) {
        let t = max(moment - time, 0)
        time += t
        offset += frequency * t
        offsetVariance += 2 * t * covariance + t * t * frequencyVariance + wander2 * t * t * t / 3
        covariance += t * frequencyVariance + wander2 * t * t / 2
        frequencyVariance += wander2 * t
        let total = offsetVariance + variance
        let innovation = gain - offset
        let (offsetGain, frequencyGain) = (offsetVariance / total, covariance / total)
        offset += offsetGain * innovation
        frequency += frequencyGain * innovation
        frequencyVariance -= frequencyGain * covariance
        covariance *= 1 - offsetGain
        offsetVariance *= 1 - offsetGain
    }
}

extension Scenario {
    /// The scenarios in which the distance from the ideal filter is judged: one good server, a path without surprises,
    /// a crystal that only wanders.
    public static let limited = [
        "lan10", "lan50", "lan10_w8", "lan10_w7", "inet1", "inet1_w8", "inet1_w7", "inet10",
    ]

    /// Where the ideal is known too, but is not what a daemon is judged by: it lacks the servers in the window
    /// (`holdover`), loses packets, knows which of several servers are good, or what the temperature does (`diurnal`).
    public static let reckoned = ["holdover", "loss30", "inet10x4", "false2of5", "diurnal"]

    /// Half of the shortest round trip to any good server, seconds: what no client can know better. nil without one.
    var halfRoundTrip: Double? {
        servers.filter { $0.phases.contains { $0.condition == .good } }
            .map { ($0.toServer.base + $0.fromServer.base) / 2 }.min()
    }
}

/// How well a clock would have gone that is corrected at once by the ideal filter.
public struct IdealRun: Equatable, Sendable {
    /// Root mean square of its error in the window, seconds.
    public var rms: Double
    /// First moment from which the error stays below 1 ms for 600 s, seconds; nil if it never does.
    public var below1ms: Double?
    /// The same for 100 µs.
    public var below100us: Double?
}

extension SimulatedHost {
    /// What the ideal filter makes of the same crystal, the same packets and the same delays, its error sampled at each
    /// full second.
    ///
    /// - Parameter begin: the error counts from here on.
    /// - Returns: nil where the ideal is not defined: see ``Scenario/limited`` and ``Scenario/reckoned``.
    func idealRun(from begin: Duration) -> IdealRun? {
        guard (Scenario.limited + Scenario.reckoned).contains(scenario.name) else { return nil }
        let oscillator = clock.oscillator
        let foreseen = scenario.oscillator.foreseen(for: now)
        /// What nobody foresees of the gain, at a moment.
        func gain(_ moment: Duration) -> Double { oscillator.gain(at: moment) - foreseen.gain(at: moment) }
        var filter = IdealFilter(wander: scenario.oscillator.wander)
        var remaining = exchanges[...]
        var below1ms = SettlingWatch(limit: 1e-3)
        var below100us = SettlingWatch(limit: 1e-4)
        var squares = 0.0
        var count = 0.0
        var moment = Duration.seconds(1)
        // Until the first exchange the clock is as wrong as it was.
        var isSet = false
        while moment <= now {
            while let exchange = remaining.first, exchange.returned <= moment {
                remaining.removeFirst()
                guard scenario.servers.indices.contains(exchange.server),
                    case let server = scenario.servers[exchange.server],
                    server.phases.allSatisfy({ $0.condition == .good })
                else { continue }
                isSet = true
                let (there, back) = exchange.delays
                let (longerThere, longerBack) = (there - server.toServer.base, back - server.fromServer.base)
                let excess = max(longerThere + longerBack, 0)
                // What the four timestamps say of the clock's gain, less the known asymmetry of the shortest delays.
                let measured = (gain(exchange.sent) + gain(exchange.returned)) / 2 + (longerBack - longerThere) / 2
                let middle = (exchange.sent.inSeconds + exchange.returned.inSeconds) / 2
                filter.add(measured, variance: excess * excess / 12 + 1e-18, at: middle)
            }
            let error = isSet ? gain(moment) - filter.gain(at: moment.inSeconds) : scenario.initialError.inSeconds
            below1ms.add(error.magnitude, at: moment)
            below100us.add(error.magnitude, at: moment)
            if moment >= begin {
                squares += error * error
                count += 1
            }
            moment += .seconds(1)
        }
        guard count > 0 else { return nil }
        return IdealRun(
            rms: (squares / count).squareRoot(), below1ms: below1ms.settled, below100us: below100us.settled)
    }
}

extension OscillatorSettings {
    /// A crystal with all of this that is no chance: what temperature and load do to it.
    func foreseen(for length: Duration) -> SimulatedOscillator {
        var settings = self
        settings.frequency = .zero
        settings.wander = 0
        return SimulatedOscillator(settings, length: length, random: RandomSource(seed: 0))
    }
}
