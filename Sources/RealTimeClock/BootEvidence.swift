public import Recording
public import TimeBase

/// All that a machine knows of the time when it starts.
public struct BootEvidence: Equatable, Sendable {
    /// What a real-time clock told.
    public enum Reading: Equatable, Sendable {
        /// At the moment of the evidence it was at this time (as if it kept UTC), and that can be off by this much: by half
        /// a second and more where the moment of its second is not known.
        case shows(Instant<Realtime>, uncertainty: Duration)
        /// It does not tell; a sentence without a full stop.
        case fails(String)
        /// There is none.
        case absent
    }

    /// A real-time clock of the machine, and what is known of it.
    public struct RealTimeClock: Equatable, Sendable {
        /// As the kernel names it: `rtc0`.
        public var name: String
        public var chip: RealTimeClockChip
        public var reading: Reading
        /// What was learned of it; nil where nothing was.
        public var record: RealTimeClockRecord?
        /// What hwclock knows of it.
        public var adjustment: AdjustmentRecord?

        /// A clock of which nothing is known but what it shows.
        public init(_ name: String, _ chip: RealTimeClockChip, _ reading: Reading) {
            self.name = name
            self.chip = chip
            self.reading = reading
        }
    }

    /// A time of which it is known that it has passed.
    public struct Floor: Equatable, Sendable {
        /// What says so: "the build of this program", "/var/lib/timeball/drift".
        public var name: String
        public var time: Instant<Realtime>

        /// A time that has passed.
        public init(_ name: String, _ time: Instant<Realtime>) {
            self.name = name
            self.time = time
        }
    }

    /// What the system clock shows.
    public var clock: Instant<Realtime>
    /// The machine's RTCs, the main one first.
    public var realTimeClocks: [RealTimeClock] = []
    /// The time that was saved before the stop.
    public var saved: SavedTime?
    /// When this program was built.
    public var build: Floor
    /// Files whose times can be trusted, such as the drift file.
    public var files: [Floor] = []
    /// What a sensor of the machine says, °C.
    public var celsius: Double?

    /// Evidence of a machine without anything.
    public init(clock: Instant<Realtime>, build: Floor) {
        self.clock = clock
        self.build = build
    }

    /// What sentences call one of the RTCs: by its name only where there are several.
    func words(for index: Int) -> String {
        guard realTimeClocks.count > 1, realTimeClocks.indices.contains(index) else { return "the RTC" }
        let clock = realTimeClocks[index]
        return clock.chip.name.isEmpty ? clock.name : "\(clock.name) (\(clock.chip.name))"
    }
}
