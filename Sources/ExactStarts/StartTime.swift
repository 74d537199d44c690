public import BoundPage
internal import Scheduling
public import TimeBase
public import TimeZones

/// Why a text is no time to start something at.
public struct StartTimeError: Error, Equatable, Sendable {
    public var sentence: String
}

/// An instant to start something at, as people type it.
public enum StartTime {
    /// Reads RFC 3339, `@` and seconds since 1970 with or without a fraction, `HH:MM[:SS[.fff]]` (the next one on the
    /// wall), `+10s`, or at's own words such as `noon tomorrow`.
    ///
    /// - Parameters:
    ///   - now: true time.
    public static func resolve(
        _ text: String, now: Instant<UTC>, zone: Zone
    ) throws(StartTimeError) -> Instant<UTC> {
        if let exact = InstantText.parseExactly(text) { return Instant(sinceEpoch: exact.sinceEpoch) }
        if text.hasPrefix("+") {
            guard let distance = ExactDuration.parse(String(text.dropFirst())) else {
                throw StartTimeError(sentence: "\(text) is no duration. Next: +10s, +2.5min, +1h")
            }
            return now + distance
        }
        if text.contains(":"), text.utf8.allSatisfy({ $0 >= UInt8(ascii: ".") && $0 <= UInt8(ascii: ":") }) {
            guard let ofDay = timeOfDay(text) else {
                throw StartTimeError(sentence: "\(text) is no time of day. Next: HH:MM, HH:MM:SS or HH:MM:SS.fff")
            }
            return nextOnWall(ofDay, now, zone)
        }
        do throws(AtError) {
            let seconds = try AtTime.resolve(words: text, now: Int(now.sinceEpoch.components.seconds), zone: zone)
            return Instant(sinceEpoch: .seconds(seconds))
        } catch {
            throw StartTimeError(
                sentence: "\(text): \(error.sentence.split(separator: "\n").last.map(String.init) ?? "no time")")
        }
    }

    /// `HH:MM`, `HH:MM:SS`, `HH:MM:SS.fff` since midnight.
    private static func timeOfDay(_ text: String) -> Duration? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, let hour = number(parts[0]), let minute = number(parts[1]),
            hour <= 23, minute <= 59
        else { return nil }
        var seconds = Duration.zero
        if parts.count == 3 {
            guard number(parts[2].prefix { $0 != "." }) != nil, let value = ExactDuration.parse(String(parts[2])),
                value < .seconds(60)
            else { return nil }
            seconds = value
        }
        return .seconds(hour * 3600 + minute * 60) + seconds
    }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.count == 1 || text.utf8.count == 2,
            text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        else { return nil }
        return Int(text)
    }

    private static func nextOnWall(_ ofDay: Duration, _ now: Instant<UTC>, _ zone: Zone) -> Instant<UTC> {
        let seconds = Int(ofDay.components.seconds)
        let fraction = ofDay - .seconds(seconds)
        let local = zone.local(Int(now.sinceEpoch.components.seconds))
        let today = (local >= 0 ? local : local - 86399) / 86400
        for day in today...(today + 2) {
            for instant in instants(local: day * 86400 + seconds, zone) {
                let candidate = Instant<UTC>(sinceEpoch: .seconds(instant) + fraction)
                if candidate > now { return candidate }
            }
        }
        // Not reached: two days hold every time of day.
        return now + .seconds(86400)
    }

    /// A time that is shown twice has two; one that the clocks skip is moved forward by what they skip.
    private static func instants(local: Int, _ zone: Zone) -> [Int] {
        switch zone.resolve(local: local) {
        case .one(let instant): [instant]
        case .fold(let first, let last): [first, last]
        case .gap(let transition): [local - transition.before.offset]
        }
    }
}
