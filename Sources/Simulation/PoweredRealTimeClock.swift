public import TimeBase

/// A real-time clock over weeks: its rate follows the temperature of its room and of the machine that it sits in, it runs
/// on when the machine is switched off, and others set it.
public struct PoweredRealTimeClock: Sendable {
    /// A room, and a machine that is warmer than it while it runs.
    public struct Surroundings: Equatable, Sendable {
        /// °C; each seed's room differs from it by up to ``spread``.
        public var mean = 21.0
        public var spread = 3.0
        /// By how much days are warmer than nights, to either side, K.
        public var swing = 2.0
        /// Standard deviation of the weather's change in a day, K.
        public var weather = 0.7
        /// By how much a running machine warms its RTC, and its sensor, K.
        public var warmth = 8.0
        public var sensorWarmth = 25.0

        public init() {}
    }

    public let chip: SimulatedRealTimeClock.Chip
    /// What is built into the table: temperature of the room at each ``pace``.
    private var room: [Double] = []
    /// Seconds that the RTC has gained at each ``pace`` since the start, if nobody set it.
    private var gains: [Double] = []
    private let surroundings: Surroundings
    private let off: Range<Double>
    private let rate: Double
    /// Seconds that it is fast, less ``gains``.
    private var phase: Double
    private static let pace = 600.0

    /// - Parameters:
    ///   - off: when the machine is off, true seconds since the start.
    ///   - length: how long it is asked about, seconds.
    ///   - offset: by how many seconds it is fast at the start.
    public init(
        _ chip: SimulatedRealTimeClock.Chip, _ surroundings: Surroundings = Surroundings(), off: Range<Double>,
        length: Double, offset: Double, random: RandomSource
    ) {
        var random = random
        self.chip = chip
        self.surroundings = surroundings
        self.off = off
        rate = (random.uniform() * 2 - 1) * chip.tolerance.ratio
        phase = offset
        let mean = surroundings.mean + (random.uniform() * 2 - 1) * surroundings.spread
        let turn = random.uniform()
        var weather = 0.0
        var gain = 0.0
        let steps = Int(min(max(length, 0), 1e8) / Self.pace) + 2
        for step in 0..<steps {
            let time = Double(step) * Self.pace
            let celsius =
                mean + weather + surroundings.swing * Elementary.sine(turns: time / 86_400 + turn)
            room.append(celsius)
            gains.append(gain)
            gain += rateAt(celsius + (off.contains(time) ? 0 : surroundings.warmth)) * Self.pace
            weather += surroundings.weather * random.normal() * (Self.pace / 86_400).squareRoot()
            weather *= 1 - Self.pace / (5 * 86_400)
        }
    }

    /// A tuning fork's parabola; what a compensation leaves of it is taken as a fiftieth.
    private func rateAt(_ celsius: Double) -> Double {
        let away = (celsius - 25) * (celsius - 25) * 0.034e-6
        return rate - (chip.followsTemperature ? away : away / 50)
    }

    /// Seconds that it is fast at a true time since the start.
    public func offset(at time: Double) -> Double { phase + gain(at: time) }

    private func gain(at time: Double) -> Double {
        let place = min(max(time / Self.pace, 0), Double(gains.count - 2))
        let step = Int(place)
        return gains[step] + (gains[step + 1] - gains[step]) * (place - Double(step))
    }

    /// How much it gains at a moment, seconds per second.
    public func frequency(at time: Double) -> Double {
        let step = Int(min(max(time / Self.pace, 0), Double(gains.count - 2)))
        return (gains[step + 1] - gains[step]) / Self.pace
    }

    /// Sets it: from now on it is fast by so many seconds.
    public mutating func set(offset: Double, at time: Double) { phase = offset - gain(at: time) }

    /// The true time at which the first second after a true time begins on it, and the second's number since 1970, where the
    /// start was at `epoch`.
    public func edge(after time: Double, epoch: Int) -> (time: Double, second: Int) {
        let shown = time + offset(at: time)
        let next = shown.rounded(.down) + 1
        var moment = time + (next - shown)
        for _ in 0..<3 { moment += next - (moment + offset(at: moment)) }
        return (moment, epoch + Int(next))
    }

    /// What the machine's sensor says, °C: warm while it runs, and as cold as the room just after it was switched on.
    public func sensor(at time: Double, isCold: Bool) -> Double {
        let step = Int(min(max(time / Self.pace, 0), Double(room.count - 1)))
        return room[step] + (isCold ? 0 : surroundings.sensorWarmth)
    }
}

/// When the kernel writes a machine's RTC while its clock counts as synchronised (kernel/time/ntp.c).
public struct KernelWrites: Sendable {
    /// True seconds since the start at which it writes next.
    public private(set) var next: Double
    /// Seconds of the true second at which it begins: 0.5 before on PCs, 1.005 elsewhere, less the second itself.
    private let phase: Double

    /// - Parameter start: when the clock became synchronised.
    public init(from start: Double, isPC: Bool = false) {
        phase = isPC ? 0.5 : 0.995
        next = start.rounded(.down) + 1 + phase
    }

    /// It has written: when it does so next, about 659 s later, for its timer counts from a whole second that is cut off.
    public mutating func advance(late: Double) {
        next = (next + late).rounded(.down) + 659 + phase
    }
}
