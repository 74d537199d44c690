/// Gathers what the lines of a file say.
struct ReadingCollector {
    let options: StudyImportOptions
    var study = Study()
    var problems: [StudyImport.Problem] = []
    var notes: [String] = []
    /// Readings whose value is a frequency so far; `finish` makes phases of them.
    var areFrequencies = false
    private var missing = 0
    private var lastTime: Double?

    init(_ options: StudyImportOptions) { self.options = options }

    var sign: Double { options.isNegated ? -1 : 1 }

    mutating func complain(_ line: Int, _ sentence: String) {
        problems.append(StudyImport.Problem(line: line, sentence: sentence))
    }

    /// - Parameter value: a phase in seconds or a fractional frequency, positive when the clock is fast or gains; NaN
    ///   where it is missing.
    mutating func add(
        _ time: Double, _ value: Double, uncertainty: Double? = nil, temperature: Double? = nil, line: Int
    ) {
        if let lastTime, time <= lastTime {
            let words =
                time == lastTime
                ? "It has the same time as the reading before."
                : "The time goes back by \(DecimalText.significant(lastTime - time, digits: 9)) s."
            return complain(line, words)
        }
        lastTime = time
        if value.isNaN {
            missing += 1
            return
        }
        study.readings.append(
            Study.Reading(time: time, phase: sign * value, uncertainty: uncertainty, temperature: temperature))
    }

    mutating func finish() {
        if missing > 0 {
            notes.append("\(missing) readings are missing (nan, or 0 where the format has that for a gap).")
        }
        let interval = study.usualInterval
        if study.subject.interval == nil { study.subject.interval = interval }
        if areFrequencies { integrate() }
        if study.readings.isEmpty, problems.isEmpty { complain(0, "It holds no readings.") }
    }

    /// A frequency is the mean over the interval before its time (Stable32, chrony and ntpd alike, as nearly as they
    /// say). Across a gap the two frequencies beside it are believed, and the gap is told.
    private mutating func integrate() {
        guard let first = study.readings.first, let interval = study.subject.interval, interval > 0 else {
            if !study.readings.isEmpty {
                complain(0, "Frequencies need a time column, or --tau0 with the seconds between them.")
            }
            study.readings = []
            return
        }
        var phase = 0.0
        var lost = 0.0
        var readings = [Study.Reading(time: first.time - interval, phase: 0)]
        readings.reserveCapacity(study.readings.count + 1)
        var last = first.time - interval
        var previous = first.phase
        for reading in study.readings {
            let span = reading.time - last
            var gain = reading.phase * span
            if span > 1.5 * interval {
                gain = (reading.phase + previous) / 2 * span
                study.events.append(
                    Study.Happening(
                        time: reading.time, kind: .gap,
                        words:
                            "No frequency for \(DecimalText.significant(span, digits: 6)) s; the phase goes on by the "
                            + "mean of those beside it.", size: span))
            }
            // Compensated, so that ten million terms lose nothing (Neumaier 1974).
            let next = phase + gain
            lost += phase.magnitude >= gain.magnitude ? (phase - next) + gain : (gain - next) + phase
            phase = next
            readings.append(
                Study.Reading(
                    time: reading.time, phase: phase + lost, uncertainty: nil, temperature: reading.temperature))
            last = reading.time
            previous = reading.phase
        }
        study.readings = readings
        notes.append("Phases are the sum of the frequencies, from 0.")
    }
}

extension Study {
    /// The median of the steps from one reading to the next, in seconds, if nine of ten steps are within a quarter of
    /// it or of a multiple (a gap); nil for an irregular record, or one of fewer than two readings.
    public var usualInterval: Double? {
        guard readings.count > 1 else { return nil }
        // A sample of the steps is enough for the median.
        let stride = max(1, readings.count / 100_000)
        var steps: [Double] = []
        var index = 1
        while index < readings.count {
            steps.append(readings[index].time - readings[index - 1].time)
            index += stride
        }
        steps.sort()
        let middle = steps[steps.count / 2]
        guard middle > 0 else { return nil }
        let regular = steps.count { step in
            let whole = (step / middle).rounded()
            return whole >= 1 && (step - whole * middle).magnitude <= 0.25 * middle
        }
        guard Double(regular) >= 0.9 * Double(steps.count) else { return nil }
        // Jitter is not in the interval's digits: a step of 2.0003 s is one of 2 s.
        let fine = middle < 1e-3 ? 1e-12 : 1e-3
        let rounded = (middle / fine).rounded() * fine
        return (rounded - middle).magnitude <= 1e-3 * middle ? rounded : middle
    }

    /// The phases one after the other, NaN where readings are missing: what statistics of equally spaced readings need.
    ///
    /// How many are missing is told by each step alone, so that a clock that schedules the readings 40 ppm off does not
    /// leave a hole or a double after some hours.
    /// - Parameter interval: seconds, to count steps by; nil is the study's own, or else the usual one.
    /// - Returns: The phases, and the mean step as it was; nil if there is no interval, or if most of the record would be
    ///   missing.
    public func phases(every interval: Double? = nil) -> (phases: [Double], interval: Double)? {
        guard let step = interval ?? subject.interval ?? usualInterval, step > 0, let first = readings.first,
            let last = readings.last
        else { return nil }
        let most = Double(readings.count) * 100 + 1000
        guard (last.time - first.time) / step < most else { return nil }
        var phases: [Double] = []
        phases.reserveCapacity(readings.count)
        var before = first.time
        for reading in readings {
            let steps = ((reading.time - before) / step).rounded()
            if steps > 1 { phases.append(contentsOf: repeatElement(.nan, count: Int(min(steps, most)) - 1)) }
            phases.append(reading.phase)
            before = reading.time
        }
        guard phases.count > 1 else { return (phases, step) }
        return (phases, (last.time - first.time) / Double(phases.count - 1))
    }
}
