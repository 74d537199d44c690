import BoundPage
import Foundation
import Linux
import Testing
import TimeBase
import TimeballClock

@Suite(.serialized) struct ClockTests {
    @Test("It shows true time and not the wall clock, and the interval around it")
    func now() throws {
        let scratch = try Scratch()
        let writer = try BoundPage.writer(currentReport(ahead: .seconds(5000)), at: scratch.file("bound"))
        let clock = TimeballClock(path: scratch.file("bound"))
        let wall = KernelClock.realtime.sinceEpoch
        let interval = try clock.interval
        let ahead = interval.estimate.sinceEpoch - wall
        #expect(ahead >= .milliseconds(4_999_990) && ahead < .milliseconds(5_000_500))
        #expect(interval.estimate.sinceEpoch - interval.earliest.sinceEpoch >= .milliseconds(3))
        #expect(interval.latest.sinceEpoch - interval.estimate.sinceEpoch >= .milliseconds(5))
        #expect(clock.now.sinceEpoch >= interval.estimate.sinceEpoch)
        #expect(clock.minimumResolution > .zero)
        _ = consume writer
    }

    @Test("Without a page the interval is an error by name, and now is the wall clock")
    func withoutPage() throws {
        let scratch = try Scratch()
        let clock = TimeballClock(path: scratch.file("none"))
        #expect(throws: TimeballClockError.self) { try clock.interval }
        #expect((clock.now.sinceEpoch - KernelClock.realtime.sinceEpoch).magnitude < .seconds(1))
    }

    @Test("A sleeper wakes when true time has come, never before, and soon after", arguments: [1, 40, 300])
    func sleeping(milliseconds: Int) async throws {
        let scratch = try Scratch()
        // True time runs 10 % faster than the kernel's clock, as it does in the fastest slew.
        let writer = PageHolder(
            try BoundPage.writer(
                currentReport(ahead: .seconds(777)) { $0.knowledge?.rate = 0.1 }, at: scratch.file("bound")))
        let clock = TimeballClock(path: scratch.file("bound"))
        // On a machine that is busy with other tests a task may wait long for its turn: one of many tries is enough.
        var least = Duration.seconds(3600)
        for _ in 0..<40 where least > .milliseconds(100) {
            let deadline = clock.now.advanced(by: .milliseconds(milliseconds))
            try await clock.sleep(until: deadline)
            let late = deadline.duration(to: try clock.interval.estimate)
            #expect(late >= .zero)
            least = min(least, late)
        }
        #expect(least < .milliseconds(100))
        withExtendedLifetime(writer) {}
    }

    @Test("A sleeper follows a page that changes meanwhile: true time turned out to be later, or earlier")
    func changes() async throws {
        let scratch = try Scratch()
        let writer = PageHolder(try BoundPage.writer(currentReport(), at: scratch.file("bound")))
        let clock = TimeballClock(path: scratch.file("bound"))
        let deadline = clock.now.advanced(by: .milliseconds(400))
        let sleeper = Task {
            try await clock.sleep(until: deadline)
            return (woke: try clock.interval.estimate, wall: KernelClock.monotonic)
        }
        let began = KernelClock.monotonic
        try await Task.sleep(for: .milliseconds(100))
        writer.write(currentReport(ahead: .milliseconds(-150)))
        let result = try await sleeper.value
        #expect(result.woke >= deadline)
        #expect(result.wall - began > .milliseconds(500))
    }

    @Test("A sleeper whose task is cancelled, or whose page is gone, ends with an error")
    func ends() async throws {
        let scratch = try Scratch()
        let writer = PageHolder(try BoundPage.writer(currentReport(), at: scratch.file("bound")))
        let clock = TimeballClock(path: scratch.file("bound"))
        let sleeper = Task { try await clock.sleep(for: .seconds(60)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        writer.write(currentReport { $0.knowledge = nil })
        await #expect(throws: TimeballClockError.cannotTell(.unknown)) { try await clock.sleep(for: .seconds(60)) }
    }
}

/// A writer in a place where values that cannot be copied do not go. Only one task has it.
final class PageHolder: @unchecked Sendable {
    private var writer: PageWriter

    init(_ writer: consuming PageWriter) { self.writer = writer }

    func write(_ report: BoundReport) { writer.write(report) }
}
