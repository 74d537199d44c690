internal import Timekeeping

/// What concerns leap seconds, smoothing, times entered by hand, and the clock without sources.
extension Parser {
    static let civilTimeHandlers: [String: Handler] = [
        "leapsectz": { (parser, words) throws(Mistake) in
            parser.leapSecondZone = try words.next("a time zone such as right/UTC").text
        },
        "leapseclist": { (parser, words) throws(Mistake) in
            parser.leapSecondList = try words.next("a path").text
        },
        "leapsecmode": { (parser, words) throws(Mistake) in
            let word = try words.next("a mode (system, step, slew or ignore)")
            guard let mode = LeapSecondMode(rawValue: word.lowercased) else {
                throw Mistake(word, "'\(word.text)' is none of system, step, slew, ignore")
            }
            parser.settings.timekeeper.leapSeconds.mode = mode
        },
        "smoothtime": { (parser, words) throws(Mistake) in
            let frequency = try words.frequency(from: 1e-6, to: 100_000)
            let wander = try words.frequency(from: 1e-9, to: 100_000)
            parser.settings.timekeeper.smoothTime = SmoothTimeSettings(
                maximumFrequency: frequency, maximumWander: wander, leapOnly: words.take("leaponly"))
        },
        "manual": { (parser, _) throws(Mistake) in parser.settings.timekeeper.acceptsManualTime = true },
        "initstepslew": { (parser, words) throws(Mistake) in
            let threshold = try words.seconds("a threshold in seconds")
            var names = [try words.next("a host").text]
            while let word = words.optional() { names.append(word.text) }
            parser.settings.timekeeper.initialCorrection = InitialCorrectionSettings(
                threshold: threshold, names: names)
        },
        "fallbackdrift": { (parser, words) throws(Mistake) in
            let shortest = try words.integer("a time (log2 of seconds)", in: 1...30)
            let longest = try words.integer("a time (log2 of seconds)", in: 1...30)
            guard shortest <= longest else {
                throw Mistake(words.last, "'\(longest)' is less than \(shortest), the shorter of both times")
            }
            parser.settings.timekeeper.fallbackDrift = FallbackDriftSettings(shortest: shortest, longest: longest)
        },
        "mailonchange": { (parser, words) throws(Mistake) in
            let word = try words.next("an address")
            guard !word.text.hasPrefix("-") else { throw Mistake(word, "'\(word.text)' is not an address") }
            parser.settings.timekeeper.mailChange = try words.seconds("a threshold in seconds")
            parser.settings.mailRecipient = word.text
        },
    ]

    /// The list has precedence, as it says how long it is good; and what goes together is looked at, wherever it stood.
    mutating func settleCivilTime() {
        settings.leapSeconds = leapSecondList.map { .list($0) } ?? leapSecondZone.map { .zone($0) }
        settings.timekeeper.leapSeconds.isReadAgain = settings.leapSeconds != nil
    }
}

extension Configuration {
    static func civilTimeLines(_ settings: DaemonSettings) -> [String] {
        let timekeeper = settings.timekeeper
        var lines = Lines()
        switch settings.leapSeconds {
        case .zone(let name): lines.add("leapsectz \(name)")
        case .list(let path): lines.add("leapseclist \(path)")
        case nil: break
        }
        if timekeeper.leapSeconds.mode != .system { lines.add("leapsecmode \(timekeeper.leapSeconds.mode.rawValue)") }
        if let smooth = timekeeper.smoothTime {
            let numbers = "\(Number.text(smooth.maximumFrequency)) \(Number.text(smooth.maximumWander))"
            lines.add("smoothtime \(numbers)\(smooth.leapOnly ? " leaponly" : "")")
        }
        if timekeeper.acceptsManualTime { lines.add("manual") }
        if let initial = timekeeper.initialCorrection {
            lines.add("initstepslew \(initial.threshold.decimalSeconds) \(initial.names.joined(separator: " "))")
        }
        if let fallback = timekeeper.fallbackDrift {
            lines.add("fallbackdrift \(fallback.shortest) \(fallback.longest)")
        }
        if let recipient = settings.mailRecipient, let limit = timekeeper.mailChange {
            lines.add("mailonchange \(recipient) \(limit.decimalSeconds)")
        }
        return lines.all
    }
}
