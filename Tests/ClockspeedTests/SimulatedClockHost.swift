import Clockspeed
import Engine
import TimeBase
import Timekeeping

/// A machine with a crystal that wanders, for the daemon clockspeed: time passes only while it waits.
struct SimulatedClockHost: Host {
    /// True time since the beginning, seconds.
    private(set) var truth = 0.0
    /// What the oscillator has gained on true time, seconds.
    private var oscillator = 0.0
    /// What the wall clock has gained on true time, seconds.
    private(set) var wall: Double
    private var monotonic = 1000.0
    private var suspended = 0.0
    private(set) var gain: Double
    let wander: Double
    private(set) var rate = KernelRate.nominal
    var end: Double
    /// The crystal and the noise draw for themselves, and the crystal at whole minutes, so that the world is the same whatever
    /// the daemon does.
    private var random: RandomSource
    private var noiseRandom: RandomSource
    /// Measurements: at these true times, with this noise.
    var marks: [Double] = []
    var noise: Double
    var answers = true
    /// What to do to the machine at a moment: sleep for so long, or a step by somebody.
    var incidents: [(at: Double, sleep: Double, step: Double)] = []
    private var queue: [ClockspeedEvent] = []
    private(set) var said: [String] = []
    private(set) var saved: [UInt8]?
    private(set) var kept: [ClockMark] = []
    private(set) var measuredAt: [Double] = []
    /// The clock's error each minute.
    private(set) var errors: [(at: Double, error: Double)] = []

    static let start = 1_800_000_000.0

    init(gain: Double, wander: Double, wrong: Double, noise: Double, end: Double, seed: UInt64) {
        self.gain = gain
        self.wander = wander
        wall = wrong
        self.noise = noise
        self.end = end
        random = RandomSource(seed: seed)
        noiseRandom = RandomSource(seed: seed ^ 0x6e6f_6973_65)
    }

    var isStopping: Bool { truth >= end }
    /// The unsteered counter.
    var counter: Duration { Duration(clampingSeconds: truth + oscillator) }

    func read() -> ClockReading {
        ClockReading(
            realtime: Instant(sinceEpoch: .seconds(Int(Self.start)) + Duration(clampingSeconds: truth + wall)),
            monotonic: Instant(sinceEpoch: Duration(clampingSeconds: monotonic)),
            suspended: Duration(clampingSeconds: suspended))
    }

    mutating func perform(_ effect: ClockspeedEffect) {
        switch effect {
        case .setRate(let rate): self.rate = rate
        case .saveRate(let octets): saved = octets
        case .saveInterval: break
        case .keepMark(let offset, let deviation):
            let now = read()
            kept.append(
                ClockMark(
                    boot: "simulated", realtime: now.realtime, counter: counter, suspended: now.suspended,
                    offset: offset,
                    deviation: deviation))
        case .measure:
            measuredAt.append(truth)
            queue.append(
                answers ? .mark(offset: Duration(clampingSeconds: noisy()), deviation: noise) : .failed("timed out"))
        case .say(let words): said.append(words)
        }
    }

    private mutating func noisy() -> Double { -wall + noise * Self.gaussian(&noiseRandom) }

    /// Nearly normal with a standard deviation of 1: how many of 64 random bits are set, smoothed.
    private static func gaussian(_ random: inout RandomSource) -> Double {
        (Double(random.next().nonzeroBitCount) - 32.5 + random.uniform()) / 4.0104
    }

    mutating func next(before deadline: Instant<Monotonic>) -> ClockspeedEvent? {
        if !queue.isEmpty { return queue.removeFirst() }
        while truth < end {
            let left = deadline.sinceEpoch.inSeconds - monotonic
            guard left > -1e-9 else { return nil }
            if let incident = incidents.first, incident.at <= truth {
                incidents.removeFirst()
                truth += incident.sleep
                suspended += incident.sleep
                wall += incident.step
                if incident.sleep > 0 { return nil }
            }
            if let mark = marks.first, mark <= truth {
                marks.removeFirst()
                return .mark(offset: Duration(clampingSeconds: noisy()), deviation: nil)
            }
            let boundary = (truth / 60).rounded(.down) * 60 + 60
            let time = left / (1 + gain + rate.frequency.ratio)
            pass(max(min(time, boundary - truth), 1e-6))
            if truth >= boundary { wander(for: 60) }
        }
        return nil
    }

    private mutating func wander(for time: Double) {
        gain += wander * time.squareRoot() * Self.gaussian(&random)
    }

    /// Lets true time pass.
    private mutating func pass(_ time: Double) {
        let speed = (1 + gain) * (1 + rate.frequency.ratio)
        truth += time
        oscillator += gain * time
        wall += (speed - 1) * time
        monotonic += speed * time
        if errors.last.map({ truth - $0.at >= 60 }) ?? true { errors.append((truth, wall)) }
    }
}
