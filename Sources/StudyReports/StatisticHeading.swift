public import ClockStatistics

extension Statistic {
    /// As it stands in headings.
    public var heading: String {
        switch self {
        case .adev: "Allan deviation"
        case .oadev: "Allan deviation"
        case .mdev: "Modified Allan deviation"
        case .tdev: "Time deviation"
        case .hdev: "Hadamard deviation"
        case .ohdev: "Hadamard deviation"
        case .totdev: "Total deviation"
        case .mtotdev: "Modified total deviation"
        case .ttotdev: "Time total deviation"
        case .htotdev: "Hadamard total deviation"
        case .theo1: "Thêo1"
        case .pdev: "Parabolic deviation"
        case .gradev: "Allan deviation with losses"
        case .mtie: "Maximum time interval error"
        case .tierms: "Root mean square time interval error"
        }
    }
}
