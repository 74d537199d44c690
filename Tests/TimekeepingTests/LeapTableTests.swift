internal import AtomicTime
internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// Midnight UTC at the beginning of a day, seconds since 1970.
private func midnight(_ year: Int, _ month: Int, _ day: Int) -> Int {
    86400 * CivilDate.daysSince1970(year: year, month: month, day: day)
}

/// A table: 10 s since 1972, and then these; good until some day.
private func table(_ leaps: [(Int, Int)], expires: Int? = midnight(2030, 6, 28)) throws -> LeapHistory {
    let first = LeapHistory.Change(posix: 63_072_000, difference: 10)
    let changes = [first] + leaps.map { .init(posix: $0.0, difference: $0.1) }
    return try #require(LeapHistory(changes: changes, expires: expires, origin: "the test's"))
}

@Suite struct LeapTableTests {
    @Test("A table knows of each day how it ends, but nothing beyond its own end")
    func days() throws {
        let first = midnight(2027, 7, 1)
        let second = midnight(2029, 4, 1)
        func leap(_ table: LeapHistory, _ second: Int) -> LeapIndicator? {
            table.leap(onDayOf: Instant(sinceEpoch: .seconds(second)))
        }
        let known = try table([(first, 11), (second, 10)], expires: midnight(2029, 6, 28))
        #expect(leap(known, first - 1) == .insertSecond && leap(known, first - 86400) == .insertSecond)
        #expect(leap(known, first - 86401) == LeapIndicator.none && leap(known, first) == LeapIndicator.none)
        // Not only June and December.
        #expect(leap(known, second - 1) == .deleteSecond)
        #expect(leap(known, midnight(2029, 6, 27)) == LeapIndicator.none)
        #expect(leap(known, midnight(2029, 6, 30)) == nil)
        let endless = try table([(first, 11)], expires: nil)
        #expect(leap(endless, first - 1) == .insertSecond && leap(endless, first + 86400) == nil)
        #expect(leap(endless, first - 864_000) == LeapIndicator.none)
        #expect(known.knownDifference(at: Instant(sinceEpoch: .seconds(second))) == 10)
        #expect(known.knownDifference(at: Instant(sinceEpoch: .seconds(midnight(2029, 6, 28)))) == nil)
    }

    /// A bench on the evening of a day, with three servers that announce something.
    private func evening(
        _ day: Int, announcing leap: LeapIndicator, changing: (inout TimekeeperSettings) -> Void
    ) -> (bench: Bench, jump: Duration) {
        var bench = Bench(settings(3, changing: changing))
        let start = Duration.seconds(day + 86400 - 3000)
        let jump = start - bench.now.realtime.sinceEpoch
        bench.wallOffset += jump
        for number in 1...3 as ClosedRange<UInt32> {
            bench.servers[address(number)] = server(fastBy: jump) { $0.leap = leap }
        }
        return (bench, jump)
    }

    @Test("What the table says of a day counts, whatever the sources announce; without one they are believed")
    func authority() throws {
        let day = midnight(2026, 12, 31)
        let says = try table([(day + 86400, 11)])
        let denies = try table([])
        let old = try table([], expires: midnight(2026, 6, 28))
        let cases: [(LeapHistory?, LeapIndicator, LeapIndicator)] = [
            (nil, .insertSecond, .insertSecond), (nil, .none, .none), (says, .none, .insertSecond),
            (denies, .insertSecond, .none), (old, .insertSecond, .insertSecond), (old, .none, .none),
        ]
        for (table, announced, expected) in cases {
            var (bench, _) = evening(day, announcing: announced) { $0.leapSeconds.table = table }
            bench.run(for: .seconds(1000))
            #expect(bench.keeper.servedState?.leap == expected, "\(String(describing: table?.expires)) \(announced)")
            #expect(bench.keeper.kernelStatus?.leap == expected)
            // At once, and not only when the day is looked up the next time.
            bench.keeper.announceLeap(voted: announced, bench.now)
            #expect(bench.keeper.armedLeap == expected)
        }
    }

    @Test("The kernel is told how far TAI is ahead where the table knows it, and again after the leap second")
    func offset() throws {
        let day = midnight(2026, 12, 31)
        let says = try table([(day + 86400, 11)])
        for mode in LeapSecondMode.allCases {
            var (bench, _) = evening(day, announcing: .none) {
                $0.leapSeconds.table = says
                $0.leapSeconds.mode = mode
            }
            bench.run(for: .seconds(2900))
            func told(_ bench: Bench) -> [Int] {
                bench.effects.compactMap { if case .setTAIOffset(let seconds) = $0 { seconds } else { nil } }
            }
            let isTold = mode == .system || mode == .step
            #expect(told(bench) == (isTold ? [10] : []), "\(mode)")
            #expect(bench.notes.contains(.taiOffsetSet(seconds: 10)) == isTold)
            #expect(bench.keeper.boundBasis?.taiOffset == 10)
            if mode == .system {
                // As the kernel does it.
                while bench.now.realtime.sinceEpoch < .seconds(day + 86400) { bench.run(for: .milliseconds(100)) }
                bench.wallOffset -= .seconds(1)
                bench.receive(.clockWasSet)
            }
            bench.run(for: .seconds(200))
            #expect(told(bench) == (isTold ? [10, 11] : []), "\(mode)")
            #expect(bench.keeper.boundBasis?.taiOffset == 11)
        }
        #expect(Note.taiOffsetSet(seconds: 37).text == "System clock TAI offset set to 37 seconds")
    }

    @Test("A table that has expired is said to be, once, and neither an offset nor a leap second is guessed from it")
    func expired() throws {
        let old = try table([(midnight(2026, 1, 1), 11)], expires: midnight(2026, 6, 28))
        var (bench, _) = evening(midnight(2026, 12, 31), announcing: .none) { $0.leapSeconds.table = old }
        bench.run(for: .seconds(2000))
        #expect(bench.notes.count { if case .leapTableExpired = $0 { true } else { false } } == 1)
        #expect(!bench.effects.contains { if case .setTAIOffset = $0 { true } else { false } })
        #expect(bench.keeper.boundBasis?.taiOffset == nil)
        // A newer one is installed.
        bench.forget()
        bench.receive(.leapSecondsRead(try table([(midnight(2026, 1, 1), 11)])))
        #expect(bench.effects.contains(.setTAIOffset(seconds: 11)))
    }

    @Test("The table is read again twice a day")
    func readAgain() throws {
        var bench = Bench(settings(1) { $0.leapSeconds.isReadAgain = true })
        bench.run(for: .seconds(86400))
        #expect(bench.effects.count { $0 == .readLeapSeconds } == 2)
    }

    @Test("A leap second that is known passes, although the sources are lost on the last evening")
    func lost() throws {
        for isKnown in [true, false] {
            let day = midnight(2026, 12, 31)
            let known = isKnown ? try table([(day + 86400, 11)]) : nil
            var (bench, jump) = evening(day, announcing: isKnown ? .none : .insertSecond) {
                $0.leapSeconds.table = known
                $0.leapSeconds.mode = .step
            }
            bench.run(for: .seconds(1500))
            for number in 1...3 as ClosedRange<UInt32> {
                bench.servers[address(number)] = server(fastBy: jump) { $0.leap = .unsynchronised }
            }
            bench.run(for: .seconds(4000))
            #expect(bench.steps == [.seconds(-1)])
            let state = bench.keeper.state(at: bench.now)
            #expect(try #require(state.bound).inSeconds > (bench.error + jump.inSeconds - 1).magnitude)
            #expect(try #require(state.bound) < .milliseconds(100))
        }
    }

    @Test("A kernel whose clock was set on such a day is armed anew: it is told of no leap second first")
    func armedAnew() throws {
        let day = midnight(2026, 12, 31)
        var (bench, _) = evening(day, announcing: .insertSecond) { _ in }
        bench.run(for: .seconds(500))
        bench.forget()
        bench.wallOffset += .seconds(2)
        bench.receive(.clockWasSet)
        bench.run(for: .seconds(100))
        let told = bench.effects.compactMap { if case .setStatus(let status) = $0 { status.leap } else { nil } }
        #expect(told.first == LeapIndicator.none && told.last == .insertSecond, "\(told)")
    }
}
