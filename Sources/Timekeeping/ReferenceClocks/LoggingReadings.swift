internal import Estimation
internal import Recording
internal import TimeBase

/// Lines of the log of reference clocks (`log refclocks`).
extension Timekeeper {
    /// A reading was taken.
    ///
    /// - Parameter number: which of the poll interval's readings it is, from 0.
    func logReading(
        _ reading: ReferenceClockReading, _ taken: Taken, number: Int, _ position: Int, _ effects: inout [Effect]
    ) {
        guard settings.logs.contains(.refclocks), let moment = clock.oscillator(at: reading.stamp),
            let index = sourceIndex(position)
        else { return }
        let wall = (reading.stamp.sinceEpoch - moment.sinceEpoch - offsetBase).inSeconds
        let raw = taken.reading.offset - sources[index].settings.offset.inSeconds - wall
        let line = ReferenceClockLine.Reading(number: number, isPulse: taken.isPulse, rawOffset: raw)
        effects.append(
            .log(
                .referenceClock(
                    self.line(
                        position, at: reading.stamp, leap: taken.leap, line, offset: taken.reading.offset,
                        time: taken.reading.time, wall: wall, dispersion: taken.reading.dispersion))))
    }

    /// A sample was made of readings.
    func logSample(_ sample: Sample, _ position: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        guard settings.logs.contains(.refclocks) else { return }
        let stamp = now.realtime - Duration(clampingSeconds: seconds(at: now) - sample.time)
        effects.append(
            .log(
                .referenceClock(
                    line(
                        position, at: stamp, leap: referenceClocks[position].leap, nil, offset: sample.offset,
                        time: sample.time, wall: wallOffset(at: now.monotonic), dispersion: sample.dispersion))))
    }

    /// - Parameters:
    ///   - offset: true time less oscillator time at a moment, as samples count both.
    ///   - wall: what the wall clock showed less the oscillator, where nothing is known of what it lacks.
    private func line(
        _ position: Int, at stamp: Instant<Realtime>, leap: LeapIndicator, _ reading: ReferenceClockLine.Reading?,
        offset: Double, time: Double, wall: Double, dispersion: Double
    ) -> ReferenceClockLine {
        let (seconds, attoseconds) = stamp.sinceEpoch.components
        // What is being corrected already does not count.
        let corrected = aim.map { $0.offset - discipline.frequency.ratio * (time - $0.time) } ?? wall
        return ReferenceClockLine(
            time: Int(seconds), microseconds: Int(max(attoseconds, 0) / 1_000_000_000_000),
            identifier: referenceClocks[position].settings.name, leap: leap.logged, reading: reading,
            offset: offset - corrected, dispersion: dispersion)
    }
}
