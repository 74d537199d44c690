public import Timekeeping

/// What one machine of an isolated network keeps its time by: ours, or one of those that it is compared with.
///
/// Seconds throughout; a moment is the machine's oscillator, a difference is theirs less ours.
public protocol IslandScale: Sendable {
    /// What a machine says of itself with each comparison.
    associatedtype Claim: Sendable
    /// What it tells others beside that.
    associatedtype Message: Sendable

    /// From one comparison with everybody to the next.
    var comparisonInterval: Double { get }

    var claim: Claim { get }

    /// Whether others go by it.
    var leads: Bool { get }

    /// What it shows more than its oscillator.
    func offset(at moment: Double) -> Double

    /// Somebody was asked, and answered.
    mutating func hear(_ peer: Int, at moment: Double, difference: Double, claim: Claim)

    /// Somebody was asked, and did not answer.
    mutating func miss(_ peer: Int, at moment: Double)

    /// Does what is due; called after comparisons, and every few seconds.
    mutating func act(at moment: Double) -> [IslandMessage<Message>]

    /// Takes in what another one told, who was so much ahead then.
    mutating func receive(
        _ message: Message, from sender: Int, at moment: Double, difference: Double
    ) -> [IslandMessage<Message>]
}

extension IslandScale {
    public mutating func miss(_ peer: Int, at moment: Double) {}

    public mutating func receive(
        _ message: Message, from sender: Int, at moment: Double, difference: Double
    ) -> [IslandMessage<Message>] { [] }
}

/// Something that a machine tells another one, or all that it reaches.
public struct IslandMessage<Content: Sendable>: Sendable {
    /// Nil: all.
    var receiver: Int?
    var content: Content
}

extension EnsembleScale: IslandScale {
    public typealias Message = Never

    public var comparisonInterval: Double { settings.interval }

    /// Nobody leads.
    public var leads: Bool { false }

    public mutating func hear(_ peer: Int, at moment: Double, difference: Double, claim: Claim) {
        compare(with: peer, at: moment, difference: difference, claim: claim)
    }

    public mutating func act(at moment: Double) -> [IslandMessage<Never>] {
        if due <= moment { correct(at: moment) }
        return []
    }
}
