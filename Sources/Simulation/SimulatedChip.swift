internal import TimeBase

/// What a simulated machine has for an RTC.
public struct SimulatedChipSettings: Equatable, Sendable {
    public var chip: SimulatedRealTimeClock.Chip
    public var surroundings = PoweredRealTimeClock.Surroundings()
    /// By how many seconds it is fast at the start.
    public var offset = 0.0
    /// Whether the kernel writes this one while its clock counts as synchronised.
    public var isWrittenByKernel = true
    /// How long the machine stays off after the scenario's end.
    public var away: Duration = .zero

    /// An RTC that is right at the start.
    public init(_ chip: SimulatedRealTimeClock.Chip) { self.chip = chip }
}

/// The RTC of a simulated machine as its kernel and the daemon see it: read over a slow bus, written by the kernel.
public struct SimulatedChip: Sendable {
    public private(set) var clock: PoweredRealTimeClock
    private var writes: KernelWrites?
    private let isWrittenByKernel: Bool
    private var random: RandomSource
    /// How often it was written, and by whom.
    public private(set) var kernelWriteCount = 0
    public private(set) var setCount = 0

    /// - Parameter position: each of a machine's chips has random numbers of its own.
    init(_ settings: SimulatedChipSettings, position: Int, length: Duration, seed: UInt64) {
        let end = length.inSeconds
        let stream = RandomStream.realTimeClock(position)
        isWrittenByKernel = settings.isWrittenByKernel
        clock = PoweredRealTimeClock(
            settings.chip, settings.surroundings, off: end..<(end + max(settings.away.inSeconds, 1)),
            length: end + settings.away.inSeconds + 7200, offset: settings.offset,
            random: RandomSource(seed: seed, stream: stream))
        random = RandomSource(seed: seed, stream: stream + 1)
    }

    /// Reads it: 1 ms over the bus at 100 kHz, and now and then the reader is kept waiting.
    mutating func read(
        at now: Duration, epoch: Instant<Realtime>
    ) -> (began: Duration, ended: Duration, second: Int, celsius: Double) {
        let octet = 9 / 100e3
        let latched =
            now + .seconds(8e-6 + Double(clock.chip.octetsBeforeLatch) * octet + random.exponential(mean: 1e-5))
        var ended = latched + .seconds(Double(clock.chip.octetsPerRead - clock.chip.octetsBeforeLatch) * octet)
        if random.chance(0.01) { ended += .seconds(random.exponential(mean: 4e-3)) }
        let shown = latched.inSeconds + clock.offset(at: latched.inSeconds)
        let start = Int(epoch.sinceEpoch.components.seconds)
        return (
            now, ended, start + Int(shown.rounded(.down)),
            clock.sensor(at: now.inSeconds, isCold: false) + random.normal() * 0.5
        )
    }

    /// A program writes a second into it, which begins at the write.
    mutating func set(second: Int, at now: Duration, epoch: Instant<Realtime>) {
        setCount += 1
        let written = now.inSeconds + 0.5e-3
        clock.set(
            offset: Double(second - Int(epoch.sinceEpoch.components.seconds)) - written, at: written)
    }

    /// The kernel's clock has become synchronised. - Returns: when it writes first; nil if it does already.
    mutating func beginWrites(at now: Duration) -> Duration? {
        guard isWrittenByKernel, writes == nil else { return nil }
        let begun = KernelWrites(from: now.inSeconds)
        writes = begun
        return .seconds(begun.next)
    }

    mutating func endWrites() { writes = nil }

    /// The kernel writes what its clock shows. - Returns: when it does so next.
    mutating func kernelWrites(at now: Duration, clockError: Double) -> Duration? {
        guard var begun = writes else { return nil }
        let late = random.exponential(mean: 0.4e-3)
        clock.set(offset: clockError - late, at: now.inSeconds)
        kernelWriteCount += 1
        begun.advance(late: late)
        writes = begun
        return .seconds(begun.next)
    }
}
