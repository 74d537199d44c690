public import Addresses

/// How chronyc is to ask and to print: its options, which some of its commands change.
public struct ConsoleOptions: Equatable, Sendable {
    /// How sources and clients are called.
    public enum Names: Hashable, Sendable {
        /// By the name that the resolver has for their address.
        case resolved
        /// By their address (-n).
        case addresses
        /// As the configuration calls them (-N).
        case original
    }

    public var names = Names.resolved
    /// Reports as numbers between commas (-c).
    public var isMachineReadable = false
    /// A line with a full stop after each reply (-e).
    public var marksEnd = false
    /// Names are not cut to their column (-w).
    public var isWide = false
    /// Names are resolved to addresses of this family only (-4, -6).
    public var family: AddressFamily?
    /// How long the first answer is waited for; each repetition waits twice as long.
    public var timeout = Duration.seconds(1)
    /// How often a question is repeated.
    public var retries = 2

    public init() {}
}
