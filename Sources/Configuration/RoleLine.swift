internal import Timekeeping

/// What this machine is for the others of its network.
extension Parser {
    static let roleHandlers: [String: Handler] = [
        "role": { (parser, words) throws(Mistake) in try parser.role(&words) }
    ]

    /// Why `local` does nothing there.
    static let beside = "with 'role island' the line 'local' has no effect: the island serves its common time"

    /// `role island [stratum N]`
    private mutating func role(_ words: inout Arguments) throws(Mistake) {
        let role = try words.next("a role: island")
        guard role.lowercased == "island" else {
            throw Mistake(
                role, "'\(role.text)' is no role; there is 'island', for a network that may have no reference")
        }
        var island = IslandSettings()
        while let option = words.optional() {
            guard option.lowercased == "stratum" else { throw unknown(option, of: "role island", ["stratum"]) }
            island.stratum = UInt8(clamping: try words.integer("a stratum", in: IslandSettings.strata))
        }
        settings.timekeeper.island = island
        if settings.timekeeper.local != nil { warn(role, Self.beside) }
    }
}

extension Configuration {
    static func roleLine(_ island: IslandSettings) -> String {
        island.stratum == IslandSettings().stratum ? "role island" : "role island stratum \(island.stratum)"
    }
}
