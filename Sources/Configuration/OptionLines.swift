internal import Timekeeping

extension Parser {
    /// `local [stratum N] [distance S] [orphan] …`
    mutating func local(_ arguments: inout Arguments) throws(Mistake) {
        var local = LocalReferenceSettings()
        while let option = arguments.optional() {
            switch option.lowercased {
            case "stratum": local.stratum = UInt8(clamping: try arguments.integer("a stratum", in: 1...15))
            case "distance": local.distance = try arguments.seconds()
            case "activate": local.activateDistance = try arguments.seconds()
            case "waitsynced": local.waitSynchronised = try arguments.seconds()
            case "waitunsynced": local.waitUnsynchronised = try arguments.seconds()
            case "orphan": local.orphan = true
            default:
                throw unknown(
                    option, of: "local", ["stratum", "distance", "activate", "waitsynced", "waitunsynced", "orphan"])
            }
        }
        settings.timekeeper.local = local
        if settings.timekeeper.island != nil { warn(arguments.directive, Self.beside) }
    }

    /// `ratelimit [interval N] [burst N] [leak N] [kod N]` and its like, of which some have no `kod`.
    mutating func rateLimit(
        _ arguments: inout Arguments, _ standard: RateLimitSettings, hasKiss: Bool
    ) throws(Mistake) -> RateLimitSettings {
        var limit = standard
        while let option = arguments.optional() {
            switch option.lowercased {
            case "interval":
                let interval = try arguments.integer("an interval (log2 of seconds)", in: -19...12)
                if interval < -4 { warn(arguments.last, "the interval is at least -4, which is used") }
                limit.interval = max(interval, -4)
            case "burst": limit.burst = try arguments.integer("a number of answers", in: 1...255)
            case "leak": limit.leak = try arguments.integer("a rate (log2)", in: 0...4)
            case "kod" where hasKiss: limit.kissInterval = try arguments.integer("a rate (log2)", in: 0...4)
            default:
                throw unknown(
                    option, of: arguments.directive.lowercased,
                    ["interval", "burst", "leak"] + (hasKiss ? ["kod"] : []))
            }
        }
        return limit
    }

    func unknown(_ option: Word, of directive: String, _ known: [String]) -> Mistake {
        let nearest = Nearest.word(to: option.text, among: known)
        return Mistake(
            option,
            "'\(option.text)' is not an option of \(directive)" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    }
}

extension RateLimitSettings {
    /// What `cmdratelimit` alone means: a request each sixteenth of a second.
    static var commands: RateLimitSettings {
        var limit = RateLimitSettings()
        limit.interval = -4
        return limit
    }
}
