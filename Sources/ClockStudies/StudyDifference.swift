extension Study {
    /// One clock against the other: the difference of their phases, where both were read at the same times.
    ///
    /// Readings of the second are interpolated to the times of the first, between neighbours that are not further apart than
    /// three of its usual intervals. What both references share drops out; if they are two, their difference stays in.
    /// - Returns: nil when fewer than 16 readings coincide.
    public func difference(from other: Study) -> Study? {
        guard let mine = StudyRecord(self), let its = StudyRecord(other) else { return nil }
        let shift = mine.start - its.start
        let longest = 3 * max(mine.interval, its.interval)
        var result = Study()
        result.subject.clock = subject.clock.isEmpty ? subject.title : subject.clock
        result.subject.reference = other.subject.clock.isEmpty ? other.subject.title : other.subject.clock
        result.subject.title = "\(subject.title) − \(other.subject.title)"
        result.subject.interval = max(mine.interval, its.interval)
        var after = 0
        for (index, time) in mine.times.enumerated() {
            let theirs = time + shift
            while after < its.times.count, its.times[after] < theirs { after += 1 }
            guard after < its.times.count else { break }
            let phase: Double
            if its.times[after] == theirs {
                phase = its.phases[after]
            } else {
                guard after > 0 else { continue }
                let length = its.times[after] - its.times[after - 1]
                guard length <= longest else { continue }
                let part = (theirs - its.times[after - 1]) / length
                phase = its.phases[after - 1] + part * (its.phases[after] - its.phases[after - 1])
            }
            result.readings.append(Reading(time: mine.start + time, phase: mine.phases[index] - phase))
        }
        return result.readings.count < StudyAnalysis.fewestReadings ? nil : result
    }
}
