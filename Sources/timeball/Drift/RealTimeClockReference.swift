import ClockStudies
import Glibc
import Linux
import RealTimeClock
import TimeBase

/// The machine's real-time clock: the moment at which its seconds change, by update interrupt or by polling.
struct RealTimeClockReference: ClockReference {
    private let number: Int
    private let path: String
    private let chip: String
    /// Kept open where interrupts come; otherwise opened for the milliseconds that it is read in.
    private var interrupting: DeviceBox?
    private var finder = EdgeFinder()
    private let battery: String?
    /// Local time less UTC, if the RTC keeps local time.
    private let zone: Duration

    /// Descriptors do not copy.
    private final class DeviceBox {
        let device: RealTimeClockDevice
        init(_ device: consuming RealTimeClockDevice) { self.device = device }
        deinit { device.disableUpdates() }
    }

    init(number: Int) throws {
        self.number = number
        path = "/dev/rtc\(number)"
        let folder = "/sys/class/rtc/rtc\(number)"
        chip = MachineFacts.text("\(folder)/device/name") ?? MachineFacts.text("\(folder)/name") ?? ""
        do throws(Linux.SystemError) {
            let device = try RealTimeClockDevice(path: path)
            let reading = try device.read()
            zone = Self.zone(rtc: reading.seconds)
            battery = device.batteryWarning
            if try device.enableUpdates() { interrupting = DeviceBox(device) }
        } catch {
            throw Self.failure(path, error)
        }
    }

    private static func failure(_ path: String, _ error: Linux.SystemError) -> ToolError {
        switch error.number {
        case Linux.SystemError.noSuchFile:
            .cannotTell(
                "\(path): there is no such real-time clock. Next: timeball drift --against raw, or an NTP server")
        case Linux.SystemError.busy:
            .cannotTell(
                "\(path): another program has it open (chronyd with rtcfile, or hwclock). Next: stop that program")
        case Linux.SystemError.accessDenied:
            .notPermitted("\(path): only root may read it. Next: sudo, or a udev rule for the group")
        case Linux.SystemError.invalid:
            .cannotTell(
                "\(path): the real-time clock has lost its time. Next: check the battery, then hwclock --systohc")
        default: .cannotTell("\(path): \(error.text)")
        }
    }

    /// Zones go by quarters of an hour; what is not near one is a wrong clock.
    private static func zone(rtc seconds: Int) -> Duration {
        let difference = Double(seconds) - KernelClock.realtime.sinceEpoch.inSeconds
        let quarters = (difference / 900).rounded()
        guard quarters != 0, quarters.magnitude <= 56, (difference - quarters * 900).magnitude < 60 else {
            return .zero
        }
        return .seconds(Int(quarters) * 900)
    }

    var name: String { "rtc\(number)" + (chip.isEmpty ? "" : " (\(chip))") }
    var countsFrom1970: Bool { true }
    var endsWithBoot: Bool { false }
    var comparesAtEdges: Bool { true }

    /// By the maker's word for the chip.
    var rateDoubt: Double? {
        let known: [(String, Double)] = [
            ("ds3231", 2e-6), ("ds3232", 2.5e-6), ("pcf2127", 3e-6), ("pcf2129", 3e-6), ("rv3028", 1e-6),
            ("rv8803", 3e-6), ("rv3032", 2.5e-6), ("ds1307", 20e-6), ("pcf8523", 20e-6), ("pcf8563", 20e-6),
            ("pcf85063", 20e-6), ("rtc_cmos", 20e-6), ("mcp7941", 20e-6),
        ]
        return known.first { chip.hasPrefix($0.0) }?.1
    }

    var facts: [Study.Fact] {
        var facts = [
            Study.Fact(
                RealTimeClockRate.secondsFact,
                interrupting != nil
                    ? "by update interrupt; the device is held open, so that hwclock must wait"
                    : "by polling the last milliseconds before it")
        ]
        if zone != .zero { facts.append(Study.Fact("RTC's time", "local, UTC \(zone.components.seconds) s")) }
        if let battery { facts.append(Study.Fact("warning", battery)) }
        return facts
    }

    mutating func compare() throws(ReferenceFailure) -> ClockComparison {
        do throws(Linux.SystemError) {
            let found = if let interrupting { try updated(interrupting) } else { try poll() }
            guard let edge = found else {
                throw Linux.SystemError(call: "RTC", number: Linux.SystemError.timedOut)
            }
            var clock = KernelClock()
            let now = clock.read()
            return ClockComparison(
                reference: .seconds(edge.seconds) - zone,
                studied: now.realtime.sinceEpoch - (now.monotonic - edge.moment), uncertainty: edge.uncertainty)
        } catch {
            let words =
                switch error.number {
                case Linux.SystemError.timedOut: "its second does not change"
                case Linux.SystemError.invalid: "it has lost its time"
                case Linux.SystemError.busy: "another program has it open"
                default: error.text
                }
            throw ReferenceFailure("\(path): \(words).")
        }
    }

    /// The first interrupt after a pause may be old, or several: only one that was waited for tells the moment.
    private func updated(_ box: DeviceBox) throws(Linux.SystemError) -> EdgeFinder.Edge? {
        _ = try box.device.waitForUpdate(.zero)
        for _ in 0..<3 {
            guard let (moment, count) = try box.device.waitForUpdate(.seconds(2)) else { return nil }
            guard count == 1 else { continue }
            if let edge = UpdateInterrupt.edge(at: moment, reading: try box.device.read()) { return edge }
        }
        return nil
    }

    private mutating func poll() throws(Linux.SystemError) -> EdgeFinder.Edge? {
        finder.begin(at: KernelClock.monotonic)
        var device: DeviceBox?
        while true {
            switch finder.next(at: KernelClock.monotonic) {
            case .wait(let until):
                let left = until - KernelClock.monotonic
                // Others may open it while we sleep long.
                if left > .milliseconds(50) { device = nil }
                Self.sleep(left)
            case .read:
                let open: DeviceBox
                if let device { open = device } else { open = DeviceBox(try RealTimeClockDevice(path: path)) }
                device = open
                finder.take(try open.device.read())
            case .found(let edge): return edge
            case .failed: return nil
            }
        }
    }

    private static func sleep(_ duration: Duration) {
        guard duration > .zero else { return }
        usleep(UInt32(clamping: duration.inNanoseconds / 1000))
    }
}
