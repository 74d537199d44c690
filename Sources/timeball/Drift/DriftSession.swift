import Addresses
import ClockStudies
import Engine
import Glibc
import Linux
import Rendering
import StudyStore
import TimeBase

/// One run of `timeball drift`: what was asked for, opened and ready.
struct DriftSession {
    private let reference: any ClockReference
    private let plan: StudyRecorder.Plan
    private let past: StudyRecorder.Past?
    private let study: Study
    private let store: StudyStore?
    private let options: DriftCommand

    init(_ options: DriftCommand) throws {
        self.options = options
        let every = try options.every.map { try Self.duration($0, "--every") }
        let length = try options.length.map { try Self.duration($0, "--for") }
        if options.resume {
            guard let path = options.store else {
                throw ToolError.usage("--resume needs the recording. Next: timeball drift --resume --store FILE")
            }
            let store = try Self.mapped { () throws(StudyStore.Failure) in try StudyStore.open(path, readOnly: false) }
            let header = try Self.mapped { () throws(StudyStore.Failure) in try store.header() }
            var study = try Self.mapped { () throws(StudyStore.Failure) in try store.study() }
            reference = try ReferenceName.open(header.against)
            if reference.endsWithBoot, header.boot != MachineFacts.boot {
                throw ToolError.no(
                    "\(path): the machine was started anew since, and \(reference.name) with it, so that the recording "
                        + "cannot go on. Next: timeball drift --against \(header.against) --store ANOTHER")
            }
            let seconds = length?.inSeconds ?? header.length
            guard let interval = every ?? header.subject.interval.flatMap({ Duration(checkedSeconds: $0) }),
                let whole = Duration(checkedSeconds: seconds), interval > .zero
            else { throw ToolError.cannotTell("\(path): it does not say how often to read. Next: add --every 2s") }
            if let first = study.readings.first, let last = study.readings.last, let anchor = header.anchor {
                guard KernelClock.realtime.sinceEpoch.inSeconds - first.time < seconds else {
                    throw ToolError.no(
                        "\(path) is complete: its \(HumanText.size(whole)) are over. Next: timeball study report \(path), "
                            + "or --for with a longer time")
                }
                past = StudyRecorder.Past(first: first.time, last: last.time, anchor: anchor)
            } else {
                past = nil
            }
            let facts = study.subject.facts
            try Self.mapped { () throws(StudyStore.Failure) in try store.plan(length: seconds, facts: facts) }
            study.subject.interval = interval.inSeconds
            self.study = study
            self.store = store
            plan = Self.plan(reference, interval, whole)
            return
        }
        reference = try ReferenceName.open(options.against)
        let interval = every ?? reference.usualInterval
        if interval < .milliseconds(100) { throw ToolError.usage("--every must be at least 100ms.") }
        plan = Self.plan(reference, interval, length ?? .seconds(3600))
        past = nil
        var subject = Study.Subject()
        let host = MachineFacts.hostName
        subject.clock = "CLOCK_REALTIME" + (host.isEmpty ? "" : " of \(host)")
        subject.reference = reference.name
        subject.title = "\(host.isEmpty ? "this machine" : host) against \(reference.name)"
        subject.referenceDoubt = reference.rateDoubt
        subject.interval = interval.inSeconds
        subject.facts = MachineFacts.gather() + reference.facts
        let header = StudyHeader(
            subject: subject, against: options.against, length: plan.length.inSeconds, boot: MachineFacts.boot)
        study = Study(subject: subject)
        if let path = options.store {
            guard unsafe access(path, F_OK) != 0 else {
                throw ToolError.usage(
                    "\(path) exists. Next: --resume to go on with it, or another name")
            }
            store = try Self.mapped { () throws(StudyStore.Failure) in try StudyStore.create(path, header: header) }
        } else {
            store = nil
        }
    }

    func run() throws {
        var recorder = StudyRecorder(plan, resuming: past)
        var host = DriftHost(reference, store: store, study: study)
        var progress = DriftProgress(plan: plan, subject: study.subject, options: options, past: study)
        for warning in ClockWarnings.all() { Output.complain(warning) }
        progress.begin(store: store?.path)
        while !host.isStopping {
            // The loop of Engine, with the news shown as they come.
            step(&recorder, &host)
            progress.show(host.study)
        }
        progress.end(host.study, isComplete: recorder.isComplete, store: store?.path)
        if let store {
            do throws(StudyStore.Failure) {
                try store.close()
            } catch {
                throw ToolError.no("\(error.description) \(rescue(store)) Next: make room, then --resume")
            }
            guard store.lost == 0 else {
                throw ToolError.no("\(store.lost) readings were lost: the disk was full too long.")
            }
        }
        guard !host.study.readings.isEmpty else {
            throw ToolError.cannotTell("There is no reading. Next: timeball query, or another --against")
        }
    }

    /// The disk stayed full: what it did not take goes to the folder for temporary files.
    private func rescue(_ store: StudyStore) -> String {
        let waiting = "\(store.waiting) of the last readings and remarks"
        let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let path = "\(folder)/timeball-drift-\(getpid()).csv"
        do throws(Linux.SystemError) {
            try AtomicFile.write(String(decoding: StudyExport.csv(store.rest), as: UTF8.self), to: path)
            return "\(waiting) are in \(path) instead."
        } catch {
            return "\(waiting) are lost."
        }
    }

    private func step(_ recorder: inout StudyRecorder, _ host: inout DriftHost) {
        var effects: [StudyRecorder.Effect] = []
        let event = host.next(before: recorder.nextWake(after: host.read()))
        let now = host.read()
        if let event { recorder.receive(event, at: now, effects: &effects) }
        if recorder.nextWake(after: now) <= now.monotonic { recorder.wake(at: now, effects: &effects) }
        for effect in effects { host.perform(effect) }
    }

    private static func plan(
        _ reference: any ClockReference, _ interval: Duration, _ length: Duration
    ) -> StudyRecorder.Plan {
        var plan = StudyRecorder.Plan(
            interval: interval, length: length, referenceCountsFrom1970: reference.countsFrom1970)
        plan.comparesAtEdges = reference.comparesAtEdges
        return plan
    }

    private static func duration(_ text: String, _ option: String) throws -> Duration {
        guard let duration = DurationText.parse(text), duration > .zero else {
            throw ToolError.usage("\(option) \(text) is not a duration. Next: \(option) 2s, 90min, 59h or 7d")
        }
        return duration
    }

    private static func mapped<Result>(_ body: () throws(StudyStore.Failure) -> Result) throws -> Result {
        do throws(StudyStore.Failure) {
            return try body()
        } catch {
            throw ToolError.cannotTell(error.description)
        }
    }
}
