import Linux
import RealTimeClock
import TimeBase
import TimeZones

/// An RTC as commands use it: opened for a moment, in UTC whatever it keeps.
struct HardwareClock {
    let path: String
    let chip: RealTimeClockChip
    /// The zone whose local time it keeps; nil = UTC.
    let zone: Zone?
    /// What is said when the kernel refuses something.
    var explain: @Sendable (_ path: String, Linux.SystemError) -> any Error = { Self.failure($0, $1) }

    /// - Parameter path: nil = the first of /dev/rtc0, /dev/rtc.
    init(path: String?, zone: Zone?) throws {
        let chosen = path ?? RealTimeClockFacts.all().first?.path ?? "/dev/rtc0"
        self.path = chosen
        self.zone = zone
        chip = RealTimeClockChip(named: RealTimeClockFacts(path: chosen).name)
    }

    /// Others (a daemon that measures it) have it open for milliseconds only, but an update interrupt may take two seconds.
    static func patiently<Device: ~Copyable>(
        _ open: () throws(Linux.SystemError) -> Device
    ) throws(Linux.SystemError) -> Device {
        let end = KernelClock.monotonic + .seconds(5)
        while true {
            do throws(Linux.SystemError) {
                return try open()
            } catch {
                guard error.number == Linux.SystemError.busy, KernelClock.monotonic < end else { throw error }
                RealTimeClockDevice.sleep(until: KernelClock.monotonic + .milliseconds(50))
            }
        }
    }

    private func open() throws -> DeviceBox {
        do throws(Linux.SystemError) {
            return DeviceBox(
                try Self.patiently { () throws(Linux.SystemError) in try RealTimeClockDevice(path: path) })
        } catch {
            throw explain(path, error)
        }
    }

    /// Descriptors do not copy.
    private final class DeviceBox {
        let device: RealTimeClockDevice
        init(_ device: consuming RealTimeClockDevice) { self.device = device }
    }

    static func failure(_ path: String, _ error: Linux.SystemError) -> ToolError {
        switch error.number {
        case Linux.SystemError.noSuchFile:
            .cannotTell("\(path): there is no such real-time clock. Next: timeball rtc list")
        case Linux.SystemError.busy:
            .cannotTell("\(path): another program has it open (chronyd with rtcfile, or hwclock). Next: stop it")
        case Linux.SystemError.accessDenied, 1:
            .notPermitted("\(path): only root may do that. Next: sudo")
        case Linux.SystemError.invalid:
            .cannotTell("\(path): it has lost its time. Next: check its battery, then timeball rtc write")
        case Linux.SystemError.timedOut:
            .cannotTell("\(path): its seconds do not change. Next: timeball rtc write, which starts it")
        default: .cannotTell("\(path): \(error.text)")
        }
    }

    /// What the driver says of the battery; nil if all is well.
    func battery() throws -> String? { try open().device.batteryWarning }

    /// The next second that begins on it: its number since 1970 in UTC, when that was by the system clock, and how far that
    /// may be off.
    func edge() throws -> (seconds: Int, moment: Instant<Realtime>, uncertainty: Duration) {
        let box = try open()
        do throws(Linux.SystemError) {
            let edge = try box.device.nextEdge()
            var clock = KernelClock()
            let now = clock.read()
            return (utc(edge.seconds), now.realtime - (now.monotonic - edge.moment), edge.uncertainty)
        } catch {
            throw explain(path, error)
        }
    }

    private func utc(_ shown: Int) -> Int {
        guard let zone else { return shown }
        switch zone.resolve(local: shown) {
        case .one(let utc), .fold(let utc, _): return utc
        case .gap(let transition): return shown - transition.after.offset
        }
    }

    /// Sets it to the system clock's time and so much more, at the right moment of the second.
    ///
    /// - Returns: the second that was written, since 1970 in UTC.
    func write(ahead: Duration, delay: Duration?) throws -> Int {
        let box = try open()
        var chip = chip
        if let delay {
            chip.setting = .beginsAtWrite
            chip.name = chip.name.isEmpty ? "unknown" : chip.name
            return try write(box, chip, ahead: ahead, delay: delay)
        }
        return try write(box, chip, ahead: ahead, delay: .zero)
    }

    private func write(_ box: DeviceBox, _ chip: RealTimeClockChip, ahead: Duration, delay: Duration) throws -> Int {
        var tolerance = Duration.milliseconds(1)
        for _ in 0..<12 {
            var clock = KernelClock()
            let now = clock.read()
            let setting = RealTimeClockSetting(chip, after: now.realtime + ahead - delay)
            let wait = setting.moment + delay - (now.realtime + ahead)
            RealTimeClockDevice.sleep(until: now.monotonic + wait)
            let late = KernelClock.realtime + ahead - (setting.moment + delay)
            // Kept waiting: the next second, and a little more patience.
            guard late.magnitude <= tolerance else {
                tolerance = tolerance * 2
                continue
            }
            let local = setting.second + (zone?.type(at: setting.second).offset ?? 0)
            do throws(Linux.SystemError) {
                try box.device.write(second: local)
            } catch {
                throw explain(path, error)
            }
            return setting.second
        }
        throw ToolError.no("\(path): this machine is too busy to hit the second. Next: try again")
    }
}
