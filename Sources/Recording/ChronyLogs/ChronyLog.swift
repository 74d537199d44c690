/// A measurement log as chrony names it (chrony.conf(5), `log`): a file of `logdir` to which lines are added.
public enum ChronyLog: String, CaseIterable, Hashable, Sendable {
    /// What each packet of a source told.
    case measurements
    /// What a source's samples say together.
    case statistics
    /// What selection thinks of each source.
    case selection
    /// What was done to the clock.
    case tracking
    /// Readings of the real-time clock.
    case rtc
    /// Readings of reference clocks.
    case refclocks
    /// Temperatures, and what they change.
    case tempcomp

    /// The file's name in `logdir`.
    public var fileName: String { rawValue + ".log" }

    /// Names of the columns, as chrony writes them; programs know the lines that they skip by it.
    public var heading: String {
        switch self {
        case .measurements:
            "   Date (UTC) Time     IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del. Peer disp."
                + "  Root del. Root disp. Refid     MTxRx"
        case .statistics:
            "   Date (UTC) Time     IP Address    Std dev'n Est offset  Offset sd  Diff freq   Est skew  Stress  Ns  Bs"
                + "  Nr  Asym"
        case .selection:
            "   Date (UTC) Time     IP Address   S EOpts Reach Score Last sample  Low end   High end"
        case .tracking:
            "   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr."
                + " Root delay Root disp. Max. error"
        case .rtc:
            "   Date (UTC) Time   RTC fast (s) Val   Est fast (s)   Slope (ppm)  Ns  Nr Meas"
        case .refclocks:
            "   Date (UTC) Time         Refid  DP L P  Raw offset   Cooked offset      Disp."
        case .tempcomp:
            "   Date (UTC) Time        Temp.       Comp."
        }
    }

    /// The heading between two rules, which comes again every `logbanner` lines; ends with a line's end.
    public var banner: String {
        let rule = String(repeating: "=", count: heading.utf8.count)
        return "\(rule)\n\(heading)\n\(rule)\n"
    }
}

/// One line of a measurement log.
public enum LogRecord: Equatable, Sendable {
    case measurement(MeasurementLine)
    case statistics(StatisticsLine)
    case selection(SelectionLine)
    case tracking(TrackingLine)
    case realTimeClock(RealTimeClockLine)
    case referenceClock(ReferenceClockLine)
    case temperature(TemperatureLine)

    /// The log that it belongs to.
    public var log: ChronyLog {
        switch self {
        case .measurement: .measurements
        case .statistics: .statistics
        case .selection: .selection
        case .tracking: .tracking
        case .realTimeClock: .rtc
        case .referenceClock: .refclocks
        case .temperature: .tempcomp
        }
    }

    /// As chrony writes it, without a line's end.
    public var text: String {
        switch self {
        case .measurement(let line): line.text
        case .statistics(let line): line.text
        case .selection(let line): line.text
        case .tracking(let line): line.text
        case .realTimeClock(let line): line.text
        case .referenceClock(let line): line.text
        case .temperature(let line): line.text
        }
    }
}
