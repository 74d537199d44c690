public import AtomicTime
public import BoundPage
public import TimeBase

/// What the page tells about one moment, with what the wall clock showed then.
public struct NowView: Sendable {
    public var time: TrueTime
    public var report: BoundReport
    /// The moment, on CLOCK_MONOTONIC.
    public var moment: Instant<Monotonic>
    /// What CLOCK_REALTIME showed at the moment.
    public var wall: Instant<Realtime>

    public init(time: TrueTime, report: BoundReport, moment: Instant<Monotonic>, wall: Instant<Realtime>) {
        self.time = time
        self.report = report
        self.moment = moment
        self.wall = wall
    }

    /// How long the report has been the newest.
    public var age: Duration { moment - report.reference }
}

extension NowView {
    /// True time on the atomic scale: by what the daemon says of TAI, else by a table. It goes on evenly through a leap second.
    ///
    /// - Parameters:
    ///   - prefersTable: whether the table counts where both say something.
    ///   - isRepeated: whether the kernel says that its clock stands in an inserted second.
    public func atomic(
        _ history: LeapHistory, prefersTable: Bool, isRepeated: Bool
    ) -> (instant: Instant<TAI>, certainty: LeapCertainty) {
        if !prefersTable, let offset = report.taiOffset(at: time) {
            return (Instant(sinceEpoch: time.estimate.sinceEpoch + .seconds(offset)), .known)
        }
        let civil = Instant<Realtime>(sinceEpoch: time.estimate.sinceEpoch)
        if time.leapt != .zero { return history.atomic(civil, isRepeated: time.leapt < .zero) }
        return history.atomic(civil, isRepeated: isRepeated)
    }
}

/// True time as lines and as JSON.
public enum NowText {
    /// The best estimate with its bound, or the two ends of the interval.
    public static func lines(_ view: NowView, interval: Bool) -> [String] {
        if interval {
            return [
                Labelled.line("earliest", text(view.time.earliest)),
                Labelled.line("latest", text(roundedUp: view.time.latest)),
            ]
        }
        return ["\(text(view.time.estimate))  \(HumanText.bound(view.time.bound))"]
    }

    public static func json(_ view: NowView) -> JSON {
        let error = view.time.error(of: view.wall)
        return .object([
            ("schema", .string("timeball.now/1")),
            ("estimate", .string(text(view.time.estimate))),
            ("earliest", .string(text(view.time.earliest))),
            ("latest", .string(text(roundedUp: view.time.latest))),
            ("bound_seconds", .seconds(view.time.bound)),
            ("deviation_seconds", .seconds(view.report.knowledge?.deviation)),
            ("bound_growth_ppm", .ppm(view.report.knowledge.map { Frequency(ratio: $0.growth) })),
            ("wall_clock", .time(view.wall)),
            ("wall_clock_offset_seconds", .seconds(error.offset)),
            ("wall_clock_bound_seconds", .seconds(error.bound)),
            ("verdict", .string(view.report.verdict.word)),
            ("leap", .string(LeapText.word(view.report.leap))),
            ("tai_offset_seconds", .known(view.report.taiOffset)),
            ("kept", .bool(view.report.isKept)),
            ("age_seconds", .seconds(view.age)),
        ])
    }

    /// What the page says, for who has asked the daemon in vain.
    public static func withoutDaemon(_ view: NowView, path: String) -> [String] {
        let error = view.time.error(of: view.wall)
        let kept = view.report.isKept ? "it does not answer" : "it has ended"
        return [
            "Holding to within \(HumanText.bound(error.bound))    now \(HumanText.offset(error.offset))",
            Labelled.line(
                "why",
                "The daemon does not answer; the page it left at \(path) says this. It was written "
                    + "\(HumanText.age(view.age)) ago, the verdict then was \(view.report.verdict.word); \(kept)."),
            Labelled.line("next", "systemctl status timeballd"),
        ]
    }

    private static func text(_ instant: Instant<UTC>) -> String {
        CivilDate(Instant<Realtime>(sinceEpoch: instant.sinceEpoch)).rfc3339
    }

    /// To whole nanoseconds upwards, so that the interval stays a promise.
    private static func text(roundedUp instant: Instant<UTC>) -> String {
        text(instant + .nanoseconds(1) - Duration(attoseconds: 1))
    }
}
