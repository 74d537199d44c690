import ClockStudies
import Glibc
import Rendering
import TimeBase

/// What is shown while it records.
struct DriftProgress {
    let plan: StudyRecorder.Plan
    let subject: Study.Subject
    let options: DriftCommand
    private var shown = 0
    private var lastLine = Duration.zero

    init(plan: StudyRecorder.Plan, subject: Study.Subject, options: DriftCommand) {
        self.plan = plan
        self.subject = subject
        self.options = options
    }

    mutating func begin(store: String?) {
        Output.now(
            "\(subject.clock) against \(subject.reference), every \(HumanText.size(plan.interval)) for \(HumanText.size(plan.length))"
                + "\n")
        if let store { Output.now("kept in \(store)" + "\n") }
    }

    mutating func show(_ study: Study, news: [Study.Happening]) {
        for happening in news { Output.now("\(happening.kind.rawValue): \(happening.words)" + "\n") }
        shown = study.readings.count
    }

    mutating func end(_ study: Study, isComplete: Bool) {
        Output.now("\(study.readings.count) readings" + (isComplete ? "" : ", interrupted") + "\n")
    }

}
