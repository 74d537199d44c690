import ArgumentParser
import ClockStudies
import Glibc
import Linux

/// What is known of this machine at the start of a study; what is not known is left out.
enum MachineFacts {
    static func gather() -> [Study.Fact] {
        var facts: [Study.Fact] = []
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { facts.append(Study.Fact(name, value)) }
        }
        add("host", hostName)
        add("kernel", text("/proc/sys/kernel/osrelease"))
        add("machine", text("/proc/device-tree/model"))
        add("clocksource", text("/sys/devices/system/clocksource/clocksource0/current_clocksource"))
        if let state = steering() {
            add("tick", "\(state.tick) us")
            add("frequency", "\(state.scaledFrequency) (\(DecimalText.fixed(state.rate * 1e6, decimals: 3)) ppm)")
            add(RealTimeClockRate.kernelsWord, state.isSynchronised ? "synchronised" : "not synchronised")
        }
        if let kilohertz = text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq").flatMap({ Int($0) }) {
            add("CPU frequency", "\(kilohertz / 1000) MHz")
            add("CPU governor", text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"))
        }
        if let sensor = TemperatureSensor.find() {
            add("temperature sensor", sensor.name)
        }
        add("program", Timeball.configuration.version)
        return facts
    }

    static var hostName: String { text("/proc/sys/kernel/hostname") ?? "" }

    /// Another one after each start of the machine; empty when unknown.
    static var boot: String { text("/proc/sys/kernel/random/boot_id") ?? "" }

    /// How the kernel steers the clock; nil where it does not tell.
    static func steering() -> SteeringState? {
        guard let settings = try? KernelClock().settings() else { return nil }
        return SteeringState(
            tick: settings.tick, scaledFrequency: settings.scaledFrequency,
            isSynchronised: settings.status.isSynchronised)
    }

    /// The first line of a small file, without what a terminal would obey; nil if there is none.
    static func text(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 4096)
        let count = unsafe octets.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let line = octets[..<count].prefix { $0 >= 0x20 && $0 != 0x7f }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}

/// A temperature that the kernel offers.
struct TemperatureSensor {
    /// `thermal_zone0 (cpu-thermal)`
    let name: String
    private let path: String

    /// The first thermal zone, or else the first hwmon sensor; nil if there is none that can be read.
    static func find() -> TemperatureSensor? {
        for number in 0..<8 {
            let folder = "/sys/class/thermal/thermal_zone\(number)"
            let sensor = TemperatureSensor(
                name: "thermal_zone\(number) (\(MachineFacts.text("\(folder)/type") ?? "unknown"))",
                path: "\(folder)/temp")
            if sensor.celsius() != nil { return sensor }
        }
        for number in 0..<8 {
            let folder = "/sys/class/hwmon/hwmon\(number)"
            let sensor = TemperatureSensor(
                name: "hwmon\(number) (\(MachineFacts.text("\(folder)/name") ?? "unknown"))",
                path: "\(folder)/temp1_input")
            if sensor.celsius() != nil { return sensor }
        }
        return nil
    }

    /// Degrees now; nil if the sensor does not say.
    func celsius() -> Double? {
        guard let text = MachineFacts.text(path), let thousandths = Int(text),
            (-100_000...200_000).contains(thousandths)
        else { return nil }
        return Double(thousandths) / 1000
    }
}
