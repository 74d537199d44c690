/// What can be said of the clock, in one word. There are only these five.
public enum Verdict: UInt8, CaseIterable, Hashable, Sendable {
    /// It follows a majority of its sources, and the bound says how closely.
    case right = 1
    /// There are measurements, but too few yet, or a large correction is under way.
    case settling = 2
    /// No source answers; it runs on what was learned, and the bound grows.
    case holding = 3
    /// The same as the other machines of an isolated network; the truth is not known.
    case agreed = 4
    /// Nothing is known.
    case unknown = 5

    /// The word as it is printed.
    public var word: String {
        switch self {
        case .right: "Right"
        case .settling: "Settling"
        case .holding: "Holding"
        case .agreed: "Agreed"
        case .unknown: "Unknown"
        }
    }
}
