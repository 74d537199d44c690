internal import CLinux
public import RealTimeClock
public import TimeBase

/// A real-time clock of this machine, `/dev/rtcN` (rtc(4)). While it is open nobody else can open it.
public struct RealTimeClockDevice: ~Copyable {
    private let descriptor: FileDescriptor

    /// - Throws: EBUSY if another program has it open, ENOENT if there is none, EACCES.
    public init(path: String) throws(SystemError) {
        descriptor = FileDescriptor(owning: try SystemError.check("open", unsafe clinux_device_open(path)))
    }

    /// Reads the time, with the moments before and after it. In seconds as if the RTC kept UTC; it may keep local time.
    /// - Throws: EINVAL where the RTC knows that it has lost its time.
    public func read() throws(SystemError) -> EdgeFinder.Reading {
        var time = clinux_rtc_time()
        let began = KernelClock.monotonic
        try SystemError.check("RTC_RD_TIME", unsafe clinux_rtc_read(descriptor.number, &time))
        let ended = KernelClock.monotonic
        let days = CivilDate.daysSince1970(year: Int(time.year), month: Int(time.month), day: Int(time.day))
        let seconds = days * 86_400 + Int(time.hour) * 3600 + Int(time.minute) * 60 + Int(time.second)
        return EdgeFinder.Reading(began: began, ended: ended, seconds: seconds)
    }

    /// Sets it to a second (as if it kept UTC): when that second then begins depends on the chip.
    /// - Throws: EPERM, EACCES without CAP_SYS_TIME; ERANGE for a year that it cannot keep.
    public func write(second: Int) throws(SystemError) {
        let date = CivilDate(Instant(sinceEpoch: .seconds(second)))
        var time = clinux_rtc_time(
            year: Int32(clamping: date.year), month: Int32(clamping: date.month), day: Int32(clamping: date.day),
            hour: Int32(clamping: date.hour), minute: Int32(clamping: date.minute), second: Int32(clamping: date.second)
        )
        try SystemError.check("RTC_SET_TIME", unsafe clinux_rtc_write(descriptor.number, &time))
    }

    /// The number for a poll set: readable when an update interrupt came.
    public var number: Int32 { descriptor.number }

    /// Switches update interrupts on.
    /// - Returns: false where the RTC has none (EINVAL, ENOTTY); then it must be polled.
    public func enableUpdates() throws(SystemError) -> Bool {
        let result = clinux_rtc_updates(descriptor.number, 1)
        if result == -SystemError.invalid || result == -SystemError.notTerminal { return false }
        try SystemError.check("RTC_UIE_ON", result)
        return true
    }

    /// Switches update interrupts off.
    public func disableUpdates() { clinux_rtc_updates(descriptor.number, 0) }

    /// Waits for the next update interrupt.
    /// - Returns: When this program learned of it, and how many came since the last one; nil if none came in time.
    public func waitForUpdate(_ timeout: Duration) throws(SystemError) -> (moment: Instant<Monotonic>, count: Int)? {
        var entry = clinux_poll_entry(descriptor: descriptor.number, events: Int16(CLINUX_POLL_IN.rawValue), ready: 0)
        let milliseconds = Int32(clamping: (max(.zero, timeout).inNanoseconds + 999_999) / 1_000_000)
        let ready = unsafe clinux_poll(&entry, 1, milliseconds)
        let moment = KernelClock.monotonic
        if ready <= 0 { return nil }
        let count = try SystemError.check("read", clinux_rtc_take_update(descriptor.number))
        return count > 0 ? (moment, count) : nil
    }

    /// What the driver says of the voltage: the bits of RTC_VL_ (linux/rtc.h).
    /// - Throws: EINVAL, ENOTTY where it does not tell.
    public func voltage() throws(SystemError) -> UInt32 {
        var flags: UInt32 = 0
        try SystemError.check("RTC_VL_READ", unsafe clinux_rtc_voltage(descriptor.number, &flags))
        return flags
    }

    /// Has the driver forget what it said of the voltage.
    public func clearVoltage() throws(SystemError) {
        try SystemError.check("RTC_VL_CLR", clinux_rtc_voltage_clear(descriptor.number))
    }

    /// A parameter of the driver, by its number (RTC_PARAM_ of linux/rtc.h).
    /// - Throws: EINVAL where there is none of that number.
    public func parameter(_ number: UInt64) throws(SystemError) -> UInt64 {
        var value: UInt64 = 0
        try SystemError.check("RTC_PARAM_GET", unsafe clinux_rtc_parameter(descriptor.number, number, &value))
        return value
    }

    /// Sets a parameter of the driver; some chips remember it in a memory that wears out.
    public func setParameter(_ number: UInt64, to value: UInt64) throws(SystemError) {
        try SystemError.check("RTC_PARAM_SET", clinux_rtc_set_parameter(descriptor.number, number, value))
    }

    /// What the driver says of the battery, a sentence; nil if all is well or it does not tell.
    public var batteryWarning: String? {
        guard let flags = try? voltage() else { return nil }
        if flags & CLINUX_VOLTAGE_INVALID.rawValue != 0 { return "the RTC has lost its time" }
        if flags & CLINUX_VOLTAGE_BACKUP_EMPTY.rawValue != 0 { return "the RTC's battery is empty" }
        if flags & CLINUX_VOLTAGE_BACKUP_LOW.rawValue != 0 { return "the RTC's battery is low" }
        return nil
    }
}
