import Testing
internal import TimeBase

@testable internal import Simulation

@Suite struct StatisticsTests {
    @Test("The median counts what is missing as the largest, and is missing itself if half are")
    func medians() {
        #expect(median([3, 1, 2]) == 2)
        #expect(median([4, 1, 2, 3]) == 2.5)
        #expect(median([nil, 1, 2]) == 2)
        #expect(median([nil, 1, 2, 3]) == 2.5)
        #expect(median([nil, nil, 2, 3]) == nil)
        #expect(median([nil]) == nil)
    }

    @Test("A clock has settled from the first moment after which it stays below the limit for 600 s")
    func settling() {
        var watch = SettlingWatch(limit: 1e-3)
        for second in 1...2000 {
            // Below from 11 s on, but for one bad second at 500 s.
            let error = second <= 10 || second == 500 ? 2e-3 : 0.5e-3
            watch.add(error, at: .seconds(second))
            #expect((watch.settled == nil) == (second < 501 + 600))
        }
        #expect(watch.settled == 501)
    }
}
