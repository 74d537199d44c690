public import ClockStudies
internal import TimeBase

/// A study as JSON, schema `timeball.study/1`.
public enum StudyJSON {
    /// Everything. Readings are objects; what is not known is left out of them, for they may be millions.
    public static func study(_ study: Study) -> JSON {
        let subject = study.subject
        return .object([
            ("schema", .string("timeball.study/1")), ("title", .text(subject.title)), ("clock", .text(subject.clock)),
            ("reference", .text(subject.reference)),
            ("reference_doubt_ppm", subject.referenceDoubt.map { .number($0 * 1e6) } ?? .null),
            ("interval_seconds", subject.interval.map { .number($0) } ?? .null),
            ("facts", .object(subject.facts.map { ($0.name, .string($0.value)) })),
            ("readings", .array(study.readings.map { reading($0) })),
            ("happenings", .array(study.events.map { happening($0) })),
        ])
    }

    /// One reading: `time_seconds` since 1970 (or since the first one), `phase_seconds` positive when the clock is fast.
    public static func reading(_ reading: Study.Reading) -> JSON {
        var members: [(String, JSON)] = [
            ("time_seconds", .number(reading.time)), ("phase_seconds", .number(reading.phase)),
        ]
        if let uncertainty = reading.uncertainty { members.append(("uncertainty_seconds", .number(uncertainty))) }
        if let temperature = reading.temperature { members.append(("temperature_celsius", .number(temperature))) }
        return .object(members)
    }

    /// One happening; `size` is in seconds for a step or a gap, and fractional for a change of rate.
    public static func happening(_ happening: Study.Happening) -> JSON {
        let isRate = happening.kind == .rateChange
        let size: JSON = happening.size.map { .number(isRate ? $0 * 1e6 : $0) } ?? .null
        return .object([
            ("time_seconds", .number(happening.time)), ("kind", .string(happening.kind.rawValue)),
            ("words", .string(happening.words)), (isRate ? "size_ppm" : "size_seconds", size),
        ])
    }
}
