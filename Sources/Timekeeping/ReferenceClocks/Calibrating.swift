internal import Estimation
internal import TimeBase

/// Finding out what `offset` a reference clock should have. It is measured and told, not applied: a receiver that begins
/// to lie must not be believed for having been corrected.
extension Timekeeper {
    /// Compares a sample with what better sources say.
    mutating func calibrate(_ position: Int, by sample: Sample, _ effects: inout [Effect]) {
        let clock = referenceClocks[position]
        guard !clock.isPulsing, let reference, reference.source != clock.source, let aim,
            let other = sources.first(where: { $0.number == reference.source }),
            let index = sourceIndex(position), sources[index].selection != .combined,
            discipline.offsetDeviation < 10e-3
        else { return }
        let truth = aim.offset - discipline.frequency.ratio * (sample.time - aim.time)
        let configured = sources[index].settings.offset.inSeconds
        referenceClocks[position].calibration.add(truth - sample.offset + configured, against: other.label)
        guard let news = referenceClocks[position].calibration.takeNews(configured: configured) else { return }
        effects.append(
            .note(
                .referenceClockOffset(
                    clock: clock.settings.name, needed: Duration(clampingSeconds: news.offset),
                    deviation: Duration(clampingSeconds: news.deviation), samples: news.count, against: other.label)))
    }

    /// What selection thinks of a source, and if it is a reference clock, what is known of its readings.
    func story(_ index: Int) -> String {
        let source = sources[index]
        guard let clock = referenceClocks.first(where: { $0.source == source.number }) else { return source.story }
        var story = source.story
        if !clock.refusal.isEmpty, story != clock.refusal {
            story += " The last reading was not used: \(clock.refusal)"
        }
        guard let result = clock.calibration.result else { return story }
        let late = result.offset - source.settings.offset.inSeconds
        let size = Words.duration(late.magnitude)
        let word = late > 0 ? "late" : "early"
        return story
            + " Compared with \(clock.calibration.against), it is \(size) \(word) (+/-"
            + "\(Words.duration(2 * result.deviation)), \(result.count) samples): its offset should be "
            + "\(Note.fixed(result.offset, 6))."
    }
}
