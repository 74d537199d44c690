/// Numbers as people read them.
enum Words {
    /// `18.7 ms`, `2.31 s`, `640 ns`: three digits, with the unit that suits.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "-" }
        let size = seconds.magnitude
        switch size {
        case ..<0.9995e-6: return "\(digits(seconds * 1e9)) ns"
        case ..<0.9995e-3: return "\(digits(seconds * 1e6)) us"
        case ..<0.9995: return "\(digits(seconds * 1e3)) ms"
        case ..<120: return "\(digits(seconds)) s"
        case ..<7200: return "\(digits(seconds / 60)) min"
        case ..<172_800: return "\(digits(seconds / 3600)) h"
        default: return "\(digits(seconds / 86400)) days"
        }
    }

    /// `5.97 ppm`
    static func ppm(_ ratio: Double) -> String { "\(digits(ratio * 1e6)) ppm" }

    /// Three significant digits.
    private static func digits(_ value: Double) -> String {
        let size = value.magnitude
        return Note.fixed(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
    }
}
