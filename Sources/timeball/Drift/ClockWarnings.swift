import ClockStudies
import Glibc

/// What would spoil a study of the clock, said before it begins.
enum ClockWarnings {
    /// Programs that steer or set a clock, as the kernel names their processes (15 characters at most).
    private static let daemons: Set<String> = [
        "timeballd", "chronyd", "ntpd", "openntpd", "ntpd-rs", "ntp-daemon", "systemd-timesyn", "phc2sys", "ptp4l",
        "clockspeed", "sntp", "adjtimex", "ntpdate", "timesyncd", "connmand", "busybox-ntpd",
    ]

    static func all() -> [String] {
        var warnings: [String] = []
        if let state = MachineFacts.steering(), state.rate != 0 {
            warnings.append(
                "The clock is steered already: tick \(state.tick), frequency \(state.scaledFrequency), together "
                    + "\(DecimalText.fixed(state.rate * 1e6, decimals: 3)) ppm. The study measures the clock as it is steered. "
                    + "Next, for the bare crystal: adjtimex --tick 10000 --frequency 0")
        }
        var found: [String: [String]] = [:]
        for (name, number) in steering() { found[name, default: []].append("\(number)") }
        for (name, numbers) in found.sorted(by: { $0.key < $1.key }) {
            let list = numbers.joined(separator: ", ")
            warnings.append(
                "\(name) runs (process \(list)) and may steer or set the clock meanwhile; each change is recorded.")
        }
        if let line = leftover("/etc/default/adjtimex") {
            warnings.append("/etc/default/adjtimex sets the clock's rate at each start: \(line).")
        }
        return warnings
    }

    /// Programs that run now and may steer the clock, with their process numbers.
    static func steering() -> [(name: String, process: Int)] {
        processes().filter { daemons.contains($0.1) }.map { ($0.1, $0.0) }
    }

    /// The process number of a program that runs; nil if it does not.
    static func running(_ name: String) -> Int? { processes().first { $0.1 == name }?.0 }

    /// The number and name of each process.
    private static func processes() -> [(Int, String)] {
        guard let folder = unsafe opendir("/proc") else { return [] }
        defer { unsafe closedir(folder) }
        var found: [(Int, String)] = []
        while let entry = unsafe readdir(folder) {
            let text = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            guard let number = Int(text), number != Int(getpid()), let name = MachineFacts.text("/proc/\(number)/comm")
            else {
                continue
            }
            found.append((number, name))
        }
        return found.sorted { $0.0 < $1.0 }
    }

    /// TICK and FREQ of Debian's adjtimex package, if they are not the nominal ones.
    private static func leftover(_ path: String) -> String? {
        guard let octets = try? StudyFile.read(path) else { return nil }
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n").filter {
            ($0.hasPrefix("TICK=") && $0 != "TICK=10000") || ($0.hasPrefix("FREQ=") && $0 != "FREQ=0")
        }
        return lines.isEmpty ? nil : lines.joined(separator: ", ")
    }
}
