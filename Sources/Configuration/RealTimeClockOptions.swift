internal import Recording
internal import TimeBase
internal import Timekeeping

/// What the daemon is told of the real-time clock, and of what to go by at the start of the machine.
public struct RealTimeClockOptions: Equatable, Sendable {
    /// Where is remembered what was learned of the RTC (`rtcfile`); nil = it is not measured.
    public var file: String?
    /// The main RTC (`rtcdevice`); nil = ``usualDevice``, or the first one where that is not there.
    public var device: String?
    /// RTCs that are watched besides.
    public var watched = WatchedClocks.all
    /// Whether it keeps UTC (`rtconutc`). Without that, and without ``adjustmentFile``, `/etc/adjtime` says so.
    public var keepsUTC = false
    /// hwclock's file, whose third line says whether the RTC keeps UTC (`hwclockfile`).
    public var adjustmentFile: String?
    /// Set the RTC when it is wrong by more than this (`rtcautotrim`); nil = never.
    public var trimThreshold: Duration?
    /// Where the time is saved for the next start (`timefile`); nil = nowhere.
    public var timeFile: String?
    /// Set the clock at the start from what the machine knows (-s).
    public var setsClock = false

    /// Which RTCs besides the main one are compared, and are asked at the start of the machine.
    public enum WatchedClocks: Equatable, Sendable {
        /// Every one of the machine.
        case all
        case named([String])
    }

    /// Debian's first RTC.
    public static let usualDevice = "/dev/rtc0"

    public init() {}

    /// The devices that are meant, the main one first.
    ///
    /// - Parameter present: those that the machine has, `/dev/rtc0` and so on.
    public func devices(present: [String]) -> [String] {
        let main = device ?? (present.contains(Self.usualDevice) ? nil : present.first) ?? Self.usualDevice
        var devices = [main]
        let others =
            switch watched {
            case .all: present
            case .named(let names): names
            }
        for other in others {
            let clock = RealTimeClockFiles.clock(of: other)
            if !devices.contains(where: { RealTimeClockFiles.clock(of: $0) == clock }) { devices.append(other) }
        }
        return devices
    }
}

extension Parser {
    /// `rtcfile` and what goes with it.
    static let realTimeClockHandlers: [String: Handler] = [
        "rtcfile": { (parser, words) throws(Mistake) in
            parser.settings.realTimeClock.file = try words.next("a path").text
        },
        "rtcdevice": { (parser, words) throws(Mistake) in
            var names = [try words.next("a device")]
            while let word = words.optional() { names.append(word) }
            let devices = names.filter { $0.lowercased != "all" }.map(\.text)
            parser.settings.realTimeClock.device = devices.first
            parser.settings.realTimeClock.watched =
                devices.count < names.count ? .all : .named(Array(devices.dropFirst()))
        },
        "rtconutc": { (parser, _) throws(Mistake) in parser.settings.realTimeClock.keepsUTC = true },
        "rtcautotrim": { (parser, words) throws(Mistake) in
            parser.settings.realTimeClock.trimThreshold = try words.seconds(
                "a threshold in seconds", from: .milliseconds(10))
        },
        "hwclockfile": { (parser, words) throws(Mistake) in
            parser.settings.realTimeClock.adjustmentFile = try words.next("a path").text
        },
        "timefile": { (parser, words) throws(Mistake) in
            parser.settings.realTimeClock.timeFile = try words.next("a path").text
            parser.settings.timekeeper.savesTime = true
        },
    ]
}

extension Configuration {
    /// The lines that say it, leaving out what is as it is by default.
    static func realTimeClockLines(_ options: RealTimeClockOptions) -> [String] {
        var lines = Lines()
        if let file = options.file { lines.add("rtcfile \(file)") }
        switch (options.device, options.watched) {
        case (nil, _): break
        case (let device?, .all): lines.add("rtcdevice \(device) all")
        case (let device?, .named(let others)): lines.add("rtcdevice \(([device] + others).joined(separator: " "))")
        }
        if options.keepsUTC { lines.add("rtconutc") }
        if let file = options.adjustmentFile { lines.add("hwclockfile \(file)") }
        if let threshold = options.trimThreshold { lines.add("rtcautotrim \(threshold.decimalSeconds)") }
        if let file = options.timeFile { lines.add("timefile \(file)") }
        return lines.all
    }
}
