internal import TimeBase

/// Durations as people type them, without a rounding on the way: `5ms`, `0.25 s`, `90`.
public enum ExactDuration {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("", 1_000_000_000), ("ns", 1), ("us", 1000), ("µs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("min", 60_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ]

    /// - Returns: nil for anything else, what is negative, or above 10^12 s.
    public static func parse(_ text: String) -> Duration? {
        let trimmed = text.drop { $0 == " " }
        let number = trimmed.prefix { "0"..."9" ~= $0 || $0 == "." }
        let name = trimmed.dropFirst(number.count).drop { $0 == " " }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = parts.first, whole.utf8.count <= 12,
            let unit = units.first(where: { $0.name == name }), !(whole.isEmpty && parts.count == 1)
        else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= 18, parts.count == 1 || !fraction.isEmpty else { return nil }
        var attoseconds = Int128(Int64(whole) ?? 0) * Int128(unit.nanoseconds) * 1_000_000_000
        if let digits = Int64(fraction) {
            var scale = Int128(1)
            for _ in 0..<fraction.utf8.count { scale *= 10 }
            attoseconds += Int128(digits) * Int128(unit.nanoseconds) * 1_000_000_000 / scale
        }
        guard attoseconds <= Int128(1_000_000_000_000) * 1_000_000_000_000_000_000 else { return nil }
        return Duration(attoseconds: attoseconds)
    }
}
