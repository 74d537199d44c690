import AtomicTime
import Glibc
import Rendering
import TimeBase

/// The tables of leap seconds that this machine has.
enum LeapTables {
    static let listPath = "/usr/share/zoneinfo/leap-seconds.list"

    /// The one that is good for longest: tzdata's list or the one that is built in; or the one that is named.
    ///
    /// - Parameter path: a leap-seconds.list, or a leapsecs.dat, which is one if its name ends in `.dat`.
    static func best(_ path: String?) throws(ToolError) -> LeapHistory {
        if let path { return try read(path) }
        guard let list = try? read(listPath), let good = list.expires, good > (LeapHistory.builtIn.expires ?? 0) else {
            return .builtIn
        }
        return list
    }

    static func read(_ path: String) throws(ToolError) -> LeapHistory {
        guard let octets = InputFile.octets(path, most: 1 << 20) else {
            throw .cannotTell("\(path) cannot be read: \(unsafe String(cString: strerror(errno))).")
        }
        do throws(LeapTableError) {
            guard path.hasSuffix(".dat") else {
                return try LeapSecondsList.history(String(decoding: octets, as: UTF8.self), origin: path)
            }
            guard let history = try LeapSecondsData.history(octets, origin: path) else {
                throw LeapTableError.badLength(0)
            }
            return history
        } catch {
            throw .cannotTell("\(path): \(error.sentence) Next: without --leapfile the built-in table is used")
        }
    }

    /// What to say where a table does not cover a moment.
    static func warning(_ certainty: LeapCertainty, _ history: LeapHistory) -> String? {
        switch certainty {
        case .known: nil
        case .expired:
            "leap seconds are known until \(day(history.expires)) only (\(history.origin)): TAI may be off by a second"
        case .beforeLeapSeconds: "before 1972 UTC had no whole leap seconds: TAI is taken as 10 s ahead"
        }
    }

    /// `2027-06-28`
    static func day(_ posix: Int?) -> String {
        posix.map { CivilDate(Instant(sinceEpoch: .seconds($0))).dateText } ?? "an unknown day"
    }
}
