import Testing

@testable internal import Timekeeping

private func candidates(_ intervals: [(low: Int, high: Int)]) -> [Candidate] {
    intervals.enumerated().map { index, interval in
        Candidate(
            index: index, offset: Double(interval.low + interval.high) / 2,
            distance: Double(interval.high - interval.low) / 2, stratum: 1)
    }
}

@Suite struct IntersectionTests {
    /// All intervals on a grid of seven points, of which the middle one is the truth.
    private static let all = (-3...3).flatMap { low in (low...3).map { (low: low, high: $0) } }
    private static let honest = all.filter { $0.low <= 0 && $0.high >= 0 }

    /// Every way to choose `count` of the intervals, without regard to order.
    private static func choices(_ from: [(low: Int, high: Int)], _ count: Int) -> [[(low: Int, high: Int)]] {
        guard count > 0 else { return [[]] }
        return from.indices.flatMap { index in
            choices(Array(from[index...]), count - 1).map { [from[index]] + $0 }
        }
    }

    /// How many intervals cover a point.
    private static func depth(_ intervals: [(low: Int, high: Int)], at point: Double) -> Int {
        intervals.count { Double($0.low) <= point && point <= Double($0.high) }
    }

    /// What must hold of any answer.
    private static func fault(_ intervals: [(low: Int, high: Int)], liars: Int) -> String? {
        let needed = intervals.count / 2 + 1
        let points = (-6...6).map { Double($0) / 2 }
        let deep = points.filter { depth(intervals, at: $0) >= needed }
        switch Intersection.find(candidates(intervals)) {
        case .none(let largest, let total):
            if !deep.isEmpty { return "a majority was not found" }
            if total != intervals.count || largest != points.map({ depth(intervals, at: $0) }).max() {
                return "\(largest) of \(total) is wrong"
            }
        case .majority(let members, let low, let high):
            if deep.isEmpty { return "a majority that there is not" }
            if low != deep.first || high != deep.last { return "the hull is \(low) ... \(high)" }
            if liars < needed, !(low <= 0 && 0 <= high) { return "the truth is outside" }
            if members.count < needed { return "only \(members.count) members" }
            // All who cover the point that most agree on are members: nobody honest is left out for an equal one.
            let most = points.map { depth(intervals, at: $0) }.max() ?? 0
            guard let point = points.first(where: { depth(intervals, at: $0) == most }) else { return "no point" }
            for (index, interval) in intervals.enumerated()
            where Double(interval.low) <= point && point <= Double(interval.high) {
                if !members.contains(index) { return "\(interval) is left out" }
            }
            // A member meets the hull; a falseticker that meets nothing of it is never followed.
            for member in members where Double(intervals[member].high) < low || Double(intervals[member].low) > high {
                return "\(intervals[member]) is a member"
            }
        }
        return nil
    }

    @Test("With one liar among three, wherever it and the honest stand, the hull holds the truth")
    func oneOfThree() {
        for honest in Self.choices(Self.honest, 2) {
            for liar in Self.all {
                if let fault = Self.fault(honest + [liar], liars: 1) {
                    Issue.record("\(honest) and \(liar): \(fault)")
                    return
                }
            }
        }
    }

    @Test("With two liars among five, wherever they and the honest stand, the hull holds the truth")
    func twoOfFive() {
        // Honest intervals of a smaller grid, lies of the whole one.
        let honest = Self.honest.filter { $0.low >= -2 && $0.high <= 2 }
        var cases = 0
        for honest in Self.choices(honest, 3) {
            for liars in Self.choices(Self.all, 2) {
                cases += 1
                if let fault = Self.fault(honest + liars, liars: 2) {
                    Issue.record("\(honest) and \(liars): \(fault)")
                    return
                }
            }
        }
        #expect(cases == 165 * 406)
    }

    @Test("Whatever up to four candidates claim, a majority is found exactly where there is one")
    func anything() {
        for count in 1...3 {
            for intervals in Self.choices(Self.all, count) {
                if let fault = Self.fault(intervals, liars: count) {
                    Issue.record("\(intervals): \(fault)")
                    return
                }
            }
        }
        let few = Self.all.filter { $0.low >= -2 && $0.high <= 1 }
        for intervals in Self.choices(few, 4) {
            if let fault = Self.fault(intervals, liars: 4) {
                Issue.record("\(intervals): \(fault)")
                return
            }
        }
    }

    @Test("Two that contradict each other are no majority, and nor are two pairs")
    func split() {
        #expect(Intersection.find(candidates([(-3, -2), (2, 3)])) == .none(largest: 1, total: 2))
        #expect(
            Intersection.find(candidates([(-3, -2), (-3, -2), (2, 3), (2, 3)])) == .none(largest: 2, total: 4))
        #expect(Intersection.find([]) == .none(largest: 0, total: 0))
    }

    @Test("Where some are trusted, only they vote, and the others have to lie with them")
    func trusted() {
        var all = candidates([(-3, -2), (-3, -2), (-3, -2), (1, 2), (1, 3), (1, 2)])
        all[3].isTrusted = true
        all[4].isTrusted = true
        #expect(Intersection.find(all) == .majority(members: [3, 4, 5], low: 1, high: 2))
    }

    @Test("A candidate whose interval is not finite has no vote that counts")
    func notFinite() {
        var all = candidates([(-1, 1), (-1, 1), (0, 0)])
        all[2].distance = .infinity
        #expect(Intersection.find(all) == .majority(members: [0, 1, 2], low: -1, high: 1))
        all[1].offset = .nan
        #expect(Intersection.find(all) == .none(largest: 1, total: 3))
    }
}
