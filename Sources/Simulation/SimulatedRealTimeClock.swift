public import RealTimeClock
public import TimeBase

/// A real-time clock chip that does not exist, on a bus that takes its time, read by a program that is kept waiting.
public struct SimulatedRealTimeClock: Sendable {
    /// A chip's habits.
    public struct Chip: Sendable, Equatable {
        /// As the kernel names it.
        public var name: String
        /// How far its crystal may be off from the maker.
        public var tolerance: Frequency
        /// Whether its rate falls with the square of the distance from 25 °C (a tuning fork without compensation).
        public var followsTemperature: Bool
        /// Octets that the driver transfers to read the time, addresses and the register's number counted in.
        public var octetsPerRead: Int
        /// How many of them have passed when the counter is latched.
        public var octetsBeforeLatch: Int

        /// Tuning-fork crystal, ±20 ppm.
        public static let ds1307 = Chip(
            name: "ds1307", tolerance: Frequency(ppm: 20), followsTemperature: true, octetsPerRead: 10,
            octetsBeforeLatch: 2)
        /// Temperature-compensated, ±2 ppm.
        public static let ds3231 = Chip(
            name: "ds3231", tolerance: Frequency(ppm: 2), followsTemperature: false, octetsPerRead: 10,
            octetsBeforeLatch: 2)
        /// Temperature-compensated, ±3 ppm; the driver reads three control registers too.
        public static let pcf2127 = Chip(
            name: "pcf2127", tolerance: Frequency(ppm: 3), followsTemperature: false, octetsPerRead: 13,
            octetsBeforeLatch: 3)
    }

    /// What it is.
    public let chip: Chip
    /// How much it gains against true time.
    public let frequency: Frequency
    /// True time since the start; reading and waiting let it pass.
    public private(set) var now = Duration.zero
    /// Octets a second on the bus: nine bits each.
    private let octetDuration: Duration
    private let start: Duration
    private var random: RandomSource

    /// - Parameters:
    ///   - busFrequency: bits a second; 100,000 is I²C's usual.
    ///   - celsius: what chips without compensation feel.
    public init(_ chip: Chip, busFrequency: Double = 100_000, celsius: Double = 25, random: RandomSource) {
        var random = random
        self.chip = chip
        var ppm = (random.uniform() * 2 - 1) * chip.tolerance.ppm
        if chip.followsTemperature { ppm -= 0.034 * (celsius - 25) * (celsius - 25) }
        frequency = Frequency(ppm: ppm)
        octetDuration = .seconds(9 / busFrequency)
        start = .seconds(1_367_834_856) + .seconds(random.uniform())
        self.random = random
    }

    /// What the chip's counter is at a true time.
    public func counter(at time: Duration) -> Duration { start + time + frequency * time }

    /// True time of the edge at which the RTC goes on to a second.
    public func edge(to seconds: Int) -> Duration {
        let ahead = Duration.seconds(seconds) - start
        return .seconds(ahead.inSeconds / (1 + frequency.ratio))
    }

    /// Reads over the bus, as a program sees it: with the kernel's overhead, and now and then kept waiting.
    public mutating func read() -> EdgeFinder.Reading {
        let began = now
        now += .microseconds(8) + interruption()
        let latched = now + octetDuration * chip.octetsBeforeLatch
        now += octetDuration * chip.octetsPerRead + .microseconds(5) + interruption()
        return EdgeFinder.Reading(
            began: Instant(sinceEpoch: began), ended: Instant(sinceEpoch: now),
            seconds: Int(counter(at: latched).components.seconds))
    }

    /// Sleeps until a moment, and wakes a little late.
    public mutating func sleep(until moment: Duration) {
        now = max(now, moment) + .microseconds(50) + exponential(.microseconds(60)) + interruption()
    }

    /// Waits for the update interrupt: the moment at which the program sees it.
    public mutating func updateInterrupt() -> Instant<Monotonic> {
        let next = Int(counter(at: now).components.seconds) + 1
        now = max(now, edge(to: next)) + .microseconds(20) + exponential(.microseconds(15)) + interruption()
        return Instant(sinceEpoch: now)
    }

    /// One time in two hundred another program runs for some milliseconds.
    private mutating func interruption() -> Duration {
        random.uniform() < 0.005 ? exponential(.milliseconds(4)) : exponential(.microseconds(10))
    }

    private mutating func exponential(_ mean: Duration) -> Duration {
        mean * -Elementary.logarithm(max(1e-12, 1 - random.uniform()))
    }
}
