import BoundPage
import ExactStarts
import Glibc
import Linux
import Rendering
import TimeBase

/// What is kept of one start, whether it happened or not. Instants are true time by the best estimate.
struct StartRecord {
    var planned: Instant<UTC>
    /// When it was let go.
    var released: Instant<UTC>?
    /// When its program's first instruction had been executed, as well as that is known (Documentation/Jobs.md).
    var firstInstruction: Instant<UTC>?
    var ended: Instant<UTC>?
    var end: ProcessEnd?
    var outcome: StartOutcome
    var preparation: Preparation
    /// The clock when it was let go, or when it was decided that it is not.
    var known: KnownTime?
    var limit: Duration?
    var process: Int32?
    var command: [String]
    /// Ticks that were passed over since the one before.
    var missed: Int64?

    /// How late it was let go; negative where it was led by more than starting took.
    var lateness: Duration? { (firstInstruction ?? released).map { $0 - planned } }

    var json: JSON {
        .object([
            ("schema", .string("timeball.start/1")), ("planned", Self.time(planned)), ("released", Self.time(released)),
            ("first_instruction", Self.time(firstInstruction)), ("lateness_seconds", Self.seconds(lateness)),
            ("ended", Self.time(ended)), ("outcome", .string(outcomeWord)),
            ("reason", reason.map(JSON.string) ?? .null), ("exit", Self.integer(end?.code)),
            ("signal", Self.integer(end?.signal)), ("prepared", .string(preparation.rawValue)),
            ("bound_seconds", Self.seconds(known?.bound)), ("limit_seconds", Self.seconds(limit)),
            ("clock", known.map { .string($0.source.rawValue) } ?? .null), ("pid", Self.integer(process)),
            ("user_seconds", Self.seconds(end?.userTime)), ("system_seconds", Self.seconds(end?.systemTime)),
            ("resident_octets", Self.integer(resident)), ("minor_faults", Self.integer(end?.minorFaults)),
            ("major_faults", Self.integer(end?.majorFaults)),
            ("voluntary_switches", Self.integer(end?.voluntarySwitches)),
            ("involuntary_switches", Self.integer(end?.involuntarySwitches)), ("missed", Self.integer(missed)),
            ("command", .array(command.map(JSON.string))),
        ])
    }

    /// The kernel counts in what this program had before the child executed its own: less than that tells nothing.
    private var resident: Int64? {
        guard let most = end?.mostResident else { return nil }
        var own = rusage()
        guard unsafe getrusage(RUSAGE_SELF.rawValue, &own) == 0, most > Int64(own.ru_maxrss) * 1024 else { return nil }
        return most
    }

    private var outcomeWord: String {
        switch outcome {
        case .ran: "ran"
        case .refused(.late): "late"
        case .refused(.stepped), .refused(.slept): "aborted"
        case .refused(.failed): "failed"
        case .refused(.interrupted): "interrupted"
        case .refused(.bound): "refused"
        }
    }

    /// Why it did not happen, with the next step; nil if it did.
    var reason: String? {
        guard case .refused(let refusal) = outcome else { return nil }
        switch refusal {
        case .bound(let bound?, let limit):
            return
                "The clock is right to within \(HumanText.bound(bound)) only, and \(HumanText.bound(limit)) was asked "
                + "for (\(sourceWords)). Next: timeball wait --within \(Self.typed(limit)), or timeball sources -v"
        case .bound(nil, let limit):
            return "Nothing tells how far the clock may be wrong, and \(HumanText.bound(limit)) was asked for "
                + "(\(sourceWords)). Next: timeball status"
        case .late(let by):
            return
                "It was too late by \(HumanText.size(by)) when that was noticed. Next: --late run to start all the same"
        case .stepped(let by):
            return
                "The wall clock was stepped by \(HumanText.size(by)) while the instant was waited for (--late abort)."
        case .slept(let duration):
            return "The machine slept for \(HumanText.size(duration)) while the instant was waited for (--late abort)."
        case .failed(let why): return why
        case .interrupted: return "Interrupted before the instant."
        }
    }

    private var sourceWords: String {
        known?.source == .page ? "by timeballd's page" : "by the kernel's clock; timeballd tells nothing"
    }

    /// As it can be typed: 5ms.
    private static func typed(_ duration: Duration) -> String {
        HumanText.size(duration).split(separator: " ").joined()
    }

    private static func time(_ instant: Instant<UTC>?) -> JSON {
        instant.map { .string(CivilDate(Instant(sinceEpoch: $0.sinceEpoch)).rfc3339) } ?? .null
    }
    private static func seconds(_ duration: Duration?) -> JSON {
        duration.map { .number(Double($0.attoseconds) / 1e18) } ?? .null
    }
    private static func integer(_ number: (some BinaryInteger)?) -> JSON {
        number.map { .integer(Int(clamping: $0)) } ?? .null
    }
}
