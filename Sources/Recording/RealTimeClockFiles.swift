/// Where the records of a machine's real-time clocks lie: of the main one in `rtcfile`, of others beside it.
public enum RealTimeClockFiles {
    /// The kernel's name of a device: `rtc0` of `/dev/rtc0`, and of Debian's link `/dev/rtc`.
    public static func clock(of device: String) -> String {
        let name = device.split(separator: "/").last.map(String.init) ?? device
        return name == "rtc" ? "rtc0" : name
    }

    /// The file of a clock that is not the main one: `/var/lib/timeball/rtc.rtc1`.
    public static func path(beside file: String, of clock: String) -> String { "\(file).\(clock)" }

    /// The clock whose file that is, by its name; nil if it is no such file.
    ///
    /// - Parameters:
    ///   - name: of a file that lies in the same folder.
    ///   - main: the name of the main clock's file.
    public static func clock(ofFile name: String, beside main: String) -> String? {
        guard name.hasPrefix(main + ".rtc") else { return nil }
        let clock = name.dropFirst(main.count + 1)
        let number = clock.dropFirst(3)
        return !number.isEmpty && number.utf8.allSatisfy { (0x30...0x39).contains($0) } ? String(clock) : nil
    }
}
