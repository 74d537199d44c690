internal import Control
internal import NTPWire
internal import TimeBase

/// What is said of the common time.
extension Timekeeper {
    /// Whether this machine belongs to no island, and follows what one agrees on: a client of machines that do not know true
    /// time.
    var followsIsland: Bool {
        guard island == nil, let reference else { return false }
        return sources.contains { $0.number == reference.source && $0.island != nil }
    }

    /// Verdict and reason of such a client, unless there is something else to say.
    func describeClient(_ state: inout ClockState, at now: ClockReading) {
        let error = referenceError(at: now)
        state.verdict = .agreed
        state.offset = error.map { Duration(clampingSeconds: $0.offset) }
        state.agreement = error.map { Duration(clampingSeconds: $0.bound) }
        state.growth = .zero
        let label = sources.first { $0.number == reference?.source }?.label ?? "?"
        state.reason = "It follows \(label), which tells what an island agrees on: nobody there knows the true time."
        state.nextStep = "timeball sources -v"
    }

    /// Verdict and reason of a member of an island.
    func describe(_ island: IslandStanding, _ state: inout ClockState) {
        state.agreement = island.agreement.map { Duration(clampingSeconds: $0) }
        state.nextStep = "timeball sources -v"
        guard island.isServed else {
            state.verdict = .unknown
            state.agreement = nil
            state.reason =
                "The clock shows a time before \(settings.floor?.name ?? "the floor"), which has certainly passed: "
                + "this island does not serve it."
            state.nextStep = "timeball chronyc settime TIME"
            return
        }
        let apart = island.agreement.map { Words.duration($0) }
        guard island.hasJoined else {
            state.verdict = island.heard > 0 ? .settling : confirmed != nil ? .holding : .unknown
            state.reason =
                island.heard > 0
                ? "This machine joins an island of \(island.heard) other\(island.heard == 1 ? "" : "s")."
                : "No source and no other member of the island has answered; after 5 minutes this machine goes on alone."
            return
        }
        guard island.isSettled else {
            state.verdict = .settling
            state.reason = "The clock is up to \(apart ?? "-") from the island's common time, and slews to it."
            return
        }
        state.verdict = .agreed
        switch (island.members, apart) {
        case (0, _), (_, nil):
            state.reason = "No source and no other member of the island answers; this machine serves its own time."
        case (let members, .some(let apart)):
            state.reason =
                "\(members + 1) machines without a reference agree to within \(apart) (island, stratum "
                + "\(island.stratum))."
        }
    }
}

extension Timekeeper {
    /// What clients and members are told.
    func serve(_ island: IslandStanding, _ served: inout ServedTime, at now: ClockReading) {
        guard island.isServed else { return }
        // Who has not joined yet tells members what it is, and nobody else the time.
        served.leap = island.hasJoined ? leapForClients(at: now) : .unsynchronised
        served.stratum = island.stratum
        served.referenceIdentifier = IslandMark(island.claim).identifier
        served.referenceTime = NTPTimestamp(served.base - .seconds(1))
        let agreement = island.agreement.map { $0 + settings.precision.inSeconds }
        served.rootDispersion = Duration(clampingSeconds: agreement ?? 0)
        served.dispersionRate = island.growth
    }
}

extension TrackingReport {
    mutating func fill(_ island: IslandStanding, at now: ClockReading) {
        guard island.isServed, island.hasJoined else { return }
        referenceIdentifier = IslandMark(island.claim).identifier
        stratum = UInt16(island.stratum)
        leap = .none
        referenceTime = now.realtime
        rootDispersion = Duration(clampingSeconds: island.agreement ?? 0)
    }
}
