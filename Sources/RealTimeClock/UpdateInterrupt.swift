public import TimeBase

/// The RTC's update interrupt: it comes when the seconds change, and the seconds are read after it.
public enum UpdateInterrupt {
    /// The edge that an interrupt told of.
    /// - Parameters:
    ///   - seen: when this program learned of it, which is always a little late.
    ///   - reading: taken after it.
    /// - Returns: nil if the reading came so late that it may be of the second after.
    public static func edge(at seen: Instant<Monotonic>, reading: EdgeFinder.Reading) -> EdgeFinder.Edge? {
        guard reading.began >= seen, reading.ended - seen < .milliseconds(900) else { return nil }
        return EdgeFinder.Edge(moment: seen, uncertainty: usualLateness, seconds: reading.seconds)
    }

    /// From the chip's edge to the program: the interrupt, the kernel's work over the bus, and waking up. It is not measured,
    /// and nothing is promised about the kernel's emulation by polling, which can be some milliseconds late.
    public static let usualLateness = Duration.microseconds(200)
}
