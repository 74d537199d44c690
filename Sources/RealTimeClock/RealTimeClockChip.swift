public import TimeBase

/// What is known of a kind of real-time clock by its name: how its second is set, and how far its rate can stray.
public struct RealTimeClockChip: Equatable, Sendable {
    /// What makes it tick.
    public enum Crystal: Hashable, Sendable {
        /// A tuning fork of 32,768 Hz, slower the farther it is from about 25 °C, by 0.034 ppm for each square kelvin.
        case tuningFork
        /// The same, compensated for temperature.
        case compensated
    }

    /// What a write does to the phase of the second.
    public enum SettingRule: Hashable, Sendable {
        /// The second that is written begins at the write.
        case beginsAtWrite
        /// The second that is written ends half a second after the write (PCs).
        case endsHalfASecondLater
        /// Nobody can say: the phase stays as it was, or is anything.
        case uncontrolled
    }

    /// The name that the kernel gives it, without what says where it is: `ds1307`, `rtc_cmos`.
    public var name: String
    /// What makes it tick; a chip of unknown name is taken for a tuning fork.
    public var crystal: Crystal
    /// How its second is set.
    public var setting: SettingRule

    /// A chip by its name: the kernel's name of the device (`/sys/class/rtc/rtcN/device/name`), or else of the driver.
    public init(named name: String) {
        let word = name.split(separator: " ").first.map(String.init) ?? name
        let short = word.hasPrefix("rtc-") || word.hasPrefix("rtc_") ? String(word.dropFirst(4)) : word
        self.name = short == "cmos" ? "rtc_cmos" : short
        let compensated: Set = [
            "ds3231", "ds3232", "ds3234", "pcf2127", "pcf2129", "pca2129", "pcf2131", "rv3029", "rv3032", "rv8803",
            "rx8900", "rx8803", "m41t62tcxo",
        ]
        crystal = compensated.contains(short) ? .compensated : .tuningFork
        let restarting: Set = [
            "ds1307", "ds1337", "ds1338", "ds1339", "ds1340", "ds1341", "ds3231", "ds3232", "pcf8523", "pcf85063",
            "pcf85063a", "pcf85263", "pcf8563", "rv3028", "rv3032", "rv8803", "mcp7941x", "mcp7940x", "pl031", "rpi",
        ]
        setting = short == "cmos" ? .endsHalfASecondLater : restarting.contains(short) ? .beginsAtWrite : .uncontrolled
    }

    /// How long after the beginning of a second that second is to be written, so that the RTC is right.
    ///
    /// A chip without a name is taken for a PC's, as hwclock does.
    public var writeDelay: Duration {
        setting == .endsHalfASecondLater || name.isEmpty ? .milliseconds(500) : .zero
    }

    /// How much its rate may differ between a running machine and one that lies in any room (0 to 50 °C).
    ///
    /// A tuning fork at 0 or 50 °C is 21 ppm slower than at 25 °C, some of them 25 ppm; makers of compensated chips promise 2 to 3 ppm over all
    /// temperatures.
    public var greatestRateChange: Frequency {
        switch crystal {
        case .tuningFork: Frequency(ppm: 25)
        case .compensated: Frequency(ppm: 5)
        }
    }

    /// Rates beyond this are no crystal's: somebody set the clock.
    public static let greatestRate = Frequency(ppm: 500)

    /// How far from the system clock an RTC may be after the kernel wrote it (drivers/rtc, kernel/time/ntp.c): it writes
    /// within five ticks of the right moment, and then the bus takes its time.
    public var kernelWriteError: Duration {
        setting == .uncontrolled ? .milliseconds(1100) : .milliseconds(80)
    }

    /// ppm for each square kelvin by which a tuning fork slows down away from ``turnover``.
    public static let curvature = 0.034
    /// °C at which a tuning fork is fastest.
    public static let turnover = 25.0
}
