import Configuration
import Daemon
import Linux
import TimeBase
import Timekeeping

/// A reference clock's device, or why there is none, in a place where values that cannot be copied do not go.
final class ReferenceClockDriver {
    let position: Int
    let settings: ReferenceClockSettings
    private var memory: SharedTimeSegment?
    private var pulses: PulseStamps?
    private var hardware: HardwareClockPairs?
    private(set) var socket: SampleSocket?
    /// Readings that were wanted in vain, as long as it is not open.
    private var missed = 0
    /// Whether the log says already that it does not work.
    var isKnownBroken = false

    init(_ position: Int, _ settings: ReferenceClockSettings) {
        self.position = position
        self.settings = settings
    }

    /// Opens what it reads.
    func open() throws(SystemError) {
        switch settings.driver {
        case .sharedMemory(let unit, let permissions):
            memory = try SharedTimeSegment(unit: unit, permissions: permissions)
        case .socket(let path): socket = try SampleSocket(path: path)
        case .pulse(let path, let falling): pulses = try PulseStamps(path: path, falling: falling)
        case .hardwareClock(let clock):
            var device = try HardwareClockPairs(
                path: try HardwareClockPairs.path(of: clock.name), crossing: !clock.avoidsCrossStamps,
                stampsPulses: clock.stampsPulses)
            if clock.stampsPulses {
                try device.stampPulses(pin: clock.pin, channel: clock.channel, falling: clock.falling)
            }
            hardware = consume device
        }
    }

    /// What becomes readable when it has something to say; nil if it has to be asked.
    var number: Int32? {
        if let number = socket?.number { return number }
        return settings.isAsked ? nil : hardware?.number
    }

    /// Closes what it had open, after it failed.
    func close() {
        memory = nil
        pulses = nil
        hardware = nil
    }

    /// Whether it is open; tries again now and then if it is not: the device may have come since.
    func isOpen() throws(SystemError) -> Bool {
        if memory != nil || pulses != nil || hardware != nil || socket != nil { return true }
        missed += 1
        guard missed % 16 == 0 else { return false }
        try open()
        return true
    }

    /// What it has to tell now; nil if there is nothing new.
    func read() throws(SystemError) -> ReferenceClockReading? {
        guard try isOpen() else { return nil }
        switch settings.driver {
        case .sharedMemory:
            guard let said = memory?.take() else { return nil }
            let leap = UInt8(exactly: said.leap).flatMap { LeapIndicator(rawValue: $0) } ?? .unsynchronised
            return ReferenceClockReading(
                clock: position, stamp: said.receive,
                .time(offset: said.clock - said.receive.sinceEpoch, leap: leap), claimed: said.precision ?? .zero)
        case .pulse:
            return try pulses?.take().map { .pulse(of: position, at: $0) }
        case .hardwareClock(let clock) where clock.stampsPulses:
            return try hardware?.takePulse().map { .pulse(of: position, at: $0.stamp, uncertainty: $0.uncertainty) }
        case .hardwareClock:
            guard let pair = try hardware?.read() else { return nil }
            return ReferenceClockReading(
                clock: position, stamp: pair.realtime,
                .time(offset: pair.other - pair.realtime.sinceEpoch, leap: .none), uncertainty: pair.uncertainty)
        case .socket: return nil
        }
    }
}

/// Reference clocks: from a device to the engine.
extension LinuxHost {
    /// Opens their devices, as root: what gpsd writes to belongs to it. One that is missing is no reason to stop.
    mutating func openReferenceClocks() {
        for (position, clock) in settings.timekeeper.referenceClocks.enumerated() {
            let driver = ReferenceClockDriver(position, clock)
            referenceClocks.append(driver)
            do throws(SystemError) {
                try driver.open()
                watch(driver)
            } catch {
                complain(driver, error)
            }
        }
    }

    private mutating func watch(_ driver: ReferenceClockDriver) {
        guard let number = driver.number else { return }
        pollSet.forget(number)
        pollSet.watch(number, .referenceClock(driver.position))
    }

    private mutating func complain(_ driver: ReferenceClockDriver, _ error: SystemError) {
        events.append(.referenceClockFailed(driver.position, KernelRefusal(error)))
        guard !driver.isKnownBroken else { return }
        driver.isKnownBroken = true
        log.write(
            "Reference clock \(driver.settings.name) can't be read: \(error). It is tried again now and then.", .error)
    }

    /// Reads a clock that has to be asked.
    mutating func readReferenceClock(_ position: Int) {
        guard referenceClocks.indices.contains(position) else { return }
        let driver = referenceClocks[position]
        let before = driver.number
        defer { if driver.number != before { watch(driver) } }
        do throws(SystemError) {
            guard let reading = try driver.read() else { return }
            driver.isKnownBroken = false
            events.append(.referenceClockRead(reading))
        } catch {
            if let before { pollSet.forget(before) }
            driver.close()
            complain(driver, error)
        }
    }

    /// Takes what a clock has said by itself.
    mutating func receiveReferenceClock(_ position: Int) {
        guard referenceClocks.indices.contains(position) else { return }
        let driver = referenceClocks[position]
        guard driver.socket != nil else { return readReferenceClock(position) }
        // Others may send what they like; a few at a time leave room for other work.
        for _ in 0..<16 {
            guard let count = try? driver.socket?.receive(into: &incoming) else { return }
            guard let sample = SocketSample(incoming.prefix(count)) else { continue }
            events.append(.referenceClockRead(sample.reading(of: position)))
        }
    }
}
