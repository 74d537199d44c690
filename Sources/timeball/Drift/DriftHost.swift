import ClockStudies
import Engine
import Glibc
import Linux
import StudyStore
import TimeBase

/// This machine as the recorder's host: compares, keeps, and waits for the next time or a signal.
struct DriftHost: Host {
    private(set) var isStopping = false
    /// All that was recorded, also before an interruption.
    private(set) var study: Study

    private var reference: any ClockReference
    private let store: StudyStore?
    private let sensor: TemperatureSensor?
    private var clock = KernelClock()
    private var answer: StudyRecorder.Event?
    private var saidInterrupted = false
    private var wasInTrouble = false

    init(_ reference: any ClockReference, store: StudyStore?, study: Study) {
        self.reference = reference
        self.store = store
        self.study = study
        sensor = TemperatureSensor.find()
        Interruption.watch()
    }

    mutating func read() -> ClockReading { clock.read() }

    mutating func perform(_ effect: StudyRecorder.Effect) {
        switch effect {
        case .compare: compare()
        case .record(let reading):
            study.readings.append(reading)
            store?.append(reading)
            watchStore(at: reading.time)
        case .tell(let happening): tell(happening)
        case .keepAnchor(let anchor): store?.keep(anchor: anchor)
        case .stop: isStopping = true
        }
    }

    private mutating func compare() {
        do {
            var comparison = try reference.compare()
            comparison.temperature = sensor?.celsius()
            answer = .compared(comparison, MachineFacts.steering())
        } catch {
            // A comparison that Ctrl-C cut short is no failure of the reference.
            answer = Interruption.hasCome ? nil : .failed(error.sentence)
        }
    }

    private mutating func tell(_ happening: Study.Happening) {
        study.events.append(happening)
        store?.append(happening)
    }

    /// Says once that the disk takes nothing more, and once that it does again.
    private mutating func watchStore(at time: Double) {
        guard let store else { return }
        if let trouble = store.trouble {
            if !wasInTrouble {
                wasInTrouble = true
                tell(
                    Study.Happening(
                        time: time, kind: .failure,
                        words: "\(trouble.description) Readings wait in memory until there is room."))
            }
        } else if wasInTrouble {
            wasInTrouble = false
            tell(Study.Happening(time: time, kind: .remark, words: "The store takes readings again; none was lost."))
        }
    }

    mutating func next(before deadline: Instant<Monotonic>) -> StudyRecorder.Event? {
        if Interruption.hasCome, !saidInterrupted {
            saidInterrupted = true
            return .interrupted
        }
        if let event = answer {
            answer = nil
            return event
        }
        // A signal between the look above and the wait is noticed a second later at the latest.
        let left = min(deadline - KernelClock.monotonic, .seconds(1))
        if left > .zero { Waiting.pause(for: left) }
        return nil
    }
}
