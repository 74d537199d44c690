/// Equivalent degrees of freedom of the statistics that use the data more than once, after NIST SP 1065 (W. J. Riley, 2008):
/// fits to simulations, section 5.4.2 and tables 7 (`totdev`), 8 (`mtotdev`), 9 (`htotdev`) and those of Thêo1.
///
/// The fits of the reflected statistics are made for averages of many samples. Up to eight samples reflection adds
/// little, and the plain statistic's degrees of freedom stand.
enum TotalFreedom {
    private static let leastFactor = 8

    /// - Parameters:
    ///   - alpha: Noise exponent.
    ///   - m: Averaging factor.
    ///   - count: Number of phases N.
    /// - Returns: nil for statistics of other kinds, and where no fit is known.
    static func value(_ statistic: Statistic, alpha: Int, factor m: Int, count: Int) -> Double? {
        guard m > 0, count > m else { return nil }
        let ratio = Double(count) / Double(m)
        let freedom: Double?
        switch statistic {
        case .totdev:
            if m < leastFactor { return plain(alpha, 2, m, count, modified: false) }
            let fits: [Int: (Double, Double)] = [0: (1.50, 0), -1: (1.17, 0.22), -2: (0.93, 0.36)]
            freedom = fits[alpha].map { $0.0 * ratio - $0.1 }
        case .mtotdev, .ttotdev:
            if m < leastFactor { return plain(alpha, 2, m, count, modified: true) }
            let fits: [Int: (Double, Double)] = [
                2: (1.90, 2.10), 1: (1.20, 1.40), 0: (1.10, 1.20), -1: (0.85, 0.50), -2: (0.75, 0.31),
            ]
            freedom = fits[alpha].map { $0.0 * ratio - $0.1 }
        case .htotdev:
            if m < leastFactor { return plain(alpha, 3, m, count, modified: false) }
            let fits: [Int: (Double, Double)] = [0: (0.546, 1.41), -1: (0.667, 2.00), -2: (0.909, 1.00)]
            freedom = fits[alpha].map { ratio / ($0.0 + $0.1 / ratio) }
        case .theo1: freedom = theo1(alpha, 0.75 * Double(m), Double(count))
        default: return nil
        }
        guard let freedom, freedom >= 1 else { return nil }
        return freedom
    }

    private static func plain(_ alpha: Int, _ order: Int, _ m: Int, _ count: Int, modified: Bool) -> Double? {
        DegreesOfFreedom(alpha: alpha, order: order, factor: m, count: count, overlapping: true, modified: modified)
            .value
    }

    /// - Parameters:
    ///   - r: Effective averaging time in samples, 0.75 m.
    ///   - n: Number of phases.
    private static func theo1(_ alpha: Int, _ r: Double, _ n: Double) -> Double? {
        switch alpha {
        case 2: return 0.86 * (n + 1) * (n - 4 / 3 * r) / (n - r) * (r / (r + 1.14))
        case 1:
            return (4.798 * n * n - 6.374 * n * r + 12.387 * r) / ((r + 36.6).squareRoot() * (n - r)) * (r / (r + 0.3))
        case 0:
            let root = r * r.squareRoot()
            return ((4.1 * n + 0.8) / r - (3.1 * n + 6.5) / n) * (root / (root + 5.2))
        case -1:
            let cube = r * r * r
            return (2 * n * n - 1.3 * n * r - 3.5 * r) / (n * r) * (cube / (cube + 2.3))
        case -2:
            let long = 4.4 * n - 1
            let square = (4.4 * n - 3) * (4.4 * n - 3)
            return (4.4 * n - 2) / (2.9 * r) * ((long * long - 8.6 * r * long + 11.4 * r * r) / square)
        default: return nil
        }
    }
}
