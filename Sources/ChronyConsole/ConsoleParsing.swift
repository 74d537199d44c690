internal import Addresses
internal import Control
internal import NTPWire
internal import Rendering
internal import TimeBase

extension ConsoleCommand {
    /// Reads a line; nil for an empty one or a comment.
    static func read(_ line: String) throws(ConsoleMistake) -> ConsoleCommand? {
        guard var words = ConsoleWords(line) else { return nil }
        let command = try command(&words)
        try words.end()
        return command
    }

    private static func command(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand {
        if let command = try report(&words) { return command }
        if let command = try sourceChange(&words) { return command }
        if let command = try daemonChange(&words) { return command }
        if let command = try client(&words) { return command }
        let nearest = ConsoleManual.nearest(to: words.command)
        throw ConsoleMistake(
            sentence: "Unrecognized command: '\(words.command)'"
                + (nearest.map { "; did you mean '\($0)'?" } ?? ". Next: help"))
    }

    // MARK: Reading

    private static func report(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand? {
        switch words.command {
        case "tracking": return .tracking
        case "activity": return .activity
        case "serverstats": return .serverStatistics
        case "smoothing": return .smoothing
        case "rtcdata": return .rtc
        case "sources": return .sources(try table(&words))
        case "sourcestats": return .statistics(try table(&words))
        case "selectdata": return .selection(try table(&words))
        case "authdata": return .authentication(try table(&words))
        case "ntpdata": return .packets(words.isAtEnd ? nil : try words.source())
        case "sourcename": return .sourceName(try words.source())
        case "accheck": return .checkAccess(.time, try words.next("an address"))
        case "cmdaccheck": return .checkAccess(.control, try words.next("an address"))
        case "clients": return try clients(&words)
        case "waitsync":
            let tries: Int = words.isAtEnd ? 0 : try words.whole("the number of tries", in: 0...1_000_000_000)
            let correction = words.isAtEnd ? 0 : try words.number("the largest correction in seconds", least: 0)
            let skew = words.isAtEnd ? 0 : try words.number("the largest skew in ppm", least: 0)
            let interval = words.isAtEnd ? 10 : try words.number("the interval in seconds", least: 0.1, most: 1e9)
            return .waitUntilSynchronised(tries: tries, correction: correction, skew: skew, interval: interval)
        default: return nil
        }
    }

    private static func table(_ words: inout ConsoleWords) throws(ConsoleMistake) -> TableOptions {
        var options: TableOptions = []
        while let word = words.optional() {
            switch word {
            case "-a": options.insert(.all)
            case "-v": options.insert(.verbose)
            default: throw words.invalid("'\(word)' is neither -a nor -v")
            }
        }
        return options
    }

    private static func clients(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand {
        var (hits, keyExchange, reset): (UInt32, Bool, Bool) = (0, false, false)
        while let word = words.optional() {
            switch word {
            case "-k": keyExchange = true
            case "-r": reset = true
            case "-p": hits = try words.whole("the least number of packets")
            default: throw words.invalid("'\(word)' is none of -p, -k, -r")
            }
        }
        return .clients(minimumHits: hits, keyExchange: keyExchange, reset: reset)
    }

    // MARK: Sources

    private static func sourceChange(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand? {
        switch words.command {
        case "online": return .online(try words.selector())
        case "offline": return .offline(try words.selector())
        case "onoffline": return .plain(.onOffline)
        case "burst": return try burst(&words)
        case "maxdelay":
            return .modify(try words.source(), .maximumDelay(try words.seconds("the delay in seconds", least: 0)))
        case "maxdelayratio":
            return .modify(try words.source(), .maximumDelayRatio(try words.number("the ratio", least: 0)))
        case "maxdelaydevratio":
            return .modify(try words.source(), .maximumDelayDeviationRatio(try words.number("the ratio", least: 0)))
        case "minpoll": return .modify(try words.source(), .minimumPoll(try words.whole("the poll interval")))
        case "maxpoll": return .modify(try words.source(), .maximumPoll(try words.whole("the poll interval")))
        case "minstratum": return .modify(try words.source(), .minimumStratum(try words.whole("the stratum")))
        case "polltarget": return .modify(try words.source(), .pollTarget(try words.whole("the number of samples")))
        case "selectopts": return try selectOptions(&words)
        case "offset":
            return .offset(
                try words.source("an address or a reference identifier"), try words.seconds("the offset in seconds"))
        case "add": return try add(&words)
        case "delete": return .delete(try words.source())
        case "refresh": return .plain(.refresh)
        case "reload":
            guard words.take("sources") else { throw words.invalid("it is 'reload sources'") }
            return .plain(.reloadSources)
        case "reset":
            guard words.take("sources") else { throw words.invalid("it is 'reset sources'") }
            return .plain(.resetSources)
        case "reselect": return .plain(.reselect)
        case "reselectdist":
            return .plain(.reselectDistance(try words.seconds("the distance in seconds", least: 0)))
        default: return nil
        }
    }

    private static func burst(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand {
        let word = try words.next("GOOD/MAX")
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let good = Int32(parts[0]), let total = Int32(parts[1]), good >= 1, total >= good
        else { throw words.invalid("'\(word)' is not GOOD/MAX, of which MAX is the larger, such as 4/8") }
        return .burst(good: good, total: total, try words.selector())
    }

    private static func selectOptions(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand {
        let known: [String: SelectOptions] = [
            "noselect": .noselect, "prefer": .prefer, "trust": .trust, "require": .require,
        ]
        let source = try words.source("an address or a reference identifier")
        var (mask, options): (SelectOptions, SelectOptions) = ([], [])
        for word in words.takeAll() {
            guard let option = known[String(word.dropFirst())], let sign = word.first, sign == "+" || sign == "-"
            else { throw words.invalid("'\(word)' is none of +noselect, -noselect, and alike prefer, trust, require") }
            mask.insert(option)
            if sign == "+" { options.insert(option) } else { options.remove(option) }
        }
        guard mask != [] else { throw words.invalid("an option is missing, such as +prefer") }
        return .selectOptions(source, mask: mask, options: options)
    }

    private static func add(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand {
        let kind = try words.next("server, pool or peer")
        let name = try words.next("a name or an address")
        switch SourceWords.parse(kind: kind, name: name, options: words.takeAll()) {
        case .success(let source): return .plain(.addSource(source))
        case .failure(let problem):
            throw ConsoleMistake(sentence: "Invalid syntax for add command: \(problem.sentence)")
        }
    }

    // MARK: The console itself

    private static func client(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand? {
        switch words.command {
        case "dns":
            switch words.optional() {
            case "-n": return .names(.addresses)
            case "+n": return .names(.resolved)
            case "-N": return .names(.original)
            case "+N": return .names(.resolved)
            case "-4": return .family(.ipv4)
            case "-6": return .family(.ipv6)
            case "-46": return .family(nil)
            default:
                throw ConsoleMistake(sentence: "Unrecognized dns command. Next: dns -n, +n, -N, -4, -6 or -46")
            }
        case "timeout":
            let milliseconds: Int = try words.whole("a time in milliseconds")
            guard milliseconds >= 100 else {
                throw ConsoleMistake(sentence: "Timeout \(milliseconds) is too short. Next: timeout 100, or more")
            }
            return .timeout(milliseconds: min(milliseconds, 3_600_000))
        case "retries":
            let retries: Int = try words.whole("a number")
            guard (0...9).contains(retries) else {
                throw ConsoleMistake(sentence: "Invalid maximum number of retries: it is 0 to 9.")
            }
            return .retries(retries)
        case "keygen": return try keygen(&words)
        case "help": return .help
        case "exit", "quit": return .quit
        case "authhash", "password":
            _ = words.takeAll()
            return .leftover
        default: return nil
        }
    }

    private static func keygen(_ words: inout ConsoleWords) throws(ConsoleMistake) -> ConsoleCommand {
        let number: UInt32 = words.isAtEnd ? 1 : try words.whole("the key's number", in: 1...UInt32.max)
        let name = words.optional() ?? "SHA1"
        let bits: Int = words.isAtEnd ? 160 : try words.whole("the number of bits", in: 80...4096)
        guard let algorithm = KeyAlgorithm(name: name) else {
            throw ConsoleMistake(
                sentence: "Unknown hash function or cipher \(name). Next: one of "
                    + KeyAlgorithm.allCases.map(\.name).joined(separator: ", "))
        }
        return .newKey(number, algorithm, bits: bits)
    }
}
