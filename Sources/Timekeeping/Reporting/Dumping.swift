internal import Addresses
internal import Estimation
internal import Recording
internal import TimeBase

/// What was kept of a source's samples over a restart, as samples count time and offset now.
struct KeptMeasurements: Equatable {
    var samples: [Sample]
    var isAuthenticated: Bool
    /// Why they are of no use; nil if they may be.
    var fault: String?

    mutating func shift(by seconds: Double) {
        for index in samples.indices { samples[index].offset += seconds }
    }
}

/// Samples that outlive the program (`dumpdir`, `dump`, -r).
///
/// They are told by the wall clock, which runs on while the program does not, at the rate that it left. That holds as long
/// as the machine runs, and as nobody sets its clock. Whether somebody did, nobody says; so what was kept waits for the
/// source's first answer, and is used if the two agree.
extension Timekeeper {
    /// What a source's samples come to in chrony's format; nil without any.
    func dumpRecord(_ index: Int, _ now: ClockReading) -> DumpRecord? {
        let source = sources[index]
        let samples = source.estimate.window
        guard !samples.isEmpty, source.endpoint != nil else { return nil }
        // The wall clock's rate against the oscillator from now on.
        let rate = controlsClock ? -discipline.frequency.ratio : clock.ratio
        let moment = seconds(at: now)
        let wall = wallOffset(at: now.monotonic)
        let told = samples.suffix(DumpRecord.mostSamples).compactMap { sample -> DumpRecord.Sample? in
            let age = moment - sample.time
            let time = now.realtime - Duration(clampingSeconds: age * (1 + rate))
            guard time.sinceEpoch > .zero else { return nil }
            let (seconds, attoseconds) = time.sinceEpoch.components
            let fast = wall - rate * age - sample.offset
            return DumpRecord.Sample(
                seconds: seconds, nanoseconds: Int32(attoseconds / 1_000_000_000), offset: fast, originalOffset: fast,
                delay: sample.delay, dispersion: sample.dispersion, rootDelay: sample.rootDelay,
                rootDispersion: sample.rootDispersion)
        }
        return DumpRecord(
            name: source.settings.name, isAuthenticated: source.settings.isAuthenticated, reach: source.reach,
            reachSize: min(8, UInt8.bitWidth - source.reach.leadingZeroBitCount), stratum: min(source.stratum, 16),
            leap: Int(source.leap.rawValue), asymmetryRun: 0, samples: told)
    }

    /// Has the samples of every source kept.
    mutating func saveMeasurements(_ now: ClockReading, _ effects: inout [Effect]) {
        guard settings.keepsMeasurements else { return effects.append(.note(.noDumpDirectory)) }
        for index in sources.indices {
            guard let record = dumpRecord(index, now), let address = sources[index].endpoint?.address else { continue }
            effects.append(.save(.measurements(of: address.description), record.text))
        }
    }

    /// Tells what was kept on the scales of this run of the program.
    mutating func takeKeptMeasurements(at now: ClockReading) {
        let started = now.realtime - (now.monotonic.sinceEpoch + now.suspended)
        let rate = clock.ratio
        for (address, record) in settings.keptMeasurements {
            var samples: [Sample] = []
            var fault: String?
            for told in record.samples {
                let time = Instant<Realtime>(
                    sinceEpoch: .seconds(told.seconds) + .nanoseconds(Int64(told.nanoseconds)))
                guard time < now.realtime else {
                    fault = "it has samples of the future, so the clock was set back since"
                    break
                }
                // Then the clock was not ours all the while: firmware or a battery-backed clock kept it.
                guard time > started else { continue }
                let age = (now.realtime - time).inSeconds / (1 + rate)
                samples.append(
                    Sample(
                        time: seconds(at: now) - age, offset: wallOffset(at: now.monotonic) - rate * age - told.offset,
                        delay: told.delay, dispersion: told.dispersion, rootDelay: told.rootDelay,
                        rootDispersion: told.rootDispersion))
            }
            if fault == nil, now.suspended > .zero {
                fault = "the machine was suspended since its start, when the clock was kept by something else"
            }
            if fault == nil, samples.isEmpty { fault = "it has no sample since this machine was started" }
            kept[address] = KeptMeasurements(
                samples: samples, isAuthenticated: record.isAuthenticated, fault: fault)
        }
    }

    /// Says which files are of no use.
    mutating func noteKeptMeasurements(_ effects: inout [Effect]) {
        for (address, known) in kept.sorted(by: { $0.key.description < $1.key.description }) {
            guard let fault = known.fault else { continue }
            effects.append(.note(.dumpNotLoaded(source: address.description, reason: fault)))
            kept[address] = nil
        }
    }

    /// A source gave its first sample: what was kept of it goes before that, if the two agree.
    mutating func takeKept(before first: Sample, _ index: Int, _ now: ClockReading, _ effects: inout [Effect]) {
        guard !kept.isEmpty, sources[index].estimate.count == 0, let address = sources[index].endpoint?.address,
            let known = kept.removeValue(forKey: address), let last = known.samples.last
        else { return }
        let label = sources[index].label
        guard known.isAuthenticated == sources[index].settings.isAuthenticated else {
            let reason = "it was authenticated \(known.isAuthenticated ? "then" : "only now"), so it may be another's"
            return effects.append(.note(.dumpNotLoaded(source: label, reason: reason)))
        }
        var past = Regression(
            limits: Regression.Limits(
                minimumSamples: sources[index].settings.minimumSamples,
                maximumSamples: sources[index].settings.maximumSamples, precision: settings.precision.inSeconds))
        for sample in known.samples { past.add(sample) }
        let frequency = past.estimate?.frequency ?? discipline.frequency.ratio
        let skew = min(past.estimate?.skew ?? discipline.skew.ratio, Regression.unknownSkew)
        let age = first.time - last.time
        let expected = last.offset - frequency * age
        let tolerance =
            last.rootDistance + first.rootDistance + (skew + settings.maximumClockError.ratio) * max(age, 0)
        guard age > 0, (first.offset - expected).magnitude <= tolerance else {
            let apart = Note.seconds(Duration(clampingSeconds: (first.offset - expected).magnitude))
            let reason = "its samples are \(apart) seconds from the first answer, so the clock was set since"
            return effects.append(.note(.dumpNotLoaded(source: label, reason: reason)))
        }
        for sample in known.samples {
            sources[index].path.add(sample.delay, error: nil, expected: 0)
            sources[index].estimate.add(sample)
        }
        effects.append(.note(.dumpLoaded(source: label)))
    }
}
