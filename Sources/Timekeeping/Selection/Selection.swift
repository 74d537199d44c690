/// What selection thinks of a source. The characters are those of chronyc's `selectdata`.
public enum SelectionState: UInt8, Hashable, Sendable {
    case noselect = 0x4e  // N
    case noSamples = 0x4d  // M
    case unsynchronised = 0x73  // s
    case badStratum = 0x72  // r
    case tooDistant = 0x64  // d
    case jittery = 0x7e  // ~
    case unreachable = 0x53  // S
    case orphan = 0x4f  // O
    case waitingForOthers = 0x77  // w
    case notEnough = 0x57  // W
    case notPreferred = 0x50  // P
    case waitingForUpdate = 0x55  // U
    case falseticker = 0x78  // x
    case untrusted = 0x54  // T
    case distant = 0x44  // D
    case combined = 0x2b  // +
    case selected = 0x2a  // *
}

/// What a source brings to selection.
struct Candidate {
    /// Where the owner keeps the source.
    var index: Int
    /// True time less oscillator time, carried on to now.
    var offset: Double
    /// How far that may be wrong.
    var distance: Double
    var stratum: Int
    var isPreferred = false
    var isTrusted = false
    var isRequired = false

    var low: Double { offset - distance }
    var high: Double { offset + distance }
}

/// The outcome of an intersection.
enum Agreement: Equatable {
    /// These candidates (positions in the array) agree, and the truth lies between the two ends as long as no more
    /// than a minority of all candidates lies.
    case majority(members: [Int], low: Double, high: Double)
    /// No more than `largest` of `total` agree.
    case none(largest: Int, total: Int)
}

/// Marzullo's intersection with a strict majority (Marzullo and Owicki 1983; RFC 5905 section 11.2.1).
enum Intersection {
    /// Finds the candidates that agree.
    ///
    /// A candidate belongs to the majority if its interval meets the region that most intervals share and if it
    /// either contains that region or lies inside it. With n falsetickers among 2n + 1 the honest ones share a region
    /// that holds the truth, so a point that fewer than n + 1 intervals cover is never followed.
    static func find(_ candidates: [Candidate]) -> Agreement {
        let trusted = candidates.filter(\.isTrusted)
        let voters = trusted.isEmpty ? candidates : trusted
        let needed = voters.count / 2 + 1
        guard let core = deepest(voters), core.depth >= needed else {
            return .none(largest: deepest(voters)?.depth ?? 0, total: voters.count)
        }
        let members = candidates.indices.filter { position in
            let candidate = candidates[position]
            if !trusted.isEmpty, !candidate.isTrusted {
                // Who is not trusted has to lie inside what the trusted say.
                return candidate.low >= core.low - core.width && candidate.high <= core.high + core.width
                    && candidate.low <= core.high && candidate.high >= core.low
            }
            let contains = candidate.low <= core.low && candidate.high >= core.high
            let inside = candidate.low >= core.low && candidate.high <= core.high
            return contains || inside
        }
        let ends = covered(voters, atLeast: needed)
        return .majority(members: members, low: ends.low, high: ends.high)
    }

    private struct Core {
        var low: Double
        var high: Double
        var depth: Int
        var width: Double { high - low }
    }

    /// Interval ends in ascending order, with beginnings before ends where they coincide.
    private static func ends(_ candidates: [Candidate]) -> [(at: Double, begins: Bool)] {
        var ends: [(at: Double, begins: Bool)] = []
        for candidate in candidates where candidate.low.isFinite && candidate.high.isFinite {
            ends.append((candidate.low, true))
            ends.append((candidate.high, false))
        }
        return ends.sorted { $0.at != $1.at ? $0.at < $1.at : $0.begins && !$1.begins }
    }

    /// The region that most intervals share; the first if there are several.
    private static func deepest(_ candidates: [Candidate]) -> Core? {
        let ends = ends(candidates)
        var depth = 0
        var best: Core?
        for (position, end) in ends.enumerated() {
            depth += end.begins ? 1 : -1
            if end.begins, depth > (best?.depth ?? 0) {
                // The region lasts until the next end of an interval.
                let next = ends[(position + 1)...].first { !$0.begins }
                best = Core(low: end.at, high: next?.at ?? end.at, depth: depth)
            }
        }
        return best
    }

    /// The hull of all points that at least so many intervals cover: with an honest majority the truth is in it.
    private static func covered(_ candidates: [Candidate], atLeast needed: Int) -> (low: Double, high: Double) {
        var depth = 0
        var low = Double.infinity
        var high = -Double.infinity
        for end in ends(candidates) {
            if end.begins {
                depth += 1
                if depth == needed { low = min(low, end.at) }
            } else {
                if depth == needed { high = max(high, end.at) }
                depth -= 1
            }
        }
        return (low, high)
    }
}
