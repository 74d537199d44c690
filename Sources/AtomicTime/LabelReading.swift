public import TimeBase

/// Under which convention a label was written. The label itself does not tell.
public enum LabelConvention: Hashable, Sendable {
    /// Its seconds are TAI, as the standard says: by us, by s6, and by any program where the clock counts TAI - 10.
    case atomic
    /// 10 was added to a POSIX clock's seconds: by multilog, tai64n and their like where the clock shows UTC.
    case posixPlusTen

    /// The civil time that a label stands for.
    public func civil(_ label: TAILabel, _ history: LeapHistory) -> LeapMoment {
        switch self {
        case .atomic: return history.civil(label.instant)
        case .posixPlusTen:
            return LeapMoment(
                posix: Instant(sinceEpoch: label.instant.sinceEpoch - .seconds(10)), isLeapSecond: false,
                certainty: .known)
        }
    }
}

/// The kind of system clock that a machine has.
public enum SystemClockKind: Hashable, Sendable {
    /// It counts as POSIX says, and leap seconds not at all: nearly every machine.
    case posix
    /// It counts every second and stands 10 s behind TAI, with time zones of `right/`.
    case atomicLessTen
}

/// The system clock's relation to the atomic scale.
public struct LabelClock: Sendable {
    public var kind: SystemClockKind
    public var history: LeapHistory

    public init(_ kind: SystemClockKind, _ history: LeapHistory) {
        self.kind = kind
        self.history = history
    }

    /// What the system clock shows, on the atomic scale.
    ///
    /// - Parameter isRepeated: whether a POSIX clock shows this second, an inserted one, for the second time.
    public func atomic(
        _ reading: Instant<Realtime>, isRepeated: Bool = false
    ) -> (instant: Instant<TAI>, certainty: LeapCertainty) {
        switch kind {
        case .posix: history.atomic(reading, isRepeated: isRepeated)
        case .atomicLessTen: (Instant(sinceEpoch: reading.sinceEpoch + .seconds(10)), .known)
        }
    }

    /// What the system clock should show when an NTP server shows a moment of UTC.
    ///
    /// - Parameter isInserted: whether the server announces an inserted second: then the second that an entry names is
    ///   still the one before the leap.
    public func reading(utc: Instant<Realtime>, isInserted: Bool) -> (Instant<Realtime>, LeapCertainty) {
        guard kind == .atomicLessTen else { return (utc, .known) }
        let (seconds, certainty) = history.difference(at: LeapHistory.wholeSeconds(utc.sinceEpoch))
        let atLeap = isInserted && history.changes.contains { $0.posix == LeapHistory.wholeSeconds(utc.sinceEpoch) }
        return (Instant(sinceEpoch: utc.sinceEpoch + .seconds(seconds - 10 - (atLeap ? 1 : 0))), certainty)
    }
}
