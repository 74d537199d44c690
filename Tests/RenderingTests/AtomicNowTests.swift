import AtomicTime
import BoundPage
import Rendering
import Testing
import TimeBase

@Suite("timeball now as atomic time")
struct AtomicNowTests {
    /// 2017-01-01 00:00:00 UTC, before which a second was inserted.
    private static let midnight: Int64 = 1_483_228_800

    /// Ten seconds before midnight at 1000 s of the monotonic clock.
    private static func report(_ leap: LeapIndicator, at seconds: Int64 = midnight - 10, tai: Int32?) -> BoundReport {
        BoundReport(
            isKept: true, verdict: .right, leap: leap, taiOffset: tai, reference: Instant(sinceEpoch: .seconds(1000)),
            validUntil: Instant(sinceEpoch: .seconds(100_000)), suspended: .zero, wallOffset: .zero, tick: 10000,
            scaledFrequency: 0,
            knowledge: .init(
                estimate: Instant(sinceEpoch: .seconds(seconds)), rate: 0, below: .milliseconds(1),
                above: .milliseconds(1), growth: 0, deviation: .zero))
    }

    /// Seconds of TAI so long after the report's reference.
    private static func atomic(
        _ report: BoundReport, after: Duration, prefersTable: Bool = false, isRepeated: Bool = false
    ) throws -> Double {
        let moment = report.reference + after
        let view = NowView(
            time: try report.trueTime(at: moment, suspended: .zero), report: report, moment: moment,
            wall: Instant(sinceEpoch: .zero))
        return view.atomic(.builtIn, prefersTable: prefersTable, isRepeated: isRepeated).instant.sinceEpoch.inSeconds
    }

    @Test("It counts on evenly through an inserted second, by what the daemon says of TAI and by a table")
    func inserted() throws {
        for (tai, prefersTable) in [(36 as Int32?, false), (nil, false), (36, true)] {
            let report = Self.report(.insertSecond, tai: tai)
            for tenth in 0..<300 {
                let atomic = try Self.atomic(report, after: .milliseconds(100 * tenth), prefersTable: prefersTable)
                let even = Double(Self.midnight - 10 + 36) + Double(tenth) / 10
                #expect((atomic - even).magnitude < 1e-6, "\(tenth), \(String(describing: tai))")
            }
        }
    }

    @Test("Once the daemon itself writes 23:59:59.5 for the second time, what it says of TAI tells, or else the kernel")
    func passed() throws {
        let even = Double(Self.midnight + 36) + 0.5
        let told = Self.report(.none, at: Self.midnight - 1, tai: 37)
        #expect((try Self.atomic(told, after: .milliseconds(500)) - even).magnitude < 1e-6)
        let untold = Self.report(.none, at: Self.midnight - 1, tai: nil)
        #expect((try Self.atomic(untold, after: .milliseconds(500), isRepeated: true) - even).magnitude < 1e-6)
    }

    @Test("A deleted second is passed over in UTC, and not in TAI")
    func deleted() throws {
        let report = Self.report(.deleteSecond, tai: 36)
        for tenth in 0..<200 {
            let atomic = try Self.atomic(report, after: .milliseconds(100 * tenth))
            #expect((atomic - Double(Self.midnight - 10 + 36) - Double(tenth) / 10).magnitude < 1e-6)
        }
    }

    @Test("A clock that shows 23:59:59 for the second time is a second further on the atomic scale")
    func clock() {
        let last = Instant<Realtime>(sinceEpoch: .seconds(Self.midnight - 1) + .milliseconds(250))
        let first = LeapHistory.builtIn.atomic(last, isRepeated: false).instant
        let second = LeapHistory.builtIn.atomic(last, isRepeated: true).instant
        #expect(second - first == .seconds(1))
        #expect(LeapHistory.builtIn.civil(second).isLeapSecond)
        // So for taiclockd, too, and not on a clock that counts every second.
        let posix = LabelClock(.posix, .builtIn)
        #expect(posix.atomic(last, isRepeated: true).instant == second)
        let every = LabelClock(.atomicLessTen, .builtIn)
        #expect(every.atomic(last, isRepeated: true).instant == every.atomic(last).instant)
    }
}
