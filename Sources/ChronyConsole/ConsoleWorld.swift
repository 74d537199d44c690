public import Addresses
public import Control
public import TimeBase

/// What a console needs of the world outside: a daemon, a resolver, a clock, a place to print.
public protocol ConsoleWorld {
    /// Asks the daemon; nil if nobody answers.
    mutating func ask(_ request: ControlRequest, _ options: ConsoleOptions) -> ControlReply?
    /// The addresses of a host's name, best first.
    func addresses(of name: String, _ family: AddressFamily?) -> [IPAddress]
    /// The name of an address; nil if the resolver has none.
    func name(of address: IPAddress) -> String?
    /// A time on the walls here (`isUTC` false) as an instant; without a date today's is meant. Nil if there is no such time.
    func instant(_ date: TypedDate) -> Instant<Realtime>?
    /// Waits; false if somebody interrupts.
    func pause(_ duration: Duration) -> Bool
    /// Secret octets for a key.
    func secret(octets: Int) -> [UInt8]
    /// A line for standard output.
    func print(_ line: String)
    /// A line for standard error.
    func complain(_ line: String)
}

/// A date as it was typed; what it leaves out is today's.
public struct TypedDate: Equatable, Sendable {
    public struct Day: Hashable, Sendable {
        public var year: Int
        public var month: Int
        public var day: Int
    }

    /// Nil for today.
    public var day: Day?
    public var hour: Int
    public var minute: Int
    public var second: Int
    /// Whether it said so (a `Z` at its end).
    public var isUTC: Bool
}
