internal import Addresses
internal import Control
internal import TimeBase

/// Commands about the clock, about serving, and about the daemon as a whole.
extension ConsoleCommand {
    static func daemonChange(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand? {
        switch words.command {
        case "makestep":
            if words.isAtEnd { return .plain(.makeStep) }
            let threshold = try words.seconds("the threshold in seconds", least: 0)
            return .plain(.modifyMakeStep(threshold: threshold, limit: try words.whole("the number of updates")))
        case "maxupdateskew":
            return .plain(.modifyMaximumUpdateSkew(Frequency(ppm: try words.number("the skew in ppm", least: 0))))
        case "dfreq": return .plain(.changeFrequency(Frequency(ppm: try words.number("the frequency in ppm"))))
        case "doffset": return .plain(.changeOffset(try words.seconds("the offset in seconds")))
        case "manual": return try manual(&words)
        case "settime": return .setTime(try TypedDate.read(words.takeAll().joined(separator: " ")))
        case "allow", "deny", "cmdallow", "cmddeny": return try access(&words)
        case "local": return .local(try local(&words))
        case "smoothtime":
            if words.take("reset") { return .plain(.smoothTime(.reset)) }
            if words.take("activate") { return .plain(.smoothTime(.activate)) }
            throw words.invalid("it is 'smoothtime reset' or 'smoothtime activate'")
        case "trimrtc": return .plain(.trimRTC)
        case "writertc": return .plain(.writeRTC)
        case "cyclelogs": return .plain(.cycleLogs)
        case "dump": return .plain(.dump)
        case "rekey": return .plain(.rekey)
        case "shutdown": return .plain(.shutdown)
        default: return nil
        }
    }

    private static func manual(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand {
        switch words.optional() {
        case "on": return .plain(.manual(.on))
        case "off": return .plain(.manual(.off))
        case "reset": return .plain(.manual(.reset))
        case "list": return .manualList
        case "delete":
            guard let word = words.optional(), let index = Int32(word) else {
                throw ConsoleMistake(sentence: "Bad syntax for manual delete command: the entry's number is missing.")
            }
            return .plain(.manualDelete(index: index))
        default: throw words.invalid("it is 'manual on', 'off', 'reset', 'list' or 'delete N'")
        }
    }

    /// `allow [all] [SUBNET]` and its like.
    private static func access(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand {
        let allowed = words.command.hasSuffix("allow")
        let subject: AccessSubject = words.command.hasPrefix("cmd") ? .control : .time
        let all = words.take("all")
        guard let word = words.optional() else {
            return .plain(.access(subject, .unspecified, bits: 0, allowed: allowed, all: all))
        }
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let (address, given) = shortened(parts[0]) else {
            throw ConsoleMistake(sentence: "Could not read address '\(word)'. Next: such as 192.0.2.0/24 or 10/8")
        }
        guard parts.count == 2 else {
            return .plain(.access(subject, .ip(address), bits: given, allowed: allowed, all: all))
        }
        guard let bits = Int32(parts[1]) else {
            throw ConsoleMistake(sentence: "Could not read address '\(word)': after '/' stands a number of bits.")
        }
        return .plain(.access(subject, .ip(address), bits: bits, allowed: allowed, all: all))
    }

    /// An address, or the first numbers of an IPv4 address, and how many bits were given.
    private static func shortened(_ text: String) -> (IPAddress, Int32)? {
        if text.contains(":") { return IPAddress(text).map { ($0, 128) } }
        let given = text.split(separator: ".", omittingEmptySubsequences: false).count
        guard (1...4).contains(given) else { return nil }
        return IPAddress(text + String(repeating: ".0", count: 4 - given)).map { ($0, Int32(given * 8)) }
    }

    private static func local(_ words: inout ConsoleWords) throws(ConsoleMistake) -> LocalReference? {
        if words.take("off") { return nil }
        var local = LocalReference()
        while let word = words.optional() {
            switch word {
            case "stratum": local.stratum = try words.whole("a stratum", in: 1...15)
            case "distance": local.distance = try words.seconds("a distance in seconds", least: 0)
            case "activate": local.activate = try words.seconds("a distance in seconds", least: 0)
            case "waitsynced": local.waitSynchronised = try words.seconds("a time in seconds", least: 0)
            case "waitunsynced": local.waitUnsynchronised = try words.seconds("a time in seconds", least: 0)
            case "orphan": local.orphan = true
            default: throw words.invalid("'\(word)' is not an option of local")
            }
        }
        return local
    }
}
