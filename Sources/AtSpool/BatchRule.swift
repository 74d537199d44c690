/// When a job of batch may start: it is due, the machine has little to do, and the last one was not started just now.
public struct BatchRule: Hashable, Sendable {
    /// Jobs start only while fewer than this many tasks ran or waited to run, on average over the last minute.
    public var loadLimit: Double
    /// The share of the last ten seconds in which some task waited for a processor, 0...1, at which jobs are kept waiting.
    public var pressureLimit: Double
    /// The least time between two starts, in seconds.
    public var gap: Int

    /// As atd has it: a load of 1.5, a minute between two jobs.
    public init(loadLimit: Double = 1.5, pressureLimit: Double = 0.4, gap: Int = 60) {
        self.loadLimit = loadLimit
        self.pressureLimit = pressureLimit
        self.gap = gap
    }

    /// What keeps jobs waiting.
    public enum Wait: Hashable, Sendable {
        case load(Double)
        case pressure(Double)
        /// So many seconds are missing.
        case gap(Int)
        /// The kernel does not say how much there is to do.
        case unknown

        public var sentence: String {
            switch self {
            case .load(let load): "waits: the load average is \(Self.rounded(load))"
            case .pressure(let share):
                "waits: tasks waited for a processor in \(Self.rounded(share * 100)) % of the time"
            case .gap(let seconds): "waits \(seconds) s more after the last batch job"
            case .unknown: "waits: the load average cannot be read"
            }
        }

        private static func rounded(_ value: Double) -> String {
            guard value.isFinite, value.magnitude < 1e9 else { return "-" }
            let hundredths = Int((value * 100).rounded())
            let rest = abs(hundredths % 100)
            return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
        }
    }

    /// - Parameters:
    ///   - load: the load average over a minute; nil is not known.
    ///   - pressure: ``pressureLimit``'s measure; nil where the kernel does not tell.
    ///   - sinceLast: seconds since a batch job was started, on a clock that nobody steps; nil is never.
    /// - Returns: what they wait for; nil if the next may start.
    public func wait(load: Double?, pressure: Double?, sinceLast: Int?) -> Wait? {
        if let sinceLast, sinceLast < gap { return .gap(gap - max(0, sinceLast)) }
        guard let load, load.isFinite else { return .unknown }
        if load >= loadLimit { return .load(load) }
        if let pressure, pressure >= pressureLimit { return .pressure(pressure) }
        return nil
    }

    /// The first number of /proc/loadavg.
    public static func load(_ text: [UInt8]) -> Double? {
        text.split(separator: 0x20).first.flatMap { Double(String(decoding: $0, as: UTF8.self)) }
            .flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }

    /// The share of the last ten seconds from /proc/pressure/cpu, whose first line is `some avg10=1.23 …` in percent.
    public static func pressure(_ text: [UInt8]) -> Double? {
        let words = text.prefix { $0 != UInt8(ascii: "\n") }.split(separator: 0x20)
        guard words.count > 1, words[0].elementsEqual("some".utf8), words[1].starts(with: "avg10=".utf8) else {
            return nil
        }
        return Double(String(decoding: words[1].dropFirst(6), as: UTF8.self))
            .flatMap { $0.isFinite && $0 >= 0 ? $0 / 100 : nil }
    }
}
