import Addresses
import ChronyConsole
import Control
import Foundation
import Testing
import TimeBase

@Suite("The console's commands")
struct Commands {
    private static let first = SourceAddress.ip(.v4(0xcb00_7101))

    /// A line, and what it asks the daemon for.
    static let requests: [(line: String, request: ControlRequest)] = [
        ("online", .online(.all)), ("offline 203.0.113.1", .offline(SourceSelector(.v4(0xcb00_7101)))),
        ("offline ID#0000000007", .offline(.unresolved(7))),
        ("online 255.0.0.0/127.0.0.1", .online(.matching(.v4(0x7f00_0001), mask: .v4(0xff00_0000)))),
        ("online 10.0.0.0/8", .online(.matching(.v4(0x0a00_0000), mask: .v4(0xff00_0000)))),
        ("burst 4/8", .burst(.all, good: 4, total: 8)),
        ("minpoll 203.0.113.1 4", .modify(first, .minimumPoll(4))),
        ("maxpoll foo.example.net -1", .modify(first, .maximumPoll(-1))),
        ("maxdelay 203.0.113.1 0.5", .modify(first, .maximumDelay(.milliseconds(500)))),
        ("maxdelayratio 203.0.113.1 2", .modify(first, .maximumDelayRatio(2))),
        ("maxdelaydevratio 203.0.113.1 2", .modify(first, .maximumDelayDeviationRatio(2))),
        ("minstratum 203.0.113.1 2", .modify(first, .minimumStratum(2))),
        ("polltarget 203.0.113.1 12", .modify(first, .pollTarget(12))),
        (
            "selectopts GPS +prefer -noselect",
            .modifySelectOptions(
                .unspecified, ReferenceIdentifier(bits: 0x4750_5300), mask: [.prefer, .noselect], options: [.prefer])
        ),
        ("offset 203.0.113.1 -0.25", .modifyOffset(first, .none, .milliseconds(-250))),
        ("delete 203.0.113.1", .deleteSource(first)), ("refresh", .refresh), ("reload sources", .reloadSources),
        ("reset sources", .resetSources), ("reselect", .reselect),
        ("reselectdist 0.001", .reselectDistance(.milliseconds(1))), ("onoffline", .onOffline),
        ("makestep", .makeStep), ("makestep 0.5 -1", .modifyMakeStep(threshold: .milliseconds(500), limit: -1)),
        ("maxupdateskew 5", .modifyMaximumUpdateSkew(Frequency(ppm: 5))),
        ("dfreq -2", .changeFrequency(Frequency(ppm: -2))),
        ("doffset 0.5", .changeOffset(.milliseconds(500))), ("manual on", .manual(.on)),
        ("manual reset", .manual(.reset)),
        ("manual delete 3", .manualDelete(index: 3)),
        ("allow", .access(.time, .unspecified, bits: 0, allowed: true, all: false)),
        ("deny all 10/8", .access(.time, .ip(.v4(0x0a00_0000)), bits: 8, allowed: false, all: true)),
        ("cmdallow 192.0.2", .access(.control, .ip(.v4(0xc000_0200)), bits: 24, allowed: true, all: false)),
        ("cmddeny all", .access(.control, .unspecified, bits: 0, allowed: false, all: true)),
        ("accheck 203.0.113.1", .checkAccess(.time, first)), ("cmdaccheck ::1", .checkAccess(.control, .ip(.v6(0, 1)))),
        ("local stratum 3 waitsynced 5", .local(LocalReference(stratum: 3, waitSynchronised: .seconds(5)))),
        ("local off", .local(nil)), ("smoothtime activate", .smoothTime(.activate)), ("trimrtc", .trimRTC),
        ("writertc", .writeRTC), ("cyclelogs", .cycleLogs), ("dump", .dump), ("rekey", .rekey), ("shutdown", .shutdown),
        ("settime 2015-09-25T16:30:05Z", .setTime(Instant(sinceEpoch: .seconds(1_443_198_605)))),
        ("settime Sep 25, 2015 16:30:05", .setTime(Instant(sinceEpoch: .seconds(1_443_198_605)))),
        ("ntpdata 203.0.113.1", .ntpData(first)), ("sourcename 203.0.113.1", .sourceName(first)),
        ("clients -p 3 -r", .clientAccesses(first: 0, count: 8, minimumHits: 3, reset: true)),
        ("serverstats", .serverStatistics), ("activity", .activity), ("rtcdata", .rtc), ("smoothing", .smoothing),
        ("manual list", .manualList),
    ]

    @Test("A line asks for what it says", arguments: requests)
    func request(line: String, request: ControlRequest) {
        var console = console()
        _ = console.say(line)
        #expect(console.world.asked.last == request, "\(console.world.terminal.complaints)")
    }

    @Test("add carries the options of a source's line")
    func add() {
        var console = console()
        _ = console.say("add pool pool.example iburst maxsources 2 key 9 offline")
        var source = SourceAddition(kind: .pool, name: "pool.example")
        source.options = [.initialBurst]
        (source.maximumSources, source.key) = (2, 9)
        #expect(console.world.asked == [.addSource(source)])
    }

    @Test(
        "What is no command, or what a command would ignore, is refused with a reason, and nothing is asked",
        arguments: [
            ("bogus", "Unrecognized command"), ("trackng", "did you mean 'tracking'?"),
            ("tracking -h host", "'-h' says nothing to tracking"), ("sources extra", "'extra' is neither -a nor -v"),
            ("online 10/8/9", "no source is called so"), ("burst 8/4", "is not GOOD/MAX"),
            ("burst", "GOOD/MAX is missing"),
            ("minpoll 203.0.113.1", "is missing"), ("minpoll 203.0.113.1 x", "is not a whole number"),
            ("maxupdateskew", "is missing"), ("maxupdateskew nan", "is not a number"),
            ("maxupdateskew -1", "out of range"),
            ("reload", "it is 'reload sources'"), ("reset", "it is 'reset sources'"), ("manual", "it is 'manual on'"),
            ("manual delete", "Bad syntax for manual delete command"),
            ("settime yesterday", "510 - Could not parse date"),
            ("settime 2015-13-01 10:00", "510 - Could not parse date"), ("allow bogus", "Could not read address"),
            ("local stratum 77", "a stratum is 1 to 15"), ("local bogus", "is not an option of local"),
            ("smoothtime", "'smoothtime reset'"), ("add server", "is missing"),
            ("add server a minpoll", "needs a whole number"), ("add clock a", "A source is a"),
            ("selectopts GPS", "an option is missing"), ("selectopts GPS prefer", "is none of +noselect"),
            ("dns foo", "Unrecognized dns command"), ("timeout 1", "Timeout 1 is too short"),
            ("retries 100", "Invalid maximum number of retries"),
            ("keygen 1 FOO", "Unknown hash function or cipher FOO"),
            ("clients -p x", "is not a whole number"), ("clients -x", "is none of -p, -k, -r"),
            ("accheck nowhere.invalid", "Could not read address"), ("shutdown now", "'now' says nothing to shutdown"),
        ])
    func mistakes(line: String, sentence: String) {
        var console = console()
        let (outcome, printed, complaints) = console.say(line)
        #expect(outcome == .failed && printed.isEmpty)
        #expect(complaints.count == 1 && complaints[0].contains(sentence), "\(complaints)")
        // Names may be looked for among the sources, but nothing is changed.
        let isReading = console.world.asked.allSatisfy {
            switch $0 {
            case .sourceCount, .source, .sourceName: true
            default: false
            }
        }
        #expect(isReading)
    }

    @Test(
        "Comments and empty lines are nothing, and quit ends",
        arguments: ["", "   ", "# tracking", "! x", "; x", "% x"])
    func nothing(line: String) {
        var console = console()
        #expect(console.say(line).outcome == .done)
        #expect(console.world.asked.isEmpty && console.world.terminal.printed.isEmpty)
        #expect(console.say("quit").outcome == .ended && console.say("exit").outcome == .ended)
    }

    @Test("The console's own settings are changed by commands")
    func settings() {
        var console = console()
        _ = console.say("dns -n")
        _ = console.say("timeout 250")
        _ = console.say("retries 0")
        _ = console.say("dns -6")
        #expect(console.options.names == .addresses && console.options.timeout == .milliseconds(250))
        #expect(console.options.retries == 0 && console.options.family == .ipv6)
        #expect(console.say("keygen 7 AES128").printed == ["7 AES128 HEX:" + String(repeating: "AB", count: 16)])
    }

    @Test("help names every command, and the manual knows every request of the protocol")
    func manual() {
        var console = console()
        let help = console.say("help").printed
        for entry in ConsoleManual.all { #expect(help.contains { $0.hasPrefix(entry.word) }, "\(entry.word)") }
        let known = Set(ConsoleManual.all.flatMap(\.requests))
        // Our own have numbers of their own.
        let ours = Set(ControlCommand.allCases.filter { $0.rawValue >= 0x7400 })
        #expect(Set(ControlCommand.allCases).subtracting(known) == ours)
        // Every word is obeyed: with no arguments it is done or refused for a reason, but never unknown.
        for entry in ConsoleManual.all {
            #expect(
                !console.say(entry.word).complaints.contains { $0.hasPrefix("Unrecognized command") }, "\(entry.word)")
        }
    }

    @Test("The documentation lists the commands as the program does")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appending(path: "Documentation/Commands.md")
        // To write it anew: TIMEBALL_WRITE_DIRECTIVES=1 swift test --filter ChronyConsoleTests
        if ProcessInfo.processInfo.environment["TIMEBALL_WRITE_DIRECTIVES"] != nil {
            try ConsoleManual.markdownTable.write(to: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: path, encoding: .utf8) == ConsoleManual.markdownTable)
    }
}
