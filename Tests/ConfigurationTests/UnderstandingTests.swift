import Addresses
import Configuration
import Recording
import Testing
import TimeBase
import Timekeeping

@Suite("Directives are understood")
struct Understanding {
    @Test("An empty file leaves every default as it is, and lets nobody in")
    func empty() throws {
        let settings = try settings("\n# nothing\n  ; here\n! either\n% or here\n")
        #expect(settings == DaemonSettings())
        #expect(!settings.access.allowsAnybody && settings.timekeeper == TimekeeperSettings())
    }

    @Test(
        "A directive of the timekeeper changes the setting that it names, and nothing else",
        arguments: [
            Row("combinelimit 2.5", { $0.combineLimit = 2.5 }),
            Row("maxdistance 0.125", { $0.maximumDistance = .milliseconds(125) }),
            Row("maxjitter 1e-3", { $0.maximumJitter = .milliseconds(1) }),
            Row("MaxStratum 4", { $0.maximumStratum = 4 }),
            Row("minsources 3", { $0.minimumSources = 3 }),
            Row("reselectdist 0.5", { $0.reselectDistance = .milliseconds(500) }),
            Row(
                "broadcast 32 192.0.2.255",
                {
                    $0.broadcasts = [
                        BroadcastSettings(
                            interval: .seconds(32), destination: Endpoint(address: .v4(0xc000_02ff), port: 123))
                    ]
                }),
            Row("authselectmode Require", { $0.authentication = .require }),
            Row("authselectmode mix", { _ in }),
            Row("refresh 0", { $0.refreshInterval = .zero }),
            Row("stratumweight 0", { $0.stratumWeight = .zero }),
            Row("makestep 0.1 -1", { $0.makeStep = MakeStep(threshold: .milliseconds(100), limit: -1) }),
            Row(
                "maxchange 1000 1 2", { $0.maximumChange = MaximumChange(offset: .seconds(1000), start: 1, ignore: 2) }),
            Row("maxslewrate 500", { $0.maximumSlewRate = Frequency(ppm: 500) }),
            Row("\tmaxupdateskew   100.0\r", { $0.maximumUpdateSkew = Frequency(ppm: 100) }),
            Row("maxclockerror 10", { $0.maximumClockError = Frequency(ppm: 10) }),
            Row("maxdrift 500", { $0.maximumDrift = Frequency(ppm: 500) }),
            Row("maxdrift 500000", { $0.maximumDrift = Frequency(ppm: 100_000) }),
            Row("corrtimeratio 5", { $0.correctionTimeRatio = 5 }),
            Row("rtcsync", { $0.synchronisesRTC = true }),
            Row("log tracking Measurements\nlog rtc", { $0.logs = [.tracking, .measurements, .rtc] }),
            Row(
                "log rawmeasurements",
                {
                    $0.logs = [.measurements]
                    $0.logsRawMeasurements = true
                }),
            Row("RTCSYNC", { $0.synchronisesRTC = true }),
            Row("logchange 0.5", { $0.logChange = .milliseconds(500) }),
            Row("opencommands tracking Sources", { $0.openCommands = ["tracking", "sources"] }),
            Row("opencommands", { $0.openCommands = [] }),
            Row("local", { $0.local = LocalReferenceSettings() }),
        ] as [Row<TimekeeperSettings>])
    func timekeeper(row: Row<TimekeeperSettings>) throws {
        var expected = DaemonSettings()
        row.change(&expected.timekeeper)
        var read = try settings(row.text)
        read.warnings = []
        #expect(read == expected)
    }

    @Test(
        "A directive of the host changes the setting that it names, and nothing else",
        arguments: [
            Row("clientloglimit 4096", { $0.clientLog.memory = 4096 }),
            Row("workers 3", { $0.workers = 3 }),
            Row("noclientlog", { $0.clientLog.isListed = false }),
            Row(
                "cmdratelimit burst 2",
                {
                    var limit = RateLimitSettings()
                    (limit.interval, limit.burst) = (-4, 2)
                    $0.commandLimit = limit
                }),
            Row("acquisitionport 1123", { $0.clientPort = 1123 }), Row("dscp 46", { $0.dscp = 46 }),
            Row("binddevice eth0", { $0.serverDevice = "eth0" }),
            Row("bindacqdevice eth1", { $0.clientDevice = "eth1" }),
            Row("bindcmddevice lo", { $0.commandDevice = "lo" }),
            Row("port 0", { $0.serverPort = 0 }),
            Row("logdir /var/log/chrony", { $0.logDirectory = "/var/log/chrony" }),
            Row("logbanner 0", { $0.logBanner = 0 }),
            Row(
                "hwtimestamp eth0 minpoll -2 rxfilter all rxcomp 1e-6\nhwtimestamp *",
                {
                    var stamps = HardwareStampSettings(interface: "eth0")
                    (stamps.minimumPoll, stamps.filter) = (-2, .all)
                    stamps.receiveCompensation = .microseconds(1)
                    $0.hardwareStamps = [stamps, HardwareStampSettings(interface: "*")]
                }),
            Row("hwtstimeout 0.01", { $0.hardwareStampTimeout = .milliseconds(10) }),
            Row("maxtxbuffers 256", { $0.awaitedStamps = 256 }),
            Row(
                "dumpdir /run/d",
                {
                    $0.dumpDirectory = "/run/d"
                    $0.timekeeper.keepsMeasurements = true
                }),
            Row("keyfile /etc/chrony/chrony.keys", { $0.keyFile = "/etc/chrony/chrony.keys" }),
            Row("bindaddress 192.0.2.1", { $0.serverAddresses = [.v4(0xc000_0201)] }),
            Row(
                "bindaddress ::1\nbindaddress 1.2.3.4\nbindaddress 192.0.2.1",
                {
                    $0.serverAddresses = [.v4(0xc000_0201), .v6(0, 1)]
                }),
            Row("bindacqaddress 192.0.2.1", { $0.clientAddresses = [.v4(0xc000_0201)] }),
            Row("bindcmdaddress 0.0.0.0", { $0.commandAddresses = [.v4(0), .v6(0, 1)] }),
            Row("bindcmdaddress /run/x.sock", { $0.commandSocket = "/run/x.sock" }),
            Row("bindcmdaddress /", { $0.commandSocket = nil }),
            Row("cmdport 0", { $0.commandPort = 0 }),
            Row("user chrony", { $0.user = "chrony" }),
            Row("pidfile /run/x.pid", { $0.pidFile = "/run/x.pid" }),
            Row("pidfile /", { $0.pidFile = nil }),
            Row("boundfile /run/x/bound", { $0.boundFile = "/run/x/bound" }),
            Row("boundfile /", { $0.boundFile = nil }),
            Row("rtcfile /x/rtc", { $0.realTimeClock.file = "/x/rtc" }),
            Row(
                "rtcdevice /dev/rtc1",
                {
                    $0.realTimeClock.device = "/dev/rtc1"
                    $0.realTimeClock.watched = .named([])
                }),
            Row(
                "rtcdevice /dev/rtc0\nrtcdevice /dev/rtc1 ALL",
                {
                    $0.realTimeClock.device = "/dev/rtc1"
                    $0.realTimeClock.watched = .all
                }),
            Row(
                "rtcdevice /dev/rtc2 /dev/rtc0 /dev/rtc1",
                {
                    $0.realTimeClock.device = "/dev/rtc2"
                    $0.realTimeClock.watched = .named(["/dev/rtc0", "/dev/rtc1"])
                }),
            Row("rtcdevice /dev/rtc0\nrtcdevice all", { _ in }),
            Row("rtconutc", { $0.realTimeClock.keepsUTC = true }),
            Row("hwclockfile /etc/adjtime", { $0.realTimeClock.adjustmentFile = "/etc/adjtime" }),
            Row("rtcautotrim 0.5", { $0.realTimeClock.trimThreshold = .milliseconds(500) }),
            Row(
                "timefile /x/time",
                {
                    $0.realTimeClock.timeFile = "/x/time"
                    $0.timekeeper.savesTime = true
                }),
            Row("lock_all", { $0.lockAll = true }),
            Row("sched_priority 20", { $0.schedulingPriority = 20 }),
            Row("minsamples 8", { $0.sourceDefaults.minimumSamples = 8 }),
            Row("maxsamples 0", { $0.sourceDefaults.maximumSamples = 64 }),
            Row("minstratum 2", { $0.sourceDefaults.minimumStratum = 2 }),
            Row("sourcedir /a /b\nsourcedir /c", { $0.sourceDirectories = ["/a", "/b", "/c"] }),
            Row("ratelimit", { $0.rateLimit = RateLimitSettings() }),
            Row(
                "clockprecision 1e-6",
                {
                    $0.measuresPrecision = false
                    $0.timekeeper.precision = .microseconds(1)
                }),
            Row("clockprecision 1e-6\nclockprecision 0", { _ in }),
            Row(
                "driftfile /x",
                {
                    $0.driftFile = "/x"
                    $0.timekeeper.keepsDrift = true
                }),
            Row(
                "driftfile /x interval 60",
                {
                    $0.driftFile = "/x"
                    $0.timekeeper.keepsDrift = true
                    $0.timekeeper.driftInterval = .seconds(60)
                }),
        ] as [Row<DaemonSettings>])
    func host(row: Row<DaemonSettings>) throws {
        var expected = DaemonSettings()
        row.change(&expected)
        #expect(try settings(row.text) == expected)
    }

    @Test("local and ratelimit take all of their options")
    func options() throws {
        let settings = try settings(
            """
            local stratum 5 distance 0.5 orphan activate 0.25 waitsynced 100 waitunsynced 200
            ratelimit interval 1 burst 16 leak 3 kod 2
            """)
        var local = LocalReferenceSettings()
        (local.stratum, local.orphan) = (5, true)
        (local.distance, local.activateDistance) = (.milliseconds(500), .milliseconds(250))
        (local.waitSynchronised, local.waitUnsynchronised) = (.seconds(100), .seconds(200))
        #expect(settings.timekeeper.local == local)
        var limit = RateLimitSettings()
        (limit.interval, limit.burst, limit.leak, limit.kissInterval) = (1, 16, 3, 2)
        #expect(settings.rateLimit == limit)
    }

    @Test(
        "Subnets may be shortened, and only who is in them is let in",
        arguments: [
            ("1.2.3.4", "1.2.3.4", "1.2.3.5"), ("1.2.3.0/24", "1.2.3.255", "1.2.4.0"), ("1.2.3", "1.2.3.9", "1.2.2.9"),
            ("1.2", "1.2.255.1", "1.3.0.1"), ("10/8", "10.255.0.1", "11.0.0.1"),
            ("172.16/12", "172.31.0.1", "172.32.0.1"),
            ("0/0", "8.8.8.8", "2001:db8::1"), ("::/0", "2001:db8::1", "8.8.8.8"),
            ("2001:db8::/64", "2001:db8::9", "2001:db8:0:1::9"), ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
        ])
    func subnets(subnet: String, inside: String, outside: String) throws {
        let (inside, outside) = (try #require(IPAddress(inside)), try #require(IPAddress(outside)))
        let allowing = try settings("allow \(subnet)\ncmdallow \(subnet)")
        #expect(allowing.access.allows(inside) && !allowing.access.allows(outside))
        #expect(allowing.commandAccess.allows(inside) && !allowing.commandAccess.allows(outside))
        let denying = try settings("allow\ndeny \(subnet)\ncmdallow\ncmddeny \(subnet)")
        #expect(!denying.access.allows(inside) && denying.access.allows(outside))
        #expect(!denying.commandAccess.allows(inside) && denying.commandAccess.allows(outside))
    }

    @Test("'all' forgets the rules for parts of the subnet")
    func all() throws {
        let address = IPAddress.v4(0x0102_0304)
        #expect(try settings("deny 1.2.3.4\nallow").access.allows(address) == false)
        #expect(try settings("deny 1.2.3.4\nallow all").access.allows(address))
        #expect(try settings("deny 1.2.3.4\nallow all 1.2").access.allows(address))
    }
}
