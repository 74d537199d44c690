internal import TimeBase

/// What happens to an isolated network an hour after its start.
public enum IslandIncident: String, CaseIterable, Sendable {
    case fourEnd = "any four end"
    case leaderEnds = "the leader ends"
    case halvesMeet = "divided by halves for half an hour"
    case fourMeetSix = "four divided from six for half an hour"
    case leaderRuns = "the leader runs 200 ppm off"
    case anotherRuns = "another runs 200 ppm off"
    case leaderLiesBySeconds = "the leader lies by 0.5 s"
    case anotherLiesBySeconds = "another lies by 0.5 s"
    case leaderLies = "the leader lies by 400 µs"
    case anotherLies = "another lies by 400 µs"
    case leaderLiesMore = "the leader lies by 1 µs more each second"
    case anotherLiesMore = "another lies by 1 µs more each second"
    case oneJoins = "one starts anew, 7000 s ahead"
    case oneIsLost = "nobody hears one for ten minutes"
    case oneIsAsymmetric = "one's path is 200 µs longer one way"
    case islandsMeet = "two islands seconds apart meet"

    /// Whether it happens to the one that the others go by, where there is such a one.
    var concernsLeader: Bool {
        switch self {
        case .leaderEnds, .leaderRuns, .leaderLiesBySeconds, .leaderLies, .leaderLiesMore: true
        default: false
        }
    }

    /// Whether a network of so many members can have it.
    public func isPossible(members: Int) -> Bool {
        switch self {
        case .fourEnd: members > 5
        case .halvesMeet, .islandsMeet: members > 3
        case .fourMeetSix: members > 8
        case .oneIsLost, .oneIsAsymmetric, .oneJoins, .leaderEnds: members > 1
        // Two cannot tell which of them is wrong.
        default: members > 2
        }
    }

    /// Seconds that are simulated from it on.
    var length: Double { self == .islandsMeet ? 3 * 3600 : 3600 }

    /// Seconds in which the movement is measured. Later, where members went or came, the crystals' own wandering is more than what
    /// the incident does, because they are weighed differently.
    var measured: Double {
        switch self {
        case .fourEnd, .leaderEnds, .halvesMeet, .fourMeetSix: 1200
        default: length
        }
    }

    /// Whom it may leave alone: those whose movement is measured, and who must agree.
    func honest(_ everyone: [Int], victim: Int, ended: Set<Int>) -> [Int] {
        switch self {
        case .fourEnd, .leaderEnds: everyone.filter { !ended.contains($0) }
        case .halvesMeet, .islandsMeet: everyone
        case .fourMeetSix: Array(everyone.dropFirst(4))
        default: everyone.filter { $0 != victim }
        }
    }
}

/// What an incident did to the honest members.
public struct IslandOutcome: Equatable, Sendable {
    /// How far one of them was moved at most from where it is without the incident, seconds.
    public var moved: Double
    /// How far any two of them are apart at most in the last ten minutes.
    public var widest: Double
    /// The greatest rate at which one of them went since the incident, s/s.
    public var fastest: Double
}

/// How an isolated network does when nothing happens.
public struct IslandCourse: Equatable, Sendable {
    /// How far any two are apart at most, from the first hour's end to the fourth's.
    public var widest: Double
    /// How much the common scale gains then, s/s.
    public var drift: Double
    /// How much the crystals gain then, their mean.
    public var crystalDrift: Double
    /// Root mean square of the change of the common frequency from half an hour to the next, s/s.
    public var commonWander: Double
    /// The same of the steadiest crystal alone.
    public var bestWander: Double
}
