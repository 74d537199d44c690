import ArgumentParser
import Glibc
import TimeBase
import TimeZones

/// An instant on the command line: RFC 3339, or `@` and epoch seconds.
struct Moment: ExpressibleByArgument {
    /// Since 1970-01-01 00:00:00 UTC.
    var seconds: Int
    /// The offset from UTC that stood with it, in seconds.
    var offset: Int

    init?(argument: String) {
        guard let parsed = InstantText.parse(argument) else { return nil }
        (seconds, offset) = parsed
    }

    /// By this machine's clock.
    static var now: Int { time(nil) }
}

/// How instants are printed.
struct MomentFormat {
    var zone: Zone
    var isEpoch: Bool

    func text(_ seconds: Int) -> String { isEpoch ? "\(seconds)" : zone.rfc3339(seconds) }
}
