public import Control

/// All commands of chronyc: what they are for, what they ask the daemon, and what the daemon does with it.
public struct ConsoleManual: Hashable, Sendable {
    /// The command's first word.
    public let word: String
    /// What stands after it.
    public let arguments: String
    public let sentence: String
    public let topic: String
    /// The questions that it may ask; none for what the console does alone.
    public let requests: [ControlCommand]
    /// What timeball itself has for it, beside `timeball chronyc …`.
    public let own: String

    private typealias Entry = (String, String, String, [ControlCommand], String)

    /// By topic, in the order in which help prints them.
    public static let all: [ConsoleManual] = topics.flatMap { topic, entries in
        entries.map {
            ConsoleManual(word: $0.0, arguments: $0.1, sentence: $0.2, topic: topic, requests: $0.3, own: $0.4)
        }
    }

    private static let topics: [(String, [Entry])] = [
        ("System clock", clock), ("Time sources", sources), ("NTP sources", servers), ("Time by hand", manual),
        ("NTP access", serving), ("Control access", control), ("Real-time clock", realTimeClock),
        ("The daemon", daemon), ("This program", console),
    ]

    private static let clock: [Entry] = [
        ("tracking", "", "How the clock is kept", [.tracking], "timeball tracking"),
        ("makestep", "", "Corrects at once, by a step, what is left to correct", [.makeStep], "timeball step"),
        (
            "makestep", "THRESHOLD UPDATES", "From which offset on, and in how many updates, the clock is stepped",
            [.modifyMakeStep], "timeball step THRESHOLD UPDATES"
        ),
        (
            "maxupdateskew", "PPM", "Which frequencies are too uncertain to be used", [.modifyMaximumUpdateSkew],
            "timeball tune maxupdateskew PPM"
        ),
        (
            "waitsync", "[TRIES [CORRECTION [SKEW [INTERVAL]]]]", "Waits until the clock follows something closely",
            [.tracking], "timeball wait"
        ),
        ("dfreq", "PPM", "Adds to the clock's frequency (for tests)", [.changeFrequency], "timeball tune dfreq PPM"),
        (
            "doffset", "SECONDS", "Adds to the clock's offset (for tests)", [.changeOffset],
            "timeball tune doffset SECONDS"
        ),
    ]

    private static let sources: [Entry] = [
        ("sources", "[-a] [-v]", "The sources, and what is made of each", [.sourceCount, .source], "timeball sources"),
        (
            "sourcestats", "[-a] [-v]", "What each source's samples say together", [.sourceCount, .sourceStatistics],
            "timeball sourcestats"
        ),
        (
            "selectdata", "[-a] [-v]", "How selection sees each source", [.sourceCount, .selection],
            "timeball selectdata"
        ),
        (
            "selectopts", "SOURCE +-OPTION...", "Sets or clears noselect, prefer, trust, require of a source",
            [.modifySelectOptions], "timeball source options SOURCE +-OPTION..."
        ),
        ("reselect", "", "Selects anew", [.reselect], "timeball source reselect"),
        (
            "reselectdist", "SECONDS", "How much closer another source must be to be selected", [.reselectDistance],
            "timeball tune reselectdist SECONDS"
        ),
        (
            "offset", "SOURCE SECONDS", "What is added to a source's measured offsets", [.modifyOffset],
            "timeball source set SOURCE offset SECONDS"
        ),
    ]

    private static let servers: [Entry] = [
        ("activity", "", "How many sources are online and offline", [.activity], "timeball activity"),
        (
            "authdata", "[-a] [-v]", "How each source proves who it is", [.sourceCount, .source, .authentication],
            "timeball authdata"
        ),
        ("ntpdata", "[SOURCE]", "The last packet of each source, or of one", [.ntpData], "timeball ntpdata"),
        ("add", "server|pool|peer NAME [OPTION...]", "Adds a source", [.addSource], "timeball source add"),
        ("delete", "SOURCE", "Removes a source", [.deleteSource], "timeball source rm"),
        ("burst", "GOOD/MAX [SOURCES]", "Asks several times in quick succession", [.burst], "timeball source burst"),
        (
            "maxdelay", "SOURCE SECONDS", "The longest round trip of a usable sample", [.modifyMaximumDelay],
            "timeball source set SOURCE maxdelay SECONDS"
        ),
        (
            "maxdelayratio", "SOURCE RATIO", "The longest round trip, relative to the shortest",
            [.modifyMaximumDelayRatio], "timeball source set SOURCE maxdelayratio RATIO"
        ),
        (
            "maxdelaydevratio", "SOURCE RATIO", "The longest round trip, relative to the samples' deviation",
            [.modifyMaximumDelayDeviationRatio], "timeball source set SOURCE maxdelaydevratio RATIO"
        ),
        (
            "minpoll", "SOURCE EXPONENT", "The shortest poll interval", [.modifyMinimumPoll],
            "timeball source set SOURCE minpoll EXPONENT"
        ),
        (
            "maxpoll", "SOURCE EXPONENT", "The longest poll interval", [.modifyMaximumPoll],
            "timeball source set SOURCE maxpoll EXPONENT"
        ),
        (
            "minstratum", "SOURCE STRATUM", "The smallest stratum that a source may claim", [.modifyMinimumStratum],
            "timeball source set SOURCE minstratum STRATUM"
        ),
        (
            "polltarget", "SOURCE SAMPLES", "The number of samples that the poll interval aims at",
            [.modifyPollTarget], "timeball source set SOURCE polltarget SAMPLES"
        ),
        ("online", "[SOURCES]", "Polls sources again", [.online], "timeball source online"),
        ("offline", "[SOURCES]", "Stops polling sources", [.offline], "timeball source offline"),
        (
            "onoffline", "", "Sets sources online or offline as the network allows", [.onOffline],
            "timeball source onoffline"
        ),
        ("refresh", "", "Looks the names of all sources up again", [.refresh], "timeball source refresh"),
        ("reload", "sources", "Reads the `*.sources` files again", [.reloadSources], "timeball source reload"),
        ("sourcename", "SOURCE", "What the configuration calls a source", [.sourceName], "timeball sources"),
    ]

    private static let manual: [Entry] = [
        ("manual", "on|off|reset", "Allows settime, forbids it, forgets what it was told", [.manual], "-"),
        ("manual", "list", "What settime was told", [.manualList], "-"),
        ("manual", "delete N", "Forgets one of those", [.manualDelete], "-"),
        ("settime", "TIME", "What the time is, by a clock that you look at", [.setTime], "-"),
    ]

    private static let serving: [Entry] = [
        ("accheck", "ADDRESS", "Whether an address would be answered", [.checkAccess], "timeball serve check ADDRESS"),
        ("clients", "[-p PACKETS] [-k] [-r]", "Who asked, how often and when", [.clientAccesses], "timeball clients"),
        ("serverstats", "", "What the server did since it started", [.serverStatistics], "timeball serverstats"),
        ("allow", "[all] [SUBNET]", "Answers these addresses", [.allow, .allowAll], "timeball serve allow"),
        ("deny", "[all] [SUBNET]", "Does not answer these addresses", [.deny, .denyAll], "timeball serve deny"),
        (
            "local", "[OPTION...]", "Serves this clock although no source confirms it", [.local, .localOld],
            "timeball serve local"
        ),
        ("local", "off", "Ends that", [.local, .localOld], "timeball serve local --off"),
        (
            "smoothtime", "reset|activate", "Begins smoothing anew, or begins it", [.smoothTime],
            "timeball serve smoothtime"
        ),
        ("smoothing", "", "How the served time is smoothed", [.smoothing], "timeball serve smoothing"),
    ]

    private static let control: [Entry] = [
        (
            "cmdaccheck", "ADDRESS", "Whether an address may ask as we do here", [.checkControlAccess],
            "timeball serve check --control ADDRESS"
        ),
        (
            "cmdallow", "[all] [SUBNET]", "Lets these addresses ask", [.controlAllow, .controlAllowAll],
            "timeball serve allow --control"
        ),
        (
            "cmddeny", "[all] [SUBNET]", "Does not let these addresses ask", [.controlDeny, .controlDenyAll],
            "timeball serve deny --control"
        ),
    ]

    private static let realTimeClock: [Entry] = [
        ("rtcdata", "", "How the real-time clock runs", [.rtc], "timeball rtc data"),
        ("trimrtc", "", "Sets the real-time clock", [.trimRTC], "timeball rtc trim"),
        ("writertc", "", "Saves what is known of the real-time clock", [.writeRTC], "-"),
    ]

    private static let daemon: [Entry] = [
        ("cyclelogs", "", "Opens the log files again", [.cycleLogs], "timeball cyclelogs"),
        ("dump", "", "Saves the measurements", [.dump], "timeball dump"),
        ("rekey", "", "Reads the keys again", [.rekey], "timeball rekey"),
        ("reset", "sources", "Forgets all measurements", [.resetSources], "timeball source reset"),
        ("shutdown", "", "Ends the daemon", [.shutdown], "timeball shutdown"),
    ]

    private static let console: [Entry] = [
        ("dns", "-n|+n|-N|-4|-6|-46", "What sources are called, and which addresses names have", [], "-"),
        ("timeout", "MILLISECONDS", "How long the first answer is waited for", [], "-"),
        ("retries", "NUMBER", "How often a question is repeated", [], "-"),
        ("keygen", "[ID [TYPE [BITS]]]", "A new key for the key file", [], "timeball keygen"),
        ("exit", "", "Ends this program, as `quit` does", [], "-"),
        ("quit", "", "Ends this program", [], "-"),
        ("help", "", "This list", [], "timeball --help"),
        ("authhash", "TYPE", "Nothing; it is a leftover", [], "-"),
        ("password", "WORD", "Nothing; it is a leftover", [], "-"),
    ]

    /// The list that `help` prints.
    static var help: [String] {
        var lines: [String] = []
        var topic = ""
        for entry in all {
            if entry.topic != topic {
                if !topic.isEmpty { lines.append("") }
                topic = entry.topic
                lines.append("\(topic):")
            }
            let words = [entry.word, entry.arguments].filter { !$0.isEmpty }.joined(separator: " ")
            if words.count > 27 {
                lines += [words, String(repeating: " ", count: 28) + entry.sentence]
            } else {
                lines.append(Columns.left(words, 28) + entry.sentence)
            }
        }
        return lines
    }

    /// A command that a mistyped word may have been meant to be: one that begins so, or that it begins like.
    static func nearest(to word: String) -> String? {
        let word = word.lowercased()
        guard word.count >= 2 else { return nil }
        if let exact = all.first(where: { $0.word == word }) { return exact.word }
        let begun = Set(all.map(\.word).filter { $0.hasPrefix(word) })
        if begun.count == 1 { return begun.first }
        // One letter too many, too few, or wrong.
        return all.map(\.word).first { other in
            (other.count - word.count).magnitude <= 1 && other.prefix(3) == word.prefix(3)
        }
    }
}
