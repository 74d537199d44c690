internal import Testing

@testable internal import Estimation

@Suite("What is learned of a path") struct PathModelTests {
    /// A path of 20 ms with up to 1 ms more, seen so often.
    private func path(_ count: Int) -> PathModel {
        var path = PathModel()
        for index in 0..<count { path.add(0.020 + 0.001 * Double(index * 7 % 10) / 10, error: 0, expected: 1e-4) }
        return path
    }

    @Test("A way that is 15 % shorter is news, and what was seen before is forgotten: it was all congested")
    func shorter() {
        var path = path(10)
        let little = path.add(0.0175, error: 0, expected: 1e-4)
        #expect(!little && path.count == 11)
        let news = path.add(0.0145, error: 0, expected: 1e-4)
        #expect(news && path.count == 1 && path.minimum == 0.0145)
        // Of three samples nobody knows yet what is usual.
        var young = self.path(3)
        let early = young.add(0.010, error: 0, expected: 1e-4)
        #expect(!early)
    }

    @Test("Six long samples whose offsets are right are a new route; wrong by the excess, they are congestion")
    func longer() {
        var route = path(20)
        for _ in 0..<5 { route.add(0.060, error: 1e-4, expected: 1e-4) }
        #expect(route.minimum == 0.020)
        route.add(0.060, error: 1e-4, expected: 1e-4)
        #expect(route.minimum == 0.060)
        var congestion = path(20)
        for _ in 0..<30 { congestion.add(0.060, error: 0.020, expected: 1e-4) }
        #expect(congestion.minimum == 0.020)
    }

    @Test("The excess tells the weight: its square over twelve, and less trust far beyond what is usual")
    func weight() {
        let path = path(60)
        let short = path.variance(of: 0.020, floor: 1e-6)
        let usual = path.variance(of: 0.0205, floor: 1e-6)
        let long = path.variance(of: 0.040, floor: 1e-6)
        #expect(short < usual && usual < long)
        // Half of the excess is the largest possible error; a uniform one has a variance of a twelfth of the square.
        let excess = 0.0205 - 0.020
        #expect(usual >= excess * excess / 12 && usual < 2 * excess * excess / 12)
        #expect(long > 4 * 0.020 * 0.020 / 12)
        // Nothing is known of a way that was seen once.
        var young = PathModel()
        young.add(0.020, error: nil, expected: 0)
        #expect(young.variance(of: 0.020, floor: 0) >= 0.020 * 0.020 / 12)
    }
}
