import Addresses
import Configuration
import Testing
import TimeBase
import Timekeeping

@Suite("Source lines are understood")
struct SourceLines {
    @Test(
        "An option changes the setting that it names, and nothing else",
        arguments: [
            Row("iburst", { $0.initialBurst = true }), Row("burst", { $0.burst = true }),
            Row("prefer", { $0.prefer = true }),
            Row("noselect", { $0.noselect = true }), Row("trust", { $0.trust = true }),
            Row("require", { $0.require = true }),
            Row("offline", { $0.offline = true }), Row("auto_offline", { $0.autoOffline = true }),
            Row("ipv4", { $0.family = .ipv4 }), Row("IPv6", { $0.family = .ipv6 }),
            Row("minpoll 3", { $0.minimumPoll = 3 }),
            Row("minpoll -2 maxpoll -1", { ($0.minimumPoll, $0.maximumPoll) = (-2, -1) }),
            Row("minpoll 12", { ($0.minimumPoll, $0.maximumPoll) = (12, 12) }),
            Row("maxpoll 17", { $0.maximumPoll = 17 }),
            Row("presend 9", { $0.presendPoll = 9 }), Row("polltarget 20", { $0.pollTarget = 20 }),
            Row("port 1123", { $0.port = 1123 }), Row("version 3", { $0.version = 3 }),
            Row("xleave", { $0.isInterleaved = true }), Row("copy", { $0.copiesReference = true }),
            Row("extfield f323", { $0.asksMonotonicRoot = true }), Row("key 5", { $0.key = 5 }),
            Row("key 4294967295", { $0.key = 4_294_967_295 }),
            Row("maxsources 2", { $0.maximumSources = 2 }), Row("maxunreach 10", { $0.maximumUnreachable = 10 }),
            Row("offset -0.001", { $0.offset = .milliseconds(-1) }),
            Row("maxdelay 0.1", { $0.maximumDelay = .milliseconds(100) }),
            Row("mindelay 1e-4", { $0.minimumDelay = .microseconds(100) }),
            Row("maxdelayratio 2", { $0.maximumDelayRatio = 2 }),
            Row("maxdelaydevratio 1.5", { $0.maximumDelayDeviationRatio = 1.5 }),
            Row("maxdelayquant 0.05", { $0.maximumDelayQuantile = 0.05 }),
            Row("asymmetry 0.5", { $0.asymmetry = 0.5 }), Row("asymmetry 1.0", { _ in }),
            Row("minsamples 4", { $0.minimumSamples = 4 }), Row("maxsamples 8", { $0.maximumSamples = 8 }),
            Row("maxsamples 0", { $0.maximumSamples = 64 }), Row("minstratum 1", { $0.minimumStratum = 1 }),
        ] as [Row<SourceSettings>])
    func option(row: Row<SourceSettings>) throws {
        for (word, kind) in [("server", SourceSettings.Kind.server), ("POOL", .pool), ("peer", .peer)] {
            var expected = SourceSettings(kind: kind, name: "time.example")
            row.change(&expected)
            #expect(try settings("\(word) time.example \(row.text)").timekeeper.sources == [expected])
        }
    }

    @Test(
        "What a line leaves open is filled in from the defaults, even if they stand below it or the line is read later")
    func defaults() throws {
        let settings = try settings(
            "server a\nserver b minsamples 7 maxsamples 9 minstratum 3\nminsamples 10\nmaxsamples 20\nminstratum 1\nsourcedir /d",
            ["/d/x.sources": "server c\n"])
        #expect(settings.timekeeper.sources.map(\.minimumSamples) == [10, 7, 10])
        #expect(settings.timekeeper.sources.map(\.maximumSamples) == [20, 9, 20])
        #expect(settings.timekeeper.sources.map(\.minimumStratum) == [1, 3, 1])
        let later = Configuration.directorySources(
            of: settings, FileReader(files: ["/d/y.sources": "pool d\nport 1\n"]))
        #expect(later.sources.map(\.name) == ["d"] && later.sources.map(\.minimumSamples) == [10])
        #expect(
            later.warnings.map(\.description) == [
                "/d/y.sources:2:1: warning: 'port' can't stand in a file of sources, only server, pool and peer can"
            ])
    }

    @Test(
        "A source that was to be authenticated is never selected without, and that is said",
        arguments: ["nts"])
    func noDowngrade(option: String) throws {
        let settings = try settings("server a prefer \(option) iburst\nserver b")
        #expect(settings.timekeeper.sources.map(\.noselect) == [true, false])
        #expect(settings.warnings.count == 1 && settings.warnings[0].column == 17)
        #expect(settings.warnings[0].sentence.contains("noselect"))
    }

    @Test(
        "An option without effect is accepted with a warning at its place",
        arguments: [
            "filter 5", "extfield f324", "extfield 10A", "certset 2", "ntsport 4460",
        ])
    func unready(option: String) throws {
        let settings = try settings("server a \(option) iburst")
        var expected = SourceSettings(kind: .server, name: "a")
        expected.initialBurst = true
        #expect(settings.timekeeper.sources == [expected])
        #expect(settings.warnings.map(\.column) == [10])
        #expect(settings.warnings.allSatisfy { $0.sentence.contains("has no effect yet in this version: ") })
    }

    @Test(
        "What a peer does, and what it has no use for, is said",
        arguments: [
            ("xleave", 0), ("extfield F323", 0), ("iburst", 1), ("burst", 1),
        ])
    func peerOptions(option: String, warnings: Int) throws {
        #expect(try settings("peer a \(option)").warnings.map(\.column) == [8, 8].prefix(warnings).map { $0 })
        #expect(try settings("server a \(option)").warnings.isEmpty)
    }

    @Test("Poll limits that cross are settled as chrony does, with a warning where both were given")
    func crossed() throws {
        let settings = try settings("server a minpoll 5 maxpoll 4")
        #expect(settings.timekeeper.sources[0].maximumPoll == 5 && settings.warnings.map(\.column) == [20])
    }
}
