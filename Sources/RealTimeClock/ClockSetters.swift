/// What was found on a machine of programs that set its clocks when it starts and stops.
public struct ClockSetterFacts: Equatable, Sendable {
    /// RTCs, with whether the kernel set the system clock from them (hctosys).
    public var realTimeClocks: [(name: String, setTheClock: Bool)] {
        get { devices.map { ($0.name, $0.setTheClock) } }
        set { devices = newValue.map { Device(name: $0.name, setTheClock: $0.setTheClock) } }
    }
    private var devices: [Device] = []
    /// Texts of files by path, of those that are there.
    public var files: [String: String] = [:]
    /// Programs of other names that run: timeballd, chronyd, ntpd, systemd-timesyncd, fake-hwclock …
    public var processes: Set<String> = []
    /// Names of the RTCs that the kernel writes in its 11-minute mode, if it writes any.
    public var writtenByKernel = ["rtc0"]
    /// Whether the kernel counts its clock as synchronised, and so writes the RTC; nil where it does not tell.
    public var isSynchronised: Bool?

    private struct Device: Equatable {
        var name: String
        var setTheClock: Bool
    }

    /// Nothing was found.
    public init() {}

    /// The files that are looked at, below the root.
    public static let paths = [
        "/lib/udev/hwclock-set", "/usr/lib/udev/hwclock-set", "/lib/udev/rules.d/85-hwclock.rules",
        "/usr/lib/udev/rules.d/85-hwclock.rules", "/etc/default/hwclock", "/etc/default/rcS", "/etc/init.d/hwclock.sh",
        "/sbin/fake-hwclock", "/usr/sbin/fake-hwclock", "/etc/fake-hwclock.data", "/etc/cron.hourly/fake-hwclock",
        "/etc/default/adjtimex", "/etc/adjtime", "/boot/config.txt", "/boot/firmware/config.txt",
        "/etc/chrony/chrony.conf", "/lib/systemd/system/systemd-timesyncd.service",
    ]
}

/// A program that sets a clock, when it does so, and what to change.
public struct ClockSetter: Equatable, Sendable {
    public enum Clock: String, Sendable {
        case system = "system clock"
        case realTime = "RTC"
    }

    public var name: String
    public var clock: Clock
    /// When, and from what: a sentence without a full stop.
    public var what: String
    /// What to do about it; empty if it may stay.
    public var nextStep: String

    /// Everything on this machine that sets a clock, in the order in which it does so.
    public static func find(_ facts: ClockSetterFacts) -> [ClockSetter] {
        var found: [ClockSetter] = []
        for device in facts.realTimeClocks where device.setTheClock {
            found.append(
                ClockSetter(
                    name: "the kernel (hctosys)", clock: .system,
                    what: "sets it from \(device.name) when the driver comes, to within half a second", nextStep: ""))
        }
        if facts.realTimeClocks.isEmpty {
            let wired = facts.file(ending: "config.txt")?.split(separator: "\n").contains {
                $0.split(separator: " ").first?.hasPrefix("dtoverlay=i2c-rtc") ?? false
            }
            found.append(
                ClockSetter(
                    name: "no RTC", clock: .system, what: "there is none in /sys/class/rtc",
                    nextStep: wired == true
                        ? "config.txt names one, but no driver has found it: look at its wiring, and at dmesg"
                        : "if there is one, name it in config.txt: dtoverlay=i2c-rtc,ds3231"))
        }
        found += udev(facts) + services(facts)
        return found
    }

    private static func udev(_ facts: ClockSetterFacts) -> [ClockSetter] {
        var found: [ClockSetter] = []
        if let script = facts.file(ending: "/udev/hwclock-set") {
            let stops = script.split(separator: "\n").contains { line in
                !line.drop(while: \.isWhitespace).hasPrefix("#") && line.holds("/run/systemd/system")
            }
            let refuses =
                facts.file(ending: "/default/hwclock")?.split(separator: "\n").contains {
                    $0.hasPrefix("HWCLOCKACCESS=no")
                } ?? false
            found.append(
                ClockSetter(
                    name: "udev's hwclock-set", clock: .system,
                    what: stops
                        ? "does nothing where systemd runs (its first lines end it)"
                        : refuses
                            ? "does nothing, because /etc/default/hwclock says HWCLOCKACCESS=no"
                            : "sets it by hwclock --hctosys when the driver comes",
                    nextStep: stops || refuses
                        ? "" : "it may stay; timeball boot comes after it and corrects what it did"))
        }
        return found
    }

    private static func services(_ facts: ClockSetterFacts) -> [ClockSetter] {
        var found: [ClockSetter] = []
        if facts.file(ending: "sbin/fake-hwclock") != nil {
            found.append(
                ClockSetter(
                    name: "fake-hwclock", clock: .system,
                    what: "sets it to the time of its last hour at each start, also where an RTC knows better",
                    nextStep: "timefile does the same and never puts the clock back: apt purge fake-hwclock"))
        }
        if facts.file(ending: "/init.d/hwclock.sh") != nil {
            found.append(
                ClockSetter(
                    name: "/etc/init.d/hwclock.sh", clock: .realTime,
                    what: "writes it when a machine without systemd stops", nextStep: ""))
        }
        if let text = facts.file(ending: "/default/adjtimex"), text.holds("TICK=") {
            found.append(
                ClockSetter(
                    name: "adjtimexconfig", clock: .system,
                    what: "sets its rate by 70 seconds of comparison with the RTC",
                    nextStep: "it fights with any daemon: apt purge adjtimex"))
        }
        for daemon in ["timeballd", "chronyd", "ntpd", "systemd-timesyn"] where facts.processes.contains(daemon) {
            found.append(
                ClockSetter(
                    name: daemon == "systemd-timesyn" ? "systemd-timesyncd" : daemon, clock: .system,
                    what: "keeps it by NTP while it runs", nextStep: ""))
        }
        let daemons = facts.processes.intersection(["timeballd", "chronyd", "ntpd", "systemd-timesyn"])
        if daemons.count > 1 {
            found[found.count - 1].nextStep = "two of them fight over the clock: stop one"
        }
        if facts.isSynchronised == true, !facts.writtenByKernel.isEmpty {
            found.append(
                ClockSetter(
                    name: "the kernel (11-minute mode)", clock: .realTime,
                    what:
                        "writes \(facts.writtenByKernel.joined(separator: " and ")) every 11 minutes, because a daemon says that the clock is synchronised (rtcsync)",
                    nextStep: facts.processes.contains("timeballd")
                        ? "" : "hwclock's and chrony's drift records are worth nothing then; timeballd's rtcfile is"))
        }
        if let record = facts.files["/etc/adjtime"], record.hasSuffix("LOCAL\n") || record.holds("\nLOCAL") {
            found.append(
                ClockSetter(
                    name: "/etc/adjtime", clock: .realTime, what: "says that it keeps local time",
                    nextStep: "twice a year that is ambiguous: timedatectl set-local-rtc 0, unless Windows shares it"))
        }
        return found
    }
}

extension ClockSetterFacts {
    /// The text of the first file whose path ends so; nil if there is none.
    func file(ending: String) -> String? {
        files.keys.sorted().first { $0.hasSuffix(ending) }.flatMap { files[$0] }
    }
}

extension StringProtocol {
    /// Whether a text stands in this one.
    fileprivate func holds(_ text: String) -> Bool {
        let octets = Array(utf8)
        let wanted = Array(text.utf8)
        guard !wanted.isEmpty, octets.count >= wanted.count else { return wanted.isEmpty }
        return (0...(octets.count - wanted.count)).contains { octets[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}
