import Glibc
import Linux
import RealTimeClock
import Recording
import Scheduling
import TimeBase
import TimeZones

/// hwclock(8), as util-linux 2.38 has it, when timeball is called by that name.
struct HardwareClockProgram {
    enum Function: String, CaseIterable {
        case show, get, set, hctosys, systohc, systz, adjust, predict
    }

    struct Failure: Error {
        /// Without the program's name; several lines, each said by itself.
        var text: String

        init(_ text: String) { self.text = text }

        /// Arguments that are not understood.
        static func usage(_ text: String) -> Failure { Failure("\(text)\nTry 'hwclock --help' for more information.") }
    }

    /// In util-linux's order, which its list of possibilities has.
    private static let known: [OptionSpecification] = [
        OptionSpecification(long: "adjust", short: "a"), OptionSpecification(long: "help", short: "h"),
        OptionSpecification(long: "localtime", short: "l"), OptionSpecification(long: "show", short: "r"),
        OptionSpecification(long: "hctosys", short: "s"), OptionSpecification(long: "utc", short: "u"),
        OptionSpecification(long: "version", short: "V"), OptionSpecification(long: "systohc", short: "w"),
        OptionSpecification(long: "debug", short: "D"), OptionSpecification(long: "set"),
        OptionSpecification(long: "param-get", value: .required),
        OptionSpecification(long: "param-set", value: .required), OptionSpecification(long: "vl-read"),
        OptionSpecification(long: "vl-clear"), OptionSpecification(long: "noadjfile"),
        OptionSpecification(long: "directisa"), OptionSpecification(long: "test"),
        OptionSpecification(long: "date", value: .required), OptionSpecification(long: "delay", value: .required),
        OptionSpecification(long: "rtc", short: "f", value: .required),
        OptionSpecification(long: "adjfile", value: .required), OptionSpecification(long: "systz"),
        OptionSpecification(long: "predict"), OptionSpecification(long: "get"),
        OptionSpecification(long: "update-drift"), OptionSpecification(long: "verbose", short: "v"),
    ]

    /// Options of which only one may be given, as util-linux lists them.
    private static let exclusive = [
        ["adjust", "show", "hctosys", "systohc", "get", "predict", "set", "systz"], ["localtime", "utc"],
        ["adjfile", "noadjfile"], ["noadjfile", "update-drift"],
    ]

    private var function = Function.show
    private var date: String?
    private var keepsUTC: Bool?
    /// What is asked of the driver, or told to it, instead of all else.
    private var driverRequest: DriverRequest?
    private(set) var device: String?
    private var adjustmentFile = "/etc/adjtime"
    private var usesFile = true
    private var updatesDrift = false
    private var delay: Double?
    private var usesPorts = false
    private(set) var isTest = false
    private(set) var isVerbose = false
    private let started: Instant<Realtime>
    let zone = ZoneDirectory.forStarts()

    static func run(_ arguments: [String]) -> Int32 {
        var program = HardwareClockProgram(started: KernelClock.realtime)
        do {
            guard try program.read(arguments) else { return 0 }
            try program.perform()
            return 0
        } catch let error as Failure {
            for line in error.text.split(separator: "\n") {
                Output.complain(line.hasPrefix("Try ") ? String(line) : "hwclock: \(line)")
            }
        } catch let error as ToolError {
            Output.complain("hwclock: \(error.sentence)")
        } catch {
            Output.complain("hwclock: \(error)")
        }
        return 1
    }

    private init(started: Instant<Realtime>) { self.started = started }

    /// Direct access to a PC's clock passes by the kernel's driver, and may disturb it: it is not to be had from us.
    private func refusePorts() throws {
        guard usesPorts, function != .systz, function != .predict else { return }
        #if arch(x86_64)
            throw Failure(
                "iopl() port access failed: \(Linux.SystemError(call: "iopl", number: 38).text). "
                    + "Next: without --directisa, by the kernel's RTC device")
        #endif
    }

    // MARK: Arguments

    /// - Returns: false if there is nothing to do.
    private mutating func read(_ arguments: [String]) throws -> Bool {
        let read: OptionReader
        do throws(OptionError) {
            read = try OptionReader(arguments, known: Self.known)
        } catch {
            throw Failure.usage(error.sentence)
        }
        let given = Set(read.options.map(\.name))
        for group in Self.exclusive where given.intersection(group).count > 1 {
            throw Failure("mutually exclusive arguments: \(group.map { "--\($0)" }.joined(separator: " "))")
        }
        for (name, value) in read.options {
            if let function = Function(rawValue: name) {
                self.function = function
                continue
            }
            switch name {
            case "date": date = value
            case "utc", "localtime": keepsUTC = name == "utc"
            case "param-get": driverRequest = driverRequest ?? .get(value ?? "")
            case "param-set": driverRequest = driverRequest ?? .set(value ?? "")
            case "vl-read": driverRequest = driverRequest ?? .readVoltage
            case "vl-clear": driverRequest = driverRequest ?? .clearVoltage
            case "rtc": device = value
            case "adjfile": adjustmentFile = value ?? adjustmentFile
            case "noadjfile": usesFile = false
            case "update-drift": updatesDrift = true
            case "delay":
                guard let seconds = value.flatMap({ Double($0) }), (0...10).contains(seconds) else {
                    throw Failure("invalid --delay argument: '\(value ?? "")'; it takes seconds, 0 to 10")
                }
                delay = seconds
            case "test": (isTest, isVerbose) = (true, true)
            case "verbose", "debug": isVerbose = true
            case "directisa": usesPorts = true
            case "version":
                print(Self.version)
                return false
            default:
                Output.lines(Self.help)
                return false
            }
        }
        guard read.operands.isEmpty else { throw Failure.usage("\(read.operands.count) too many arguments given") }
        if !usesFile, keepsUTC == nil {
            throw Failure("With --noadjfile, you must specify either --utc or --localtime")
        }
        if updatesDrift, function != .set, function != .systohc {
            throw Failure("--update-drift requires --set or --systohc")
        }
        if function == .set || function == .predict, date == nil {
            throw Failure("--date is required for --set or --predict")
        }
        if function == .set || function == .predict { _ = try moment() }
        return true
    }

    private static let version = "hwclock (Timeball) version 0.1, as util-linux 2.38.1"

    private static let help = [
        "Usage: hwclock [function] [option...]", "Reads or sets the hardware clock (RTC).", "",
        "  -r, --show          read it and print its time", "      --get           the same, corrected for its drift",
        "      --set           set it to the time of --date", "  -s, --hctosys       set the system clock from it",
        "  -w, --systohc       set it from the system clock",
        "      --systz         tell the kernel the time zone, and that the RTC keeps it",
        "  -a, --adjust        correct it for its drift since it was set or adjusted last",
        "      --predict       what it will show at the time of --date",
        "      --param-get PARAMETER, --param-set PARAMETER=VALUE   of its driver: features, correction, bsm, or a number",
        "      --vl-read, --vl-clear   what the driver says of the voltage; forget it", "",
        "  -u, --utc, -l, --localtime   what it keeps", "  -f, --rtc=DEVICE    instead of /dev/rtc0",
        "      --date=TIME     2026-11-30 12:00:00, RFC 3339, or @SECONDS",
        "      --delay=SECONDS after the second at which it is written",
        "      --update-drift  reckon the drift anew (--set, --systohc)",
        "      --adjfile=FILE, --noadjfile  instead of /etc/adjtime",
        "      --test          change nothing", "  -v, --verbose  -V, --version  -h, --help",
    ]

    // MARK: Doing

    func say(_ text: String) { if isVerbose { print(text) } }

    private func perform() throws {
        if let driverRequest {
            try perform(driverRequest)
            return
        }
        try refusePorts()
        defer { if isTest { print("Test mode: nothing was changed.") } }
        say(Self.version)
        var record = AdjustmentRecord()
        if usesFile { record = try readRecord() }
        let isUTC = keepsUTC ?? !record.isLocal
        say("Assuming hardware clock is kept in \(isUTC ? "UTC" : "local") time.")
        switch function {
        case .predict:
            let time = Int64(try moment())
            let predicted = record.prediction(at: time)
            say(
                "At \(time) seconds after 1969, RTC is predicted to read \(predicted.seconds) seconds after 1969.")
            show(predicted)
        case .systz:
            try tellKernelZone(isUTC: isUTC, at: KernelClock.realtime)
        default:
            try withDevice(record, isUTC)
        }
    }

    private func withDevice(_ old: AdjustmentRecord, _ isUTC: Bool) throws {
        var record = old
        var clock = try HardwareClock(path: device, zone: isUTC ? nil : zone)
        clock.explain = Self.explain
        say(
            "Using the rtc interface to the clock (\(clock.path)\(clock.chip.name.isEmpty ? "" : ", " + clock.chip.name))."
        )
        // What cannot be opened cannot be set either.
        if let warning = try clock.battery() { say(warning) }
        let isSetting = function == .set || function == .systohc
        // What it showed before, where that is worth something.
        var before: (shown: Int64, corrected: AdjustmentRecord.Time, at: Instant<Realtime>)?
        do {
            say("Waiting for clock tick...")
            let edge = try clock.edge()
            say("...got clock tick")
            let shown = Int64(edge.seconds)
            before = (shown, record.corrected(shown), edge.moment)
            say("Time read from Hardware Clock: \(shown) seconds after 1969")
        } catch {
            // What is wrong can be set.
            guard isSetting else { throw error }
            say("...synchronization failed")
        }
        if isSetting || function == .adjust, record.isLocal == isUTC { record.isLocal = !isUTC }
        switch function {
        case .show, .get:
            guard let before else { return }
            let time = function == .get ? before.corrected : AdjustmentRecord.Time(seconds: before.shown)
            // As of the program's start.
            show(time.adding(-(before.at - started).inSeconds))
            return
        case .hctosys:
            guard let before else { return }
            try setSystemClock(before.corrected, at: before.at, isUTC: isUTC)
            return
        case .adjust:
            guard let before else { return }
            guard record.isDue(at: before.shown) else {
                print("Needed adjustment is less than one second, so not setting clock.")
                break
            }
            guard record.lastAdjustment != 0, record.driftFactor.magnitude <= AdjustmentRecord.greatestDriftFactor
            else {
                say("Not setting clock because nothing is known of its history.")
                break
            }
            let ahead = AdjustmentRecord.instant(before.corrected) - before.at
            try write(clock, ahead: ahead)
            record.lastAdjustment = before.corrected.seconds
            record.notAdjusted = 0
        case .systohc:
            try write(clock, ahead: .zero)
            record = record.calibrated(
                at: AdjustmentRecord.time(before?.at ?? KernelClock.realtime), before: before?.corrected,
                updatesFactor: updatesDrift)
        case .set:
            let time = Instant<Realtime>(sinceEpoch: .seconds(try moment()))
            let ahead = time - started
            try write(clock, ahead: ahead)
            record = record.calibrated(
                at: AdjustmentRecord.time((before?.at ?? KernelClock.realtime) + ahead), before: before?.corrected,
                updatesFactor: updatesDrift)
        case .systz, .predict: break
        }
        if usesFile, record != old { try save(record) }
    }

    /// Writes the RTC, so that it shows the system clock's time and so much more.
    private func write(_ clock: HardwareClock, ahead: Duration) throws {
        guard !isTest else { return }
        let second = try clock.write(ahead: ahead, delay: delay.map { .seconds($0) })
        say("Set RTC to \(second)")
    }

    // MARK: The record

    private func readRecord() throws -> AdjustmentRecord {
        do throws(Linux.SystemError) {
            guard let text = try AtomicFile.read(adjustmentFile) else { return AdjustmentRecord() }
            do throws(AdjustmentRecordError) {
                return try AdjustmentRecord(parsing: text)
            } catch {
                // As hwclock has it: it goes on with what a missing file means.
                Output.complain("hwclock: Warning: \(adjustmentFile): \(error.description)")
                return AdjustmentRecord()
            }
        } catch {
            throw Failure("cannot open \(adjustmentFile): \(error.text)")
        }
    }

    private func save(_ record: AdjustmentRecord) throws {
        guard !isTest else {
            say("Test mode: \(adjustmentFile) was not updated with:\n\(record.text)")
            return
        }
        do throws(Linux.SystemError) {
            try AtomicFile.write(record.text, to: adjustmentFile)
        } catch {
            throw Failure("\(adjustmentFile): \(error.text). Drift adjustment parameters not updated.")
        }
    }

    // MARK: Times

    private func show(_ time: AdjustmentRecord.Time) {
        let offset = zone.type(at: Int(time.seconds)).offset
        let local = CivilDate(Instant(sinceEpoch: .seconds(time.seconds + Int64(offset))))
        let digits = String(time.microseconds)
        let fraction = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        print("\(local.dateText) \(local.timeText).\(fraction)\(Zone.text(offset: offset))")
    }

    /// The time of --date.
    private func moment() throws -> Int {
        guard let date else { throw Failure("--date is required") }
        guard let seconds = DateText.seconds(date, zone: zone) else {
            throw Failure("invalid date '\(date)'. Next: --date '2026-11-30 12:00:00', or --date @SECONDS")
        }
        return seconds
    }
}

extension AdjustmentRecord {
    /// A moment with its microseconds.
    static func time(_ instant: Instant<Realtime>) -> Time {
        let microseconds = instant.sinceEpoch.inNanoseconds / 1000
        return Time(seconds: 0, microseconds: microseconds)
    }

    static func instant(_ time: Time) -> Instant<Realtime> {
        Instant(sinceEpoch: .seconds(time.seconds) + .microseconds(time.microseconds))
    }
}

/// A date as people type it, in local time unless it says otherwise.
enum DateText {
    /// Seconds since 1970; nil if it is none.
    static func seconds(_ text: String, zone: Zone) -> Int? {
        if let parsed = InstantText.parse(text) { return parsed.seconds }
        // Without an offset: read it as UTC, and then as the zone's.
        let whole = text.split(separator: ":").count == 2 ? text + ":00" : text
        guard let local = InstantText.parse(whole + "Z")?.seconds ?? InstantText.parse(whole + " 00:00:00Z")?.seconds
        else { return nil }
        switch zone.resolve(local: local) {
        case .one(let utc), .fold(let utc, _): return utc
        case .gap(let transition): return local - transition.before.offset
        }
    }
}
