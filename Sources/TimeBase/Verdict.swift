/// What can be said of the clock, in one word. There are only five; their numbers are those of every format that we write.
public enum Verdict: UInt16, CaseIterable, Hashable, Sendable {
    /// It follows a majority of its sources.
    case right = 1
    /// Too few measurements yet, or a large error is being corrected.
    case settling = 2
    /// It runs on what was learned while no source answers.
    case holding = 3
    /// It has the same time as others without knowing the truth.
    case agreed = 4
    /// It knows nothing.
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
