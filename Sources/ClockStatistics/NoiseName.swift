/// The kinds of power-law noise by name.
public enum NoiseName {
    /// The usual name of the noise whose frequency spectrum goes with f to the power of alpha (2 to -2); `α = …` for others.
    public static func of(_ alpha: Int) -> String {
        switch alpha {
        case 2: "white phase"
        case 1: "flicker phase"
        case 0: "white frequency"
        case -1: "flicker frequency"
        case -2: "random walk frequency"
        default: "α = \(alpha)"
        }
    }
}
