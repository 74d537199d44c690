public import Recording
internal import TimeBase

/// How far a real-time clock can be trusted, with the reasons.
public struct RealTimeClockGrade: Equatable, Sendable {
    /// From best to worst.
    public enum Level: String, Sendable, Comparable {
        case excellent, good, fair, poor, unknown, broken

        private var order: Int {
            switch self {
            case .excellent: 0
            case .good: 1
            case .fair: 2
            case .poor: 3
            case .unknown: 4
            case .broken: 5
            }
        }

        public static func < (left: Level, right: Level) -> Bool { left.order < right.order }
    }

    public var level: Level
    /// Sentences without a full stop, the weightiest first.
    public var reasons: [String]

    /// - Parameters:
    ///   - record: what was learned of it; nil where nothing was.
    ///   - battery: what the driver says against it, a sentence; nil if nothing.
    ///   - now: true time, seconds since 1970.
    public init(_ record: RealTimeClockRecord?, chip: RealTimeClockChip, battery: String?, now: Double) {
        guard battery == nil else {
            level = .broken
            reasons = [battery ?? ""]
            return
        }
        guard let record, !record.spans.isEmpty else {
            level = .unknown
            reasons = ["nobody has measured it yet; it is measured while timeballd runs with rtcfile"]
            return
        }
        var reasons: [String] = []
        let observed = record.spans.reduce(0) { $0 + $1.length }
        // What a week alone would cost, by what was seen of it.
        let rates = record.spans.map { ($0.gain / $0.length - record.frequency.ratio).magnitude }
        let scatter = rates.max() ?? 0
        let away = record.gaps.map { ($0.gain / $0.length - record.frequency.ratio).magnitude }.max() ?? 0
        let worst = max(scatter, away, record.frequencyDeviation?.ratio ?? 0)
        let week = worst * 604_800
        var level: Level = week < 0.3 ? .excellent : week < 1.5 ? .good : week < 10 ? .fair : .poor
        reasons.append("by what was seen of it, it is good to \(Self.seconds(week)) after a week alone, once corrected")
        reasons.append("its rate is \(Self.ppm(record.frequency)) from \(Self.hours(observed)) of comparisons")
        if record.losses > 0 {
            level = .poor
            reasons.insert(
                "it had lost its time \(record.losses) times when the machine started: look at its battery", at: 0)
        }
        if !record.gaps.isEmpty {
            reasons.append("it has kept time through \(record.gaps.count) times without power")
        } else if level < .good {
            level = .good
            reasons.append("it has not yet been seen to keep time without power")
        }
        if observed < 86_400, level < .fair {
            level = .fair
            reasons.append("it was watched for less than a day")
        }
        let strangers = record.changes.count { $0.author == .others }
        if strangers > 0 { reasons.append("others set it \(strangers) times: timeball rtc who") }
        if record.isWrittenByKernel {
            reasons.append("the kernel writes it every 11 minutes (rtcsync); that is allowed for")
        }
        self.level = level
        self.reasons = reasons
    }

    private static func seconds(_ value: Double) -> String {
        value < 0.1 ? "\((value * 1e4).rounded() / 10) ms" : "\((value * 100).rounded() / 100) s"
    }

    private static func hours(_ value: Double) -> String {
        value < 172_800 ? "\((value / 360).rounded() / 10) h" : "\((value / 8640).rounded() / 10) days"
    }

    private static func ppm(_ value: Frequency) -> String {
        "\((value.ppm.magnitude * 1000).rounded() / 1000) ppm \(value.ratio < 0 ? "slow" : "fast")"
    }
}
