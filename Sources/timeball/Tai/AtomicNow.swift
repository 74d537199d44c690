import ArgumentParser
import AtomicTime
import BoundPage
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
        var instant = Clock.realtime()
        var bound = ""
        do throws(ToolError) {
            let time = try page.view().time
            instant = Instant(sinceEpoch: time.estimate.sinceEpoch)
            bound = "  \(HumanText.bound(time.bound))"
        } catch {
            Output.complain("timeball: this is what the wall clock shows: \(error.sentence)")
        }
        let (atomic, certainty) = history.atomic(instant)
        switch form {
        case .text: print(LabelText.atomic(atomic) + bound)
        case .label(let precision):
            guard let label = TAILabel(atomic, precision) else { throw .cannotTell("The clock is too far off.") }
            print(label.text)
        }
        if let words = LeapTables.warning(certainty, history) { Output.complain("timeball: \(words)") }
    }
}
