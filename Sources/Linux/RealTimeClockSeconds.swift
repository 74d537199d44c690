internal import CLinux
public import RealTimeClock
internal import Recording
public import TimeBase

/// The real-time clocks of this machine, by what the kernel tells of them in /sys/class/rtc.
public struct RealTimeClockFacts: Equatable, Sendable {
    /// `/dev/rtc0`
    public var path: String
    /// The kernel's name of it: `rtc0`.
    public var clock: String
    /// The chip's name, or else the driver's; empty if the kernel does not tell.
    public var name: String
    /// Whether the kernel set the system clock from it when it found it (hctosys).
    public var setTheClock: Bool

    /// What is known of a device; nothing but its path if it is none of /sys/class/rtc.
    public init(path: String) {
        self.path = path
        clock = RealTimeClockFiles.clock(of: path)
        let folder = "/sys/class/rtc/\(clock)"
        name = Self.line("\(folder)/device/name") ?? Self.line("\(folder)/name") ?? ""
        setTheClock = Self.line("\(folder)/hctosys") == "1"
    }

    /// All of them, in order.
    public static func all() -> [RealTimeClockFacts] {
        (AtomicFile.names(in: "/sys/class/rtc") ?? []).filter { $0.hasPrefix("rtc") }
            .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
            .map { RealTimeClockFacts(path: "/dev/\($0)") }
    }

    /// Which of these the kernel writes in its 11-minute mode, by name.
    public static func writtenByKernel(among clocks: [RealTimeClockFacts]) -> Set<String> {
        let release = line("/proc/sys/kernel/osrelease") ?? ""
        let configuration = try? AtomicFile.read("/boot/config-\(release)", atMost: 1 << 20)
        return KernelWrittenClocks.names(
            among: clocks.map { ($0.clock, RealTimeClockChip(named: $0.name), $0.setTheClock) },
            configuration: configuration ?? nil)
    }

    /// What a sensor of the machine says, °C: the first thermal zone; nil where there is none.
    public static func celsius() -> Double? {
        guard let text = line("/sys/class/thermal/thermal_zone0/temp"), let thousandths = Int(text),
            (-100_000...200_000).contains(thousandths)
        else { return nil }
        return Double(thousandths) / 1000
    }

    /// The first line of a small file; nil if there is none.
    static func line(_ path: String) -> String? {
        guard let text = try? AtomicFile.read(path, atMost: 256) else { return nil }
        let line = text.prefix { !$0.isNewline }
        return line.isEmpty ? nil : String(line)
    }
}

extension RealTimeClockDevice {
    /// Waits for the next second, by update interrupt or else by polling; up to four seconds.
    ///
    /// - Throws: what the device says, or ETIMEDOUT if its seconds do not change.
    public func nextEdge(mayInterrupt: Bool = true) throws(SystemError) -> EdgeFinder.Edge {
        if mayInterrupt, try enableUpdates() {
            defer { disableUpdates() }
            // The first one after it was switched on may be an old one.
            for attempt in 0..<3 {
                guard let (moment, count) = try waitForUpdate(.seconds(2)) else { break }
                guard attempt > 0, count == 1 else { continue }
                if let edge = UpdateInterrupt.edge(at: moment, reading: try read()) { return edge }
            }
        }
        var finder = EdgeFinder()
        finder.begin(at: KernelClock.monotonic)
        while true {
            switch finder.next(at: KernelClock.monotonic) {
            case .wait(let until): Self.sleep(until: until)
            case .read: finder.take(try read())
            case .found(let edge): return edge
            case .failed: throw SystemError(call: "RTC", number: SystemError.timedOut)
            }
        }
    }

    /// Sleeps until a moment, to some tens of microseconds.
    public static func sleep(until moment: Instant<Monotonic>) {
        while true {
            let left = moment - KernelClock.monotonic
            if left <= .zero { return }
            clinux_pause(clinux_time(roundingDown: left))
        }
    }
}
