/// A measure of how steady a clock is over an averaging time of m samples.
///
/// The names are those of NIST SP 1065 (W. J. Riley, Handbook of Frequency Stability Analysis), in the lower-case form
/// that common programs use. The values are raw: no bias is removed from any of them.
public enum Statistic: String, CaseIterable, Sendable {
    /// Allan deviation, samples taken every m.
    case adev
    /// Overlapping Allan deviation.
    case oadev
    /// Modified Allan deviation: tells white from flicker phase noise.
    case mdev
    /// Time deviation, in seconds: τ · mdev / √3.
    case tdev
    /// Hadamard deviation, samples taken every m: blind to linear frequency drift.
    case hdev
    /// Overlapping Hadamard deviation.
    case ohdev
    /// Total deviation: the series is reflected about both ends.
    case totdev
    /// Modified total deviation.
    case mtotdev
    /// Time total deviation, in seconds: τ · mtotdev / √3.
    case ttotdev
    /// Hadamard total deviation; at m = 1 it is `ohdev`.
    case htotdev
    /// Thêo1, for even m; its effective averaging time is 0.75 m τ₀.
    case theo1
    /// Parabolic deviation (Vernotte et al. 2016).
    case pdev
    /// Overlapping Allan deviation that passes over terms with a missing sample.
    case gradev
    /// Maximum time interval error, in seconds.
    case mtie
    /// Root mean square time interval error, in seconds, frequency offset included.
    case tierms

    /// How many terms the statistic is made of.
    /// - Parameters:
    ///   - factor: Averaging factor m, in samples.
    ///   - count: Number of phase samples N, none missing.
    /// - Returns: 0 when m is too long for the series, or (`theo1`) odd.
    public func terms(factor m: Int, of count: Int) -> Int {
        // From here on 9m cannot overflow.
        guard m > 0, count > 1, m < count else { return 0 }
        let n: Int
        switch self {
        case .adev: n = (count - 1) / m - 1
        case .hdev: n = (count - 1) / m - 2
        case .oadev, .pdev, .gradev: n = m > count / 2 ? 0 : count - 2 * m
        case .ohdev: n = m > count / 3 ? 0 : count - 3 * m
        case .mdev, .tdev, .mtotdev, .ttotdev: n = m > count / 3 ? 0 : count - 3 * m + 1
        case .htotdev:
            // Of N - 1 frequencies, blocks of 3m; at m = 1 it is ohdev.
            n = m > count / 3 ? 0 : m == 1 ? count - 3 : count - 3 * m
        case .totdev: n = count - 2
        case .theo1: n = m % 2 == 0 ? (count - m).multipliedReportingOverflow(by: m / 2).partialValue : 0
        case .mtie, .tierms: n = count - m
        }
        return max(0, n)
    }

    /// Averaging factors 1, 2, 4, … for which there are at least two terms.
    public func octaves(of count: Int) -> [Int] {
        var factors: [Int] = []
        var m = 1
        while m < count {
            if terms(factor: m, of: count) > 1 { factors.append(m) }
            m *= 2
        }
        return factors
    }

    /// Every averaging factor for which there are at least two terms.
    public func all(of count: Int) -> [Int] {
        (1..<max(2, count)).filter { terms(factor: $0, of: count) > 1 }
    }

    /// Whether its unit is the second, rather than a fractional frequency.
    public var isTime: Bool {
        switch self {
        case .tdev, .ttotdev, .mtie, .tierms: true
        default: false
        }
    }

    /// The order of the phase difference that the statistic squares: 2 for Allan's, 3 for Hadamard's.
    var differenceOrder: Int {
        switch self {
        case .hdev, .ohdev, .htotdev: 3
        default: 2
        }
    }
}
