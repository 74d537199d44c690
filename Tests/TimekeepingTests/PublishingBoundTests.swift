internal import BoundPage
internal import Control
internal import Testing
internal import TimeBase

@testable internal import Timekeeping

extension Bench {
    fileprivate var reports: [BoundReport] {
        effects.compactMap { if case .publishBound(let report) = $0 { report } else { nil } }
    }
}

@Suite struct PublishingBoundTests {
    @Test("No change of the rate stays without a page that tells of it before anything is waited for")
    func rates() {
        var bench = bench(1, slowBy: .milliseconds(700))
        var changes = 0
        for _ in 0..<400 {
            bench.forget()
            bench.run(for: .milliseconds(500))
            var untold: KernelRate?
            for effect in bench.effects {
                switch effect {
                case .setRate(let rate):
                    untold = rate
                    changes += 1
                case .publishBound(let report):
                    if let rate = untold {
                        #expect(report.tick == Int64(rate.tick))
                        #expect(report.scaledFrequency == Int64(rate.scaledFrequency))
                    }
                    untold = nil
                default: break
                }
            }
            #expect(untold == nil)
        }
        #expect(changes > 3)
    }

    @Test("Nothing is published while nothing changes, but long before a page expires there is another")
    func renewal() {
        var bench = Bench(TimekeeperSettings())
        bench.run(for: .seconds(10))
        #expect(bench.reports.count == 1)
        for _ in 0..<60 {
            bench.run(for: .seconds(86400))
            #expect(
                (bench.reports.last?.validUntil ?? .init(sinceEpoch: .zero)) > bench.now.monotonic + .seconds(86400))
        }
        #expect(bench.reports.count < 40)
    }

    @Test(
        "Before anything is known the page says so, and from the first majority on it knows; the last page is the end")
    func life() throws {
        var bench = bench(1, slowBy: .milliseconds(20))
        bench.run(for: .seconds(200))
        let first = try #require(bench.reports.first)
        #expect(first.knowledge == nil && first.isKept)
        let later = try #require(bench.reports.last)
        #expect(later.knowledge != nil && later.verdict == .right)
        let time = try later.trueTime(at: bench.now.monotonic, suspended: .zero)
        let truth = Instant<UTC>(sinceEpoch: bench.trueTime.sinceEpoch)
        #expect(time.earliest <= truth && truth <= time.latest)
        bench.finish()
        let last = try #require(bench.reports.last)
        #expect(!last.isKept && last.knowledge != nil)
        #expect(last.tick == Int64(bench.rate.tick) && last.scaledFrequency == Int64(bench.rate.scaledFrequency))
        let wereKept = bench.reports.dropLast().allSatisfy { $0.isKept }
        #expect(wereKept)
    }

    @Test("A run that ends by itself leaves no page")
    func purposes() {
        var settings = TimekeeperSettings()
        settings.purpose = .setOnce
        var bench = Bench(settings)
        bench.run(for: .seconds(5))
        bench.finish()
        #expect(bench.reports.isEmpty)
    }

    @Test("Where the kernel refuses to have its rate changed, the page tells the rate that it kept")
    func refused() throws {
        var bench = bench(1, slowBy: .milliseconds(20))
        bench.refuses = true
        bench.run(for: .seconds(100))
        let last = try #require(bench.reports.last)
        #expect(last.tick == 10000 && last.scaledFrequency == 0)
        let time = try last.trueTime(at: bench.now.monotonic, suspended: .zero)
        let truth = Instant<UTC>(sinceEpoch: bench.trueTime.sinceEpoch)
        #expect(time.earliest <= truth && truth <= time.latest)
        #expect(time.error(of: bench.now.realtime).bound > .milliseconds(19))
    }
}
