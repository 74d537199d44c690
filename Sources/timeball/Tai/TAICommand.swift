import ArgumentParser
import AtomicTime
import Glibc
import Rendering
import TimeBase
import TimeZones

struct TAICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tai", abstract: "Atomic time: labels of TAI64 to civil time and back, leap seconds.",
        subcommands: [TAIDecodeCommand.self, TAIEncodeCommand.self, TAILeapCommand.self])
}

/// Which table of leap seconds is used.
struct LeapFileOption: ParsableArguments {
    @Option(help: ArgumentHelp("A leap-seconds.list or leapsecs.dat to go by.", valueName: "file"))
    var leapfile: String?
}

struct TAIDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "TAI64, TAI64N and TAI64NA labels as local time.",
        discussion: """
            Without labels it reads lines from standard input and replaces the label at the beginning of each, as \
            tai64nlocal does. A label's seconds are taken for TAI, as the standard says: so they are in what timeball and \
            s6 write, and in what others wrote on a clock that counts TAI-10 (--right). multilog and its like on a clock that \
            shows UTC write others: --posix. A ? behind a time says that leap seconds were not known for it.
            """)

    @Argument(help: "Such as @4000000037c219bf2ef02e94; the @ may be missing.") var labels: [String] = []
    @Flag(help: "The labels are from a clock that counts TAI-10; this is how labels are read anyhow.") var right = false
    @Flag(help: "The labels are from multilog and its like on a clock that shows UTC: 10 s were added to its seconds.")
    var posix = false
    @Option(name: .customLong("tz"), help: "Another time zone than this machine's.") var zone: String?
    @Flag(help: "In UTC.") var utc = false
    @OptionGroup var table: LeapFileOption
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        if right, posix { throw ToolError.usage("--right and --posix contradict each other.") }
        if utc, zone != nil { throw ToolError.usage("--utc and --tz contradict each other.") }
        let decoding = LabelDecoding(
            convention: posix ? .posixPlusTen : .atomic, history: try LeapTables.best(table.leapfile),
            zone: utc ? .utc : try zone.map { try ZoneDirectory.zone($0) } ?? ZoneDirectory.forStarts())
        guard !labels.isEmpty else {
            if json { throw ToolError.usage("--json needs labels as arguments.") }
            return try decoding.filter()
        }
        var moments: [(label: TAILabel, moment: LeapMoment)] = []
        for text in labels {
            do throws(TAILabelError) {
                let label = try TAILabel(text: text)
                moments.append((label, decoding.civil(label)))
            } catch {
                throw ToolError.usage("\(text): \(error.sentence) Next: timeball tai decode @4000000037c219bf2ef02e94")
            }
        }
        if json {
            print(LabelText.json(moments, decoding.zone).text)
        } else {
            for (label, moment) in moments { print(decoding.text(label, moment)) }
            if moments.contains(where: { $0.moment.certainty != .known }) { decoding.complain() }
        }
    }
}

struct TAIEncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "The label of a moment of civil time.")

    @Argument(help: "RFC 3339, such as 2016-12-31T23:59:60Z, or @ and POSIX seconds.") var moment: String
    @Flag(help: "Octets: 8.") var tai64 = false
    @Flag(help: "Octets: 12; this without a flag.") var tai64n = false
    @Flag(help: "Octets: 16.") var tai64na = false
    @OptionGroup var table: LeapFileOption

    func run() throws {
        let precision = try LabelPrecision.of(tai64: tai64, tai64n: tai64n, tai64na: tai64na) ?? .nanoseconds
        guard let instant = InstantText.parseExactly(moment) else {
            throw ToolError.usage("\(moment) is no moment. Next: timeball tai encode 2026-11-24T20:15:00Z")
        }
        let history = try LeapTables.best(table.leapfile)
        var (atomic, certainty) = history.atomic(instant)
        // The sixtieth second is read as the one after it, which comes a second later.
        if moment.contains(":60") { atomic = Instant(sinceEpoch: atomic.sinceEpoch - .seconds(1)) }
        if moment.contains(":60"), !history.civil(atomic).isLeapSecond {
            throw ToolError.no("There was no leap second at \(moment). Next: timeball tai leap")
        }
        guard let label = TAILabel(atomic, precision) else {
            throw ToolError.usage("\(moment) is too far away for a label.")
        }
        print(label.text)
        if let words = LeapTables.warning(certainty, history) { Output.complain("timeball: \(words)") }
    }
}

struct TAILeapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leap", abstract: "The leap seconds that are known, and until when.",
        discussion: "Exit code 1 if the best table of this machine has expired.")

    @OptionGroup var table: LeapFileOption
    @Flag(help: "Write /etc/leapsecs.dat's octets on standard output.") var octets = false
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
        let history = try LeapTables.best(table.leapfile)
        if octets {
            guard let data = LeapSecondsData.octets(history) else {
                throw ToolError.no("\(history.origin) has a removed second, which leapsecs.dat cannot say.")
            }
            return try Output.octets(data)
        }
        let (difference, certainty) = history.difference(at: Moment.now)
        if json {
            print(LabelText.json(history, difference, certainty).text)
        } else {
            let words = certainty == .known ? "" : ", or else by now: the table has expired"
            print("TAI is \(difference) s ahead of UTC\(words)")
            print("good until \(LeapTables.day(history.expires)), \(history.origin)")
            for change in history.changes.reversed() {
                print("\(LeapTables.day(change.posix))  \(change.difference) s")
            }
        }
        if certainty != .known { throw ExitCode(1) }
    }
}

/// Which of three flags was given.
enum LabelPrecision {
    static func of(tai64: Bool, tai64n: Bool, tai64na: Bool) throws(ToolError) -> TAILabel.Precision? {
        let chosen = [(tai64, TAILabel.Precision.seconds), (tai64n, .nanoseconds), (tai64na, .attoseconds)]
            .filter(\.0).map(\.1)
        guard chosen.count <= 1 else { throw .usage("Only one kind of label can be had at a time.") }
        return chosen.first
    }
}
