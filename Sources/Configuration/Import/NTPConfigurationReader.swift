/// Reads ntp.conf(5), of ntp.org's ntpd and of NTPsec's.
struct NTPConfigurationReader {
    private let files: FileReader
    private var translations: [Translation] = []
    /// What `fudge` says of reference clocks, which may stand before or after them.
    private var fudges: [String: [String]] = [:]
    private var depth = 0

    static func read(_ octets: [UInt8], _ file: String, _ files: FileReader) -> [Translation] {
        var reader = NTPConfigurationReader(files: files)
        reader.collectFudges(octets)
        reader.read(octets, file)
        // What ntpd does unasked.
        var ways = Translation(
            file: file, line: 0,
            text: "(ntpd steps the clock if it is wrong by more than 0.128 s, and lets the kernel set the RTC)")
        ways.directives = ["makestep 0.128 -1", "rtcsync"]
        let steps = reader.translations.flatMap(\.directives).contains { $0.hasPrefix("makestep") }
        if steps { ways.directives.removeFirst() }
        return reader.translations + [ways]
    }

    private init(files: FileReader) {
        self.files = files
    }

    private mutating func collectFudges(_ octets: [UInt8]) {
        for line in Line.split(octets) {
            let words = Self.words(line)
            guard words.first?.lowercased() == "fudge", words.count > 2 else { continue }
            fudges[words[1], default: []] += words.dropFirst(2)
        }
    }

    /// A comment begins with `#` anywhere in a line.
    private static func words(_ line: ArraySlice<UInt8>) -> [String] {
        Line.words(line.prefix { $0 != UInt8(ascii: "#") }).map(\.text)
    }

    private mutating func read(_ octets: [UInt8], _ file: String) {
        for (index, octets) in Line.split(octets).enumerated() {
            let words = Self.words(octets)
            guard let word = words.first else { continue }
            var line = Translation(file: file, line: index + 1, text: Line.text(octets).trimmed)
            translate(word.lowercased(), Array(words.dropFirst()), &line)
            translations.append(line)
            if word.lowercased() == "includefile", let path = words.dropFirst().first, depth < 5,
                case .success(let inner) = files.read(path)
            {
                depth += 1
                collectFudges(inner)
                read(inner, path)
                depth -= 1
            }
        }
    }

    // MARK: Lines

    private func translate(_ word: String, _ arguments: [String], _ line: inout Translation) {
        switch word {
        case "server", "pool", "peer": source(word, arguments, &line)
        case "refclock": NTPReferenceClock(named: arguments).translate(&line)
        case "fudge": Translation.used(reason: "as options of the reference clock")(&line)
        case "driftfile":
            Translation.used(
                "driftfile /var/lib/timeball/drift",
                reason: "ntpd's own file has another format, so the frequency is learned anew, which takes minutes")(
                    &line)
        case "leapfile": oneArgument("leapseclist", arguments, &line)
        case "keys":
            oneArgument("keyfile", arguments, &line)
            line.reason = "its lines are read as they are; a key type M is written MD5 here"
        case "restrict": restrict(arguments, &line)
        case "broadcast": broadcast(arguments, &line)
        case "tos": tos(arguments, &line)
        case "tinker": tinker(arguments, &line)
        case "statistics": statistics(arguments, &line)
        case "statsdir": oneArgument("logdir", arguments, &line)
        case "interface", "nic": interface(arguments, &line)
        case "includefile": Translation.used(reason: "its lines follow")(&line)
        case "broadcastclient", "manycastclient", "manycastserver", "multicastclient":
            Translation.unsupported(
                "time that is sent unasked is not believed", next: "name servers that can be asked (server, pool)")(
                    &line)
        case "crypto", "autokey", "trustedkey", "requestkey", "controlkey":
            if word == "crypto" || word == "autokey" {
                Translation.unsupported("Autokey is not secure and not done", next: "use keys (keyfile), or NTS")(&line)
            } else {
                Translation.noEffect("every key of the key file may be used; control needs none")(&line)
            }
        case "nts":
            Translation.unsupported("there is no NTS in this version", next: "use keys (keyfile)")(&line)
        case "disable", "enable", "filegen", "logconfig", "logfile", "discard", "mru", "rlimit", "setvar", "phone",
            "reset", "ttl", "trap", "monitor", "pidfile", "dscp", "unpeer", "unrestrict", "logfacility",
            "saveconfigdir":
            Translation.noEffect("it is about ntpd itself, or a way of its own")(&line)
        default:
            Translation.unsupported("'\(word)' is not known", next: "correct the line, or leave it out")(&line)
        }
    }

    private func oneArgument(_ directive: String, _ arguments: [String], _ line: inout Translation) {
        guard let first = arguments.first else {
            return Translation.unsupported("an argument is missing", next: "correct the line, or leave it out")(&line)
        }
        line.directives = ["\(directive) \(first.unquoted)"]
    }

    private func source(_ word: String, _ arguments: [String], _ line: inout Translation) {
        // `-4` and `-6` before the name.
        var arguments = arguments[...]
        var options: [String] = []
        while let first = arguments.first, first.hasPrefix("-") {
            if first == "-4" { options.append("ipv4") }
            if first == "-6" { options.append("ipv6") }
            arguments.removeFirst()
        }
        guard let name = arguments.popFirst() else {
            return Translation.unsupported("a name is missing", next: "correct the line, or leave it out")(&line)
        }
        if name.hasPrefix("127.127.") {
            return NTPReferenceClock(address: name, arguments, fudges[name] ?? []).translate(&line)
        }
        var dropped: [String] = []
        while let option = arguments.popFirst()?.lowercased() {
            switch option {
            case "iburst", "burst", "prefer", "noselect", "xleave", "nts": options.append(option)
            case "true": options.append("trust")
            case "key", "minpoll", "maxpoll", "version":
                if let value = arguments.popFirst() { options.append("\(option) \(value)") }
            case "mode", "ttl", "subtype", "ident", "bias":
                dropped.append(option)
                _ = arguments.popFirst()
            default: dropped.append(option)
            }
        }
        line.directives = [([word, name] + options).joined(separator: " ")]
        if !dropped.isEmpty { line.reason = "without \(dropped.joined(separator: ", ")), which says nothing here" }
    }

    /// ntpd serves everybody unless a line forbids it; here nobody is served unless a line allows it.
    private func restrict(_ arguments: [String], _ line: inout Translation) {
        var words = arguments[...]
        var family: String?
        while let first = words.first, first == "-4" || first == "-6" {
            family = first
            words.removeFirst()
        }
        guard let who = words.popFirst()?.lowercased() else {
            return Translation.unsupported("an address is missing", next: "correct the line, or leave it out")(&line)
        }
        var bits = ""
        if words.first?.lowercased() == "mask" {
            words.removeFirst()
            guard let mask = words.popFirst(), let count = Self.bits(mask) else {
                return Translation.unsupported("the mask is none", next: "correct the line, or leave it out")(&line)
            }
            bits = "/\(count)"
        }
        let flags = Set(words.map { $0.lowercased() })
        let isServed = flags.isDisjoint(with: ["ignore", "noserve"])
        switch who {
        case "source": return Translation.same("nobody else is told anything but the time")(&line)
        case "127.0.0.1", "::1": return Translation.same("this host may always ask about the daemon")(&line)
        case "default":
            let subnets = family == nil ? ["0/0", "::/0"] : family == "-4" ? ["0/0"] : ["::/0"]
            line.directives = isServed ? subnets.map { "allow \($0)" } : []
            if !isServed { Translation.same("nobody is served unless a line allows it")(&line) }
        default: line.directives = ["\(isServed ? "allow" : "deny") \(who)\(bits)"]
        }
        if flags.contains("kod") || flags.contains("limited") {
            line.directives.append("ratelimit interval 3 burst 8\(flags.contains("kod") ? " kod 2" : "")")
        }
        if flags.contains("notrust") {
            line.reason = "without notrust: who may be served is not who must prove who it is"
        }
    }

    private static func bits(_ mask: String) -> Int? {
        if let count = Int(mask) { return count }
        let parts = mask.split(separator: ".").compactMap { UInt32($0) }
        guard parts.count == 4, parts.allSatisfy({ $0 < 256 }) else {
            return mask.lowercased().hasPrefix("ffff") ? mask.lowercased().filter { $0 == "f" }.count * 4 : nil
        }
        let bits = parts.reduce(UInt32(0)) { $0 << 8 | $1 }
        let count = (~bits).leadingZeroBitCount
        return bits == (count == 0 ? 0 : ~UInt32(0) << UInt32(32 - count)) ? count : nil
    }

    private func broadcast(_ arguments: [String], _ line: inout Translation) {
        guard let address = arguments.first else {
            return Translation.unsupported("an address is missing", next: "correct the line, or leave it out")(&line)
        }
        line.directives = ["broadcast 64 \(address)"]
        if arguments.contains("key") { line.reason = "without its key" }
    }

    private func tos(_ arguments: [String], _ line: inout Translation) {
        var reasons: [String] = []
        for (word, value) in zip(arguments, arguments.dropFirst()).enumerated().filter({ $0.offset % 2 == 0 }).map(
            \.element)
        {
            switch word.lowercased() {
            case "minsane", "minclock": line.directives.append("minsources \(value)")
            case "orphan": line.directives.append("local stratum \(value) orphan")
            case "maxdist": line.directives.append("maxdistance \(value)")
            case "ceiling": line.directives.append("maxstratum \(value)")
            case "floor": line.directives.append("minstratum \(value)")
            default: reasons.append(word)
            }
        }
        if line.directives.isEmpty {
            Translation.noEffect("selection works in another way here")(&line)
        } else if !reasons.isEmpty {
            line.reason = "without \(reasons.joined(separator: ", "))"
        }
    }

    private func tinker(_ arguments: [String], _ line: inout Translation) {
        for (word, value) in zip(arguments, arguments.dropFirst()).enumerated().filter({ $0.offset % 2 == 0 }).map(
            \.element)
        {
            switch word.lowercased() {
            case "panic":
                if let seconds = Double(value), seconds > 0 { line.directives.append("maxchange \(value) 1 0") }
            case "step":
                if let seconds = Double(value), seconds > 0 { line.directives.append("makestep \(value) -1") }
            default: break
            }
        }
        if line.directives.isEmpty { Translation.noEffect("the clock is steered in another way here")(&line) }
    }

    private func statistics(_ arguments: [String], _ line: inout Translation) {
        let kinds = ["loopstats": "tracking", "peerstats": "measurements statistics", "clockstats": "refclocks"]
        let logs = arguments.compactMap { kinds[$0.lowercased()] }
        guard !logs.isEmpty else {
            return Translation.noEffect("there is no such log; clients and serverstats count")(&line)
        }
        Translation.used("log \(logs.joined(separator: " "))", reason: "in chrony's formats")(&line)
    }

    private func interface(_ arguments: [String], _ line: inout Translation) {
        if arguments.count == 2, arguments[0].lowercased() == "listen",
            arguments[1].contains(":") || arguments[1].split(separator: ".").count == 4
        {
            Translation.used("bindaddress \(arguments[1])")(&line)
        } else {
            Translation.noEffect(
                "one address of each family can be served, or all", next: "write bindaddress ADDRESS", matters: true)(
                    &line)
        }
    }
}

extension String {
    /// Without quotation marks around it.
    fileprivate var unquoted: String {
        guard count >= 2, hasPrefix("\""), hasSuffix("\"") else { return self }
        return String(dropFirst().dropLast())
    }
}
