internal import Control
internal import Simulation
internal import TimeBase
internal import Timekeeping

/// A row of `Documentation/TruthTable.md`: an event, what must be told of the clock then, and a world to see it in.
struct TruthRow: Sendable {
    /// What half of the root delay and the root dispersion, served together, say.
    enum Distance: String {
        /// How far the time served can be from true time.
        case bound = "the bound of the time served"
        /// Nothing of true time: this machine's own time is the reference.
        case own = "0: own time is the reference"
        /// Nothing of true time: how far other members of the island can be.
        case agreement = "the agreement"
        case nothing = "-"
    }

    /// Whether the kernel says that its clock is synchronised (STA_UNSYNC cleared), where the configuration has `rtcsync`.
    enum Flag: String {
        case synchronised = "synchronised"
        case unsynchronised = "unsynchronised"
        case untouched = "not touched"
        case left = "as it was, until maxerror is 16 s"
    }

    /// What an error in the kernel (maxerror, esterror) says.
    enum KernelError: String {
        case known = "bound, deviation"
        case nothing = "16 s, 16 s"
        case untouched = "not touched"
        case left = "grows by 500 ppm, as it was"
    }

    var event: String
    var verdict: Set<Verdict>
    var leap: LeapIndicator
    var stratum: UInt8
    var distance: Distance
    var flag: Flag
    var kernelError: KernelError
    var kernelLeap = LeapIndicator.none
    /// Seconds of the run in which all of this holds, each of them.
    var window: ClosedRange<Int>
    var world: @Sendable () throws -> Scenario
}

extension TruthRow {
    /// What is true while a majority is followed.
    static func followed(
        _ event: String, _ verdict: Set<Verdict> = [.right], leap: LeapIndicator = .none, at window: ClosedRange<Int>,
        _ world: @escaping @Sendable () throws -> Scenario
    ) -> TruthRow {
        TruthRow(
            event: event, verdict: verdict, leap: leap, stratum: 2, distance: .bound, flag: .synchronised,
            kernelError: .known, kernelLeap: leap, window: window, world: world)
    }

    /// What is true while nobody confirms our time.
    static func unconfirmed(
        _ event: String, _ verdict: Verdict, known: Bool, at window: ClosedRange<Int>,
        _ world: @escaping @Sendable () throws -> Scenario
    ) -> TruthRow {
        TruthRow(
            event: event, verdict: [verdict], leap: .unsynchronised, stratum: 0, distance: .nothing,
            flag: .unsynchronised, kernelError: known ? .known : .nothing, window: window, world: world)
    }

    /// What is true while `local` serves our own time.
    static func local(
        _ event: String, known: Bool, at window: ClosedRange<Int>,
        _ world: @escaping @Sendable () throws -> Scenario
    ) -> TruthRow {
        TruthRow(
            event: event, verdict: [.agreed], leap: .none, stratum: 10, distance: .own, flag: .unsynchronised,
            kernelError: known ? .known : .nothing, window: window, world: world)
    }

    /// What is true while a member of an island has no reference.
    static func island(
        _ event: String, _ verdict: Verdict, _ distance: Distance, known: Bool = false, at window: ClosedRange<Int>,
        _ world: @escaping @Sendable () throws -> Scenario
    ) -> TruthRow {
        TruthRow(
            event: event, verdict: [verdict], leap: distance == .nothing ? .unsynchronised : .none, stratum: 10,
            distance: distance, flag: .unsynchronised, kernelError: known ? .known : .nothing, window: window,
            world: world)
    }

    static let all: [TruthRow] = [
        .unconfirmed("start, no source has answered", .unknown, known: false, at: 1...300) { try .truth(300, .dead) },
        .followed("first sample, a large correction is under way", [.settling], at: 2...4) {
            try .truth(300) { $0.initialError = .milliseconds(500) }
        },
        .followed("no drift file, first minute", [.settling, .right], at: 1...60) {
            try .truth(300) { $0.settings.initialDrift = nil }
        },
        .followed("settled", at: 3000...4000) { try .truth(4000) },
        .followed("one source of three falls silent", at: 4000...9000) {
            try .truth(9000, others: 2) { $0.servers[0].phases.append(.init(from: .seconds(4000), .dead)) }
        },
        .followed("one source of four lies by 0.2 s", at: 4200...9000) {
            try .truth(9000, others: 3) {
                $0.servers[0].phases.append(.init(from: .seconds(4000), .falseticker(.milliseconds(200))))
            }
        },
        .followed("all sources silent for a minute", at: 4000...4060) { try .truth(4060, silent: 4000..<9999) },
        .followed("all sources silent for an hour (8 polls and more)", [.holding], at: 6000...7600) {
            try .truth(7600, silent: 4000..<99999) { $0.settings.sources[0].maximumPoll = 6 }
        },
        .unconfirmed(
            "all sources silent until the root distance is above maxdistance", .holding, known: true,
            at: 20_000...24_000
        ) {
            try .truth(24_000, silent: 4000..<99999) { $0.settings.maximumDistance = .milliseconds(20) }
        },
        .followed("a source returns", at: 25_100...26_000) {
            try .truth(26_000, silent: 4000..<24_000) {
                $0.settings.maximumDistance = .milliseconds(20)
                $0.settings.sources[0].maximumPoll = 6
            }
        },
        .unconfirmed("the majority is lost: two of three sources lie", .holding, known: true, at: 5200...9000) {
            try .truth(9000, others: 2) {
                for (index, lie) in [80, -120].enumerated() {
                    $0.servers[index].phases.append(.init(from: .seconds(4000), .falseticker(.milliseconds(lie))))
                }
            }
        },
        .unconfirmed("the only source says that it is not synchronised", .holding, known: true, at: 5100...6000) {
            try .truth(6000) { $0.servers[0].phases.append(.init(from: .seconds(4000), .unsynchronised)) }
        },
        .followed("somebody steps the clock by 0.3 s", [.settling], at: 4001...4002) {
            try .truth(4400) { $0.stepsByOthers = [.init(at: .seconds(4000.25), by: .milliseconds(300))] }
        },
        .unconfirmed("the machine was suspended, nothing measured since", .unknown, known: false, at: 5001...5500) {
            try .truth(5500, silent: 3999..<99999) {
                $0.sleeps = [.init(at: .seconds(4000.5), duration: .seconds(1000), error: .milliseconds(-400))]
            }
        },
        .unconfirmed("a correction is refused by maxchange", .holding, known: true, at: 5010...5500) {
            try .truth(5500) {
                $0.sleeps = [.init(at: .seconds(4000.5), duration: .seconds(1000), error: .milliseconds(-400))]
                $0.settings.maximumChange = MaximumChange(offset: .milliseconds(100), start: 1, ignore: -1)
            }
        },
        .followed("a leap second is announced: inserted", leap: .insertSecond, at: 4000...21_599) {
            try .leap("leap_insert")
        },
        .followed("a leap second is announced: deleted", leap: .deleteSecond, at: 4000...21_598) {
            try .leap("leap_delete")
        },
        .passing("a leap second is passing (inserted): 2 s", at: 21_601...21_601) { try .leap("leap_insert") },
        .passing("a leap second is passing (deleted): 2 s", at: 21_600...21_600) { try .leap("leap_delete") },
        .followed("the leap second has passed (inserted)", at: 21_604...24_000) { try .leap("leap_insert") },
        .followed("the leap second has passed (deleted)", at: 21_604...24_000) { try .leap("leap_delete") },
        .leapMode("`leapsecmode step`, `slew` or `ignore`: one is announced", .insertSecond, at: 4000...21_598),
        .leapMode("`leapsecmode step` or `slew`: it has passed", .none, at: 23_000...24_000),
        .smearing("`smoothtime`, a leap second is announced", [.right], at: 4000...21_599),
        .smearing("`smoothtime`, the leap second is being hidden", [.right, .settling], at: 21_601...24_000),
        .unleapt("the leap second passes with -x"),
        .local("`local`, no source has answered since the start", known: false, at: 2...300) {
            try .truth(300, .dead) { $0.settings.local = LocalReferenceSettings() }
        },
        .local("`local`, the root distance is above its limit", known: true, at: 20_000...24_000) {
            try .truth(24_000, silent: 4000..<99999) {
                $0.settings.local = LocalReferenceSettings()
                $0.settings.local?.distance = .milliseconds(20)
            }
        },
        .unconfirmed("`local orphan`, the first 5 minutes", .unknown, known: false, at: 1...299) {
            try .truth(900, .dead) { $0.settings.local = .orphanOnly }
        },
        .local("`local orphan`, afterwards", known: false, at: 302...900) {
            try .truth(900, .dead) { $0.settings.local = .orphanOnly }
        },
        .island("`role island`, nobody answers, the first 5 minutes", .unknown, .nothing, at: 2...300) {
            try .island(900, members: .dead)
        },
        .island("`role island`, nobody answers, afterwards", .agreed, .own, at: 330...900) {
            try .island(900, members: .dead)
        },
        .island("`role island`, other members answer", .agreed, .agreement, at: 1200...2000) { try .island(2000) },
        .island("`role island`, the last reference is lost", .agreed, .agreement, known: true, at: 5000...9000) {
            try .island(9000, members: .member(.zero)) {
                $0.servers[0].phases = [.init(from: .zero, .good), .init(from: .seconds(3000), .dead)]
            }
        },
        .followed("`role island`, a reference returns", at: 3300...4000) {
            try .island(4000) { $0.servers[0].phases.append(.init(from: .seconds(3000), .good)) }
        },
        .uncontrolled("-x: the clock is not ours to correct", .untouched, .untouched) {
            $0.settings.controlsClock = false
        },
        .uncontrolled("the kernel refuses from the start", .untouched, .untouched) { $0.kernelRefusesFrom = .zero },
        .uncontrolled("the kernel refuses later", .left, .left) { $0.kernelRefusesFrom = .seconds(2000) },
    ]

    /// What is true while a leap second passes: for two seconds nobody should rely on the number of ours.
    private static func passing(
        _ event: String, at window: ClosedRange<Int>, _ world: @escaping @Sendable () throws -> Scenario
    ) -> TruthRow {
        var row = followed(event, at: window, world)
        row.leap = .unsynchronised
        row.kernelLeap = .none
        return row
    }

    private static func leapMode(_ event: String, _ leap: LeapIndicator, at window: ClosedRange<Int>) -> TruthRow {
        var row = followed(event, at: window) { try .leap("leap_insert_step") }
        row.leap = leap
        row.kernelLeap = .none
        return row
    }

    private static func smearing(
        _ event: String, _ verdict: Set<Verdict>, at window: ClosedRange<Int>
    ) -> TruthRow {
        followed(event, verdict, at: window) { try .leap("smear_server") }
    }

    private static func unleapt(_ event: String) -> TruthRow {
        var row = uncontrolled(event, .untouched, .untouched) { _ in }
        row.window = 21_604...22_000
        row.world = {
            var scenario = try Scenario.leap("leap_insert")
            scenario.settings.controlsClock = false
            return scenario
        }
        return row
    }

    private static func uncontrolled(
        _ event: String, _ flag: Flag, _ error: KernelError,
        _ change: @escaping @Sendable (inout Scenario) -> Void
    ) -> TruthRow {
        TruthRow(
            event: event, verdict: [.settling, .right], leap: .none, stratum: 2, distance: .bound, flag: flag,
            kernelError: error, window: 4000...6000
        ) { try .truth(6000, change: change) }
    }

    // MARK: As a page

    static let page: String = """
        # What is told of the clock

        At each event: the verdict, what clients of our server are told, and what the kernel tells the programs of this
        machine (`rtcsync` is in the configuration; without it the kernel is always told that it is unsynchronised).
        All of it is read from one place, `Standing.swift`.

        Two things hold at every moment, whatever the row:

        - While clients are told that we are synchronised (leap is not 3) to a source, half of the root delay and the root
          dispersion together are at least the true error of the time that is served.
        - `maxerror` in the kernel is at least the true error of the wall clock, or 16 s, which mean that nothing is known.
          Between two writes it grows by 500 ppm.

        "Bound" is the promise, "deviation" the standard deviation of the estimate (see the glossary). With `local` the time
        served is right by agreement: the machines of an isolated network agree on it, and a dispersion that says how far it
        may be from true time would make them part. Its stratum, and the verdict, say what it is. With `role island` the
        dispersion says how far the other members can be ([Islands.md](Islands.md)).

        The table is made from the rows of `Tests/ScenarioTests/TruthTable.swift`, each of which `TruthTableTests` checks
        second by second with the daemon's own engine in a simulated world. To write it anew:
        `TIMEBALL_WRITE_TRUTH=1 swift test --filter TruthTableTests`

        | event | verdict | leap served | stratum served | root distance served | kernel flag | maxerror, esterror | kernel leap |
        |---|---|---|---|---|---|---|---|
        \(all.map(\.line).joined(separator: "\n"))

        """

    private var line: String {
        let verdicts = verdict.map(\.word).sorted().joined(separator: " or ")
        return "| \(event) | \(verdicts) | \(Self.word(leap)) | \(stratum) | \(distance.rawValue) | \(flag.rawValue) | "
            + "\(kernelError.rawValue) | \(kernelLeapWord) |"
    }

    private var kernelLeapWord: String {
        switch flag {
        case .untouched: "not touched"
        case .left: "as it was"
        case .synchronised, .unsynchronised: Self.word(kernelLeap)
        }
    }

    private static func word(_ leap: LeapIndicator) -> String {
        switch leap {
        case .none: "0: none"
        case .insertSecond: "1: insert"
        case .deleteSecond: "2: delete"
        case .unsynchronised: "3: unsynchronised"
        }
    }
}

extension LocalReferenceSettings {
    fileprivate static let orphanOnly: LocalReferenceSettings = {
        var settings = LocalReferenceSettings()
        settings.orphan = true
        return settings
    }()
}
