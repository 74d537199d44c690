/// A rate error: how much a clock **gains**, seconds per second. Positive means fast.
public struct Frequency: Hashable, Comparable, Sendable {
    /// Seconds gained per second.
    public var ratio: Double

    public init(ratio: Double) {
        self.ratio = ratio
    }

    /// Parts per million: microseconds gained per second.
    public init(ppm: Double) {
        self.ratio = ppm * 1e-6
    }

    /// Parts per million: microseconds gained per second.
    public var ppm: Double { ratio * 1e6 }

    public static let zero = Frequency(ratio: 0)

    public var magnitude: Frequency { Frequency(ratio: ratio.magnitude) }

    public static func < (left: Frequency, right: Frequency) -> Bool { left.ratio < right.ratio }
    public static func + (left: Frequency, right: Frequency) -> Frequency { Frequency(ratio: left.ratio + right.ratio) }
    public static func - (left: Frequency, right: Frequency) -> Frequency { Frequency(ratio: left.ratio - right.ratio) }
    public static prefix func - (frequency: Frequency) -> Frequency { Frequency(ratio: -frequency.ratio) }

    /// What is gained in so long a time.
    public static func * (frequency: Frequency, duration: Duration) -> Duration {
        Duration(clampingSeconds: frequency.ratio * duration.inSeconds)
    }
}
