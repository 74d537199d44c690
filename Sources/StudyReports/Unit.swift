/// A unit that suits the size of what is shown.
struct Unit: Sendable, Equatable {
    /// As it is written: `µs`.
    var name: String
    /// Divide by it.
    var size: Double

    /// For phases up to the given magnitude, in seconds.
    static func time(upTo magnitude: Double) -> Unit {
        for (name, size) in [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)] where magnitude >= 1.5 * size {
            return Unit(name: name, size: size)
        }
        return Unit(name: "ns", size: 1e-9)
    }

    /// For fractional frequencies up to the given magnitude.
    static func frequency(upTo magnitude: Double) -> Unit {
        magnitude >= 0.1e-6 ? Unit(name: "ppm", size: 1e-6) : Unit(name: "ppb", size: 1e-9)
    }

    /// For the horizontal axis of a record of the given length, in seconds.
    static func span(_ seconds: Double) -> Unit {
        if seconds > 6 * 86_400 { return Unit(name: "days", size: 86_400) }
        if seconds > 2 * 3600 { return Unit(name: "h", size: 3600) }
        return seconds > 300 ? Unit(name: "min", size: 60) : Unit(name: "s", size: 1)
    }
}
