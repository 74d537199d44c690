/// Which real-time clocks the kernel writes in its 11-minute mode.
public enum KernelWrittenClocks {
    /// Their names.
    ///
    /// The kernel writes the RTC whose name it was built with (`CONFIG_RTC_SYSTOHC_DEVICE`), on PCs the CMOS clock
    /// (kernel/time/ntp.c). Where its configuration cannot be read, that is the one from which it set the system clock, for
    /// both names are the same by default, or else `rtc0`. Who is named here and is not written after all is found out
    /// when it is compared.
    ///
    /// - Parameters:
    ///   - clocks: the machine's RTCs by name, with their chips, and whether the kernel set the system clock from them.
    ///   - configuration: the kernel's configuration, lines of `CONFIG_NAME=value`; nil where it cannot be read.
    public static func names(
        among clocks: [(name: String, chip: RealTimeClockChip, setTheClock: Bool)], configuration: String?
    ) -> Set<String> {
        var names: Set<String> = []
        if let configuration {
            let lines = configuration.split(separator: "\n")
            if lines.contains("CONFIG_RTC_SYSTOHC=y") {
                let option = "CONFIG_RTC_SYSTOHC_DEVICE="
                let value = lines.first { $0.hasPrefix(option) }.map { $0.dropFirst(option.count) }
                names.insert(value.map { String($0.drop { $0 == "\"" }.prefix { $0 != "\"" }) } ?? "rtc0")
            }
            if lines.contains("CONFIG_GENERIC_CMOS_UPDATE=y") {
                names.formUnion(clocks.filter { $0.chip.name == "rtc_cmos" }.map(\.name))
            }
        } else {
            names.insert(clocks.first(where: \.setTheClock)?.name ?? "rtc0")
        }
        return names.intersection(clocks.map(\.name))
    }
}
