/// What a machine says about its time zone in files, and what is wrong with that.
public struct ZoneSetup: Hashable, Sendable {
    /// What /etc/localtime is.
    public enum LocalTime: Hashable, Sendable {
        case missing
        /// A symbolic link, to this path.
        case link(String)
        /// A file of its own.
        case file
    }

    public var localTime: LocalTime
    /// Why /etc/localtime is no usable zone; nil if it is.
    public var zoneError: ZoneError?
    /// The first word of /etc/timezone; nil if there is no such file.
    public var name: String?
    /// Whether /etc/localtime's octets are those of the zone that /etc/timezone names; nil if that cannot be told.
    public var isSame: Bool?
    /// `2025b`; nil if not known.
    public var version: String?
    /// When tzdata's files were made, POSIX seconds.
    public var made: Int?
    /// Until when tzdata's list of leap seconds is good, POSIX seconds.
    public var leapListExpires: Int?
    /// Whether /etc/adjtime says that the RTC keeps local time; nil if it says nothing.
    public var isRTCLocal: Bool?

    public init(localTime: LocalTime) {
        self.localTime = localTime
    }

    /// The zone's name in a link such as /usr/share/zoneinfo/Europe/Vienna.
    public static func name(in link: String) -> String? {
        let parts = link.split(separator: "/", omittingEmptySubsequences: true)
        guard let place = parts.lastIndex(of: "zoneinfo"), place + 1 < parts.count else { return nil }
        return parts[(place + 1)...].joined(separator: "/")
    }

    /// One thing that is wrong, with what to do.
    public struct Finding: Hashable, Sendable {
        public var code: String
        public var sentence: String
        public var next: String
    }

    /// tzdata that is older is likely to lack a change somewhere: there are some three a year.
    static let oldAge = 540 * 86400

    /// What is wrong, the worst first.
    ///
    /// - Parameter now: POSIX seconds.
    public func findings(at now: Int) -> [Finding] {
        var found: [Finding] = []
        func add(_ code: String, _ sentence: String, _ next: String) {
            found.append(Finding(code: code, sentence: sentence, next: next))
        }
        let set = "timeball tz set ZONE"
        switch localTime {
        case .missing: add("localtime-missing", "There is no /etc/localtime: clocks show UTC.", set)
        case .link(let path):
            if zoneError == .countsLeapSeconds {
                add(
                    "right",
                    "/etc/localtime is a zone of right/ (\(path)): on a clock that shows UTC, local time is 27 s slow.",
                    set)
            } else if let zoneError {
                add("localtime-broken", "/etc/localtime leads to \(path): \(zoneError.sentence)", set)
            }
        case .file:
            if zoneError == .countsLeapSeconds {
                add("right", "/etc/localtime counts leap seconds: on a clock that shows UTC, it is 27 s slow.", set)
            } else if let zoneError {
                add("localtime-broken", "/etc/localtime: \(zoneError.sentence)", set)
            }
        }
        if case .link(let path) = localTime, let linked = Self.name(in: path), let name, linked != name, isSame != true
        {
            add("mismatch", "/etc/localtime is \(linked), but /etc/timezone says \(name): programs disagree.", set)
        } else if case .file = localTime, let name, isSame == false {
            add(
                "mismatch",
                "/etc/localtime is a file that differs from \(name), which /etc/timezone names: perhaps an old copy.",
                "timeball tz set \(name)")
        }
        if isRTCLocal == true {
            add(
                "rtc-local",
                "The RTC keeps local time (/etc/adjtime): it is an hour off after each change of the clocks, and nobody "
                    + "can tell the hour that comes twice.",
                "timedatectl set-local-rtc 0, unless another system needs it")
        }
        if let made, now - made > Self.oldAge {
            add(
                "tzdata-old",
                "tzdata \(version ?? "of this machine") was made \((now - made) / 86400) days ago: rules have changed since.",
                "apt-get install tzdata")
        }
        if let leapListExpires, now >= leapListExpires {
            add(
                "leap-list-expired",
                "tzdata's list of leap seconds has expired \((now - leapListExpires) / 86400) days ago.",
                "apt-get install tzdata")
        }
        return found
    }
}
