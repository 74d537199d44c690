import AtomicTime
import Clockspeed
import Engine
import Glibc
import Linux
import Rendering
import Scheduling
import TimeBase
import Timekeeping

/// clockspeed(1): the daemon that keeps the clock at the rate that its measurements show.
enum ClockspeedProgram {
    static let usualHome = "/usr/local/clockspeed"
    private static let usage =
        "clockspeed [--home directory] [--dry-run] [--measure ntp:host|tai:host] [--target 10ms] [--uncertainty 1ms] "
        + "[--right] [--leapfile file]"
    private static let known =
        ClockOptions.known + [
            OptionSpecification(long: "home", value: .required), OptionSpecification(long: "dry-run", short: "n"),
            OptionSpecification(long: "measure", value: .required),
            OptionSpecification(long: "target", value: .required),
            OptionSpecification(long: "uncertainty", value: .required),
        ]

    static func run(_ arguments: [String]) -> Int32 {
        ClockFailure.caught("clockspeed") { () throws(ClockFailure) in
            let (options, read) = try ClockOptions.read(arguments, known, usage)
            guard read.operands.isEmpty else { throw .usage(usage) }
            var settings = ClockspeedSettings()
            var home = usualHome
            var measurement: OffsetMeasurement?
            for (name, value) in read.options {
                switch name {
                case "home": home = value ?? home
                case "dry-run": settings.steers = false
                case "measure": measurement = try server(value ?? "", options.clock)
                case "target": settings.target = try duration(value ?? "")
                case "uncertainty": settings.deviation = try duration(value ?? "").inSeconds
                default: break
                }
            }
            settings.measures = measurement != nil
            // As the old program ends where it has no home.
            guard unsafe chdir(home) == 0 else {
                throw ClockFailure(words: "fatal: unable to change to \(home): \(errorText(errno))", code: 1)
            }
            umask(0o033)
            _ = unsafe mkdir("etc", 0o755)
            try live(settings, measurement)
        }
    }

    private static func live(
        _ given: ClockspeedSettings, _ measurement: OffsetMeasurement?
    ) throws(ClockFailure) {
        var settings = given
        Interruption.watch()
        signal(SIGPIPE, SIG_IGN)
        let boot = InputFile.octets("/proc/sys/kernel/random/boot_id", most: 64)
            .map { String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace } }
        var kernel = KernelClock()
        let rate: KernelRate
        let counter: Duration
        do throws(Linux.SystemError) {
            let found = try kernel.settings()
            rate = KernelRate(tick: found.tick, scaledFrequency: found.scaledFrequency)
            if settings.steers { try kernel.stopOtherCorrections() }
            counter = try ClockPair.read(.raw).other
        } catch {
            guard error.number != EPERM else {
                throw .fatal("the clock cannot be steered: \(error.text). Next: as root, or with --dry-run")
            }
            throw .fatal("the clock cannot be read", error.number)
        }
        if let interval = text(ClockspeedHost.intervalFile).flatMap({ Int($0.filter { !$0.isWhitespace }) }),
            (1...100_000_000).contains(interval)
        {
            settings.interval = .seconds(interval)
        }
        let history = (text(ClockspeedHost.marksFile) ?? "").split(separator: "\n").suffix(500)
            .compactMap { ClockMark(line: $0) }
        let saved = InputFile.octets(ClockspeedHost.rateFile, most: 4096)
        let known = saved.flatMap { TickRate.frequency($0) }
        if saved != nil, known == nil {
            Output.complain(
                "clockspeed: warning: \(ClockspeedHost.rateFile) holds no rate of this machine's counter; it is learned anew"
            )
        }
        var engine = ClockspeedEngine(
            at: kernel.read(), rate: rate, counter: counter, boot: boot ?? "unknown", history: history, known: known,
            settings: settings)
        var host = ClockspeedHost(measurement: measurement, boot: boot ?? "unknown") {
            Output.complain("clockspeed: \($0)")
        }
        keep(&engine, on: &host)
    }

    private static func server(_ text: String, _ clock: LabelClock) throws(ClockFailure) -> OffsetMeasurement {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] == "ntp" || parts[0] == "tai" else {
            throw .usage("\(usage)  (\(text) is neither ntp:host nor tai:host)")
        }
        let way = parts[0] == "ntp" ? OffsetMeasurement.Way.network : .atomic
        var host = String(parts[1])
        var port = way == .network ? 123 : TaiclockPacket.port
        // A port may stand behind a #, as IPv6 addresses are full of colons.
        if let mark = host.lastIndex(of: "#"), let number = UInt16(host[host.index(after: mark)...]) {
            port = number
            host = String(host[..<mark])
        }
        return OffsetMeasurement(way: way, host: host, port: port, clock: clock) {
            Output.complain("clockspeed: warning: \($0)")
        }
    }

    private static func duration(_ text: String) throws(ClockFailure) -> Duration {
        guard let duration = DurationText.parse(text), duration > .zero else {
            throw .usage("\(usage)  (\(text) is no duration such as 10ms)")
        }
        return duration
    }

    private static func text(_ path: String) -> String? {
        InputFile.octets(path, most: 64 << 20).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The loop under a name that no method here has.
private func keep(_ engine: inout ClockspeedEngine, on host: inout ClockspeedHost) {
    run(&engine, on: &host)
}
