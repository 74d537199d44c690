public import AtomicTime
internal import TimeZones

/// Where leap seconds are read from.
public enum LeapSecondFile: Hashable, Sendable {
    /// A time zone that counts them (`leapsectz`): its name, or its path.
    case zone(String)
    /// A leap-seconds.list (`leapseclist`).
    case list(String)

    /// Why a file says nothing of leap seconds: one sentence.
    public struct Failure: Error, Hashable, Sendable {
        public var sentence: String
    }

    private static let zones = "/usr/share/zoneinfo/"

    /// Where the file is. `right/UTC` and `UTC/right` are the same zone.
    public var path: String {
        switch self {
        case .list(let path): return path
        case .zone(let name):
            if name.hasPrefix("/") { return name }
            return Self.zones + (name.hasSuffix("/right") ? "right/" + name.dropLast(6) : name)
        }
    }

    /// What to do if it is not there, or not what it should be.
    public var advice: String {
        switch self {
        case .list:
            "Leap seconds are known only from what the sources announce. leapseclist wants a leap-seconds.list, such as "
                + "/usr/share/zoneinfo/leap-seconds.list of the package tzdata."
        case .zone:
            "Leap seconds are known only from what the sources announce. Zones of right/ come with the package tzdata, "
                + "or since Debian 13 with tzdata-legacy; or use leapseclist."
        }
    }

    /// Reads the file's octets.
    public func history(_ octets: [UInt8]) -> Result<LeapHistory, Failure> {
        switch self {
        case .list(let path):
            do throws(LeapTableError) {
                return .success(try LeapSecondsList.history(String(decoding: octets, as: UTF8.self), origin: path))
            } catch {
                return .failure(Failure(sentence: error.sentence))
            }
        case .zone(let name):
            do throws(ZoneError) {
                let leaps = try ZoneLeapSeconds(file: octets)
                do throws(LeapTableError) {
                    return .success(try LeapHistory(zone: leaps, origin: name))
                } catch {
                    return .failure(Failure(sentence: error.sentence))
                }
            } catch {
                return .failure(Failure(sentence: error.sentence))
            }
        }
    }
}
