internal import TimeBase

/// Durations as people type them.
public enum DurationText {
    private static let units: [String: Double] = [
        "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "": 1, "min": 60, "m": 60, "h": 3600, "d": 86400,
    ]

    /// Reads `5ms`, `0.25 s`, `90` (seconds); nil if it is anything else or negative.
    public static func parse(_ text: String) -> Duration? {
        let number = text.prefix { $0.isNumber && $0.isASCII || $0 == "." }
        let unit = text.dropFirst(number.count).drop { $0 == " " }
        guard let value = Double(number), let size = units[String(unit)] else { return nil }
        return Duration(checkedSeconds: value * size)
    }
}
