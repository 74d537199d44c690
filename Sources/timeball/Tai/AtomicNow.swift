import ArgumentParser
import AtomicTime
import BoundPage
import Linux
import Rendering
import TimeBase

/// `timeball now` in atomic time.
struct AtomicNowOptions: ParsableArguments {
    @Flag(help: "As atomic time: TAI.") var tai = false
    @Flag(help: "As a TAI64 label.") var tai64 = false
    @Flag(help: "As a TAI64N label.") var tai64n = false
    @Flag(help: "As a TAI64NA label.") var tai64na = false
    @OptionGroup var table: LeapFileOption

    /// What is asked for; nil for civil time.
    func form() throws(ToolError) -> AtomicNow.Form? {
        let precision = try LabelPrecision.of(tai64: tai64, tai64n: tai64n, tai64na: tai64na)
        guard tai else {
            if precision == nil, table.leapfile != nil {
                throw .usage("--leapfile belongs to --tai, --tai64, --tai64n and --tai64na.")
            }
            return precision.map { .label($0) }
        }
        guard precision == nil else { throw .usage("Only one of --tai, --tai64, --tai64n and --tai64na can be had.") }
        return .text
    }
}

/// Atomic time now: true time from the daemon's page where there is one, else what the wall clock shows, with a word about
/// that on standard error.
struct AtomicNow {
    enum Form {
        case text
        case label(TAILabel.Precision)
    }

    var form: Form
    var page: PageOption
    var leapfile: String?

    func run() throws(ToolError) {
        let history = try LeapTables.best(leapfile)
        let atomic: Instant<TAI>
        let certainty: LeapCertainty
        var bound = ""
        let (wall, isRepeated) = KernelClock.realtimeWithLeap()
        do throws(ToolError) {
            let view = try page.view()
            // The daemon knows on which side of a leap second this moment lies; a table that is named counts all the same.
            (atomic, certainty) = view.atomic(history, prefersTable: leapfile != nil, isRepeated: isRepeated)
            bound = "  \(HumanText.bound(view.time.bound))"
        } catch {
            (atomic, certainty) = history.atomic(wall, isRepeated: isRepeated)
            Output.complain("timeball: this is what the wall clock shows: \(error.sentence)")
        }
        switch form {
        case .text: print(LabelText.atomic(atomic) + bound)
        case .label(let precision):
            guard let label = TAILabel(atomic, precision) else { throw .cannotTell("The clock is too far off.") }
            print(label.text)
        }
        if let words = LeapTables.warning(certainty, history) { Output.complain("timeball: \(words)") }
    }
}
