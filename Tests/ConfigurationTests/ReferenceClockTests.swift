import Configuration
import Testing
import TimeBase
import Timekeeping

@Suite("Reference clock lines are understood")
struct ReferenceClockLines {
    private static func named(_ letters: String) -> ReferenceIdentifier {
        ReferenceIdentifier(letters: letters) ?? .none
    }

    @Test(
        "An option changes the setting that it names, and nothing else",
        arguments: [
            Row(
                "poll 2",
                {
                    $0.poll = 2
                    $0.driverPoll = 0
                }), Row("poll -2", { ($0.poll, $0.driverPoll) = (-2, -2) }),
            Row("dpoll -2", { $0.driverPoll = -2 }), Row("DPOLL 9", { $0.driverPoll = 4 }),
            Row("refid GPS", { $0.identifier = named("GPS") }),
            Row(
                "lock NMEA refid NMEA",
                {
                    ($0.lock, $0.identifier) = (named("NMEA"), named("NMEA"))
                }),
            Row("rate 5", { $0.rate = 5 }), Row("maxlockage 4", { $0.maximumLockAge = 4 }),
            Row("filter 16", { $0.filterLength = 16 }), Row("offset -0.136", { $0.offset = .milliseconds(-136) }),
            Row("delay 0.2", { ($0.delay, $0.isDelayGiven) = (.milliseconds(200), true) }),
            Row("precision 1e-7", { $0.precision = .nanoseconds(100) }), Row("precision 0", { _ in }),
            Row("stratum 3", { $0.stratum = 3 }), Row("pps", { $0.isPulse = true }),
            Row("width 0.1", { $0.width = .milliseconds(100) }),
            Row("maxdispersion 0.01", { $0.maximumDispersion = .milliseconds(10) }),
            Row("minsamples 9", { $0.minimumSamples = 9 }), Row("maxsamples 0", { $0.maximumSamples = 64 }),
            Row("noselect", { $0.noselect = true }), Row("prefer", { $0.prefer = true }),
            Row("trust", { $0.trust = true }), Row("require", { $0.require = true }),
            Row("tai", { $0.countsTAI = true }), Row("local", { $0.isLocal = true }),
            Row("maxunreach 3", { $0.maximumUnreachable = 3 }),
        ] as [Row<ReferenceClockSettings>])
    func option(row: Row<ReferenceClockSettings>) throws {
        var expected = ReferenceClockSettings(
            driver: .sharedMemory(unit: 0, permissions: 0o600), identifier: Self.named("SHM0"))
        row.change(&expected)
        #expect(try settings("refclock SHM 0 \(row.text)").timekeeper.referenceClocks == [expected])
    }

    @Test("Each driver's parameter has options of its own, with colons between")
    func drivers() throws {
        typealias Driver = ReferenceClockSettings.Driver
        func driver(_ line: String) throws -> Driver? {
            let read = try settings("refclock \(line)")
            return read.timekeeper.referenceClocks.first?.driver
        }
        #expect(try driver("shm 2:perm=0644") == .sharedMemory(unit: 2, permissions: 0o644))
        #expect(try driver("SOCK /run/chrony.ttyS0.sock") == .socket(path: "/run/chrony.ttyS0.sock"))
        #expect(try driver("PPS /dev/pps0") == .pulse(path: "/dev/pps0", falling: false))
        #expect(try driver("pps /dev/pps0:clear") == .pulse(path: "/dev/pps0", falling: true))
        #expect(try driver("PHC eth0") == .hardwareClock(.init(name: "eth0")))
        var clock = ReferenceClockSettings.HardwareClockSettings(name: "/dev/ptp0")
        clock.avoidsCrossStamps = true
        (clock.stampsPulses, clock.pin, clock.channel, clock.falling) = (true, 1, 2, true)
        #expect(try driver("PHC /dev/ptp0:nocrossts:extpps:pin=1:channel=2:clear") == .hardwareClock(clock))
    }

    @Test("A clock without a name is called by its driver and its place among all clocks, and is read in this order")
    func names() throws {
        let clocks = try settings("refclock SHM 0\nrefclock SOCK /s\nrefclock PPS /dev/pps0\nserver a").timekeeper
            .referenceClocks
        #expect(clocks.map(\.name) == ["SHM0", "SOC1", "PPS2"])
        #expect(try settings("maxsamples 9\nrefclock SHM 0").timekeeper.referenceClocks[0].maximumSamples == 9)
    }

    @Test(
        "What is wrong is said with the word",
        arguments: [
            ("refclock kPPS /dev/pps0", "kPPS", "is not a driver of reference clocks; did you mean 'PPS'?"),
            ("refclock SHM gps", "gps", "is not a number of a segment"),
            ("refclock SHM 0:mode=1", "0:mode=1", "is not an option of this driver; there are perm="),
            ("refclock SHM 0:perm=888", "0:perm=888", "is not a file mode"),
            ("refclock PPS /dev/pps0:assert", "/dev/pps0:assert", "there are clear"),
            ("refclock PHC /dev/ptp0:pin=x", "/dev/ptp0:pin=x", "needs a number"),
            ("refclock SHM 0 refid TOOLONG", "TOOLONG", "one to four ASCII letters"),
            ("refclock SHM 0 ofset 1", "ofset", "did you mean 'offset'?"),
            ("refclock SHM 0 rate 0", "0", "out of range"),
            ("refclock SHM", "SHM", "needs what the driver reads"),
        ])
    func mistakes(line: String, word: String, part: String) throws {
        let found = errors(line)
        #expect(found.count == 1)
        #expect(found.first?.word == word)
        #expect(found.first?.sentence.contains(part) == true, "\(found)")
    }

    @Test("A pulse whose seconds nobody numbers, and two clocks of one name, are warned of")
    func warnings() {
        let lonely = diagnostics("refclock PPS /dev/pps0 lock GPS")
        #expect(lonely.map(\.severity) == [.warning])
        #expect(lonely.first?.word == "GPS" && lonely.first?.line == 1 && lonely.first?.column == 29)
        #expect(diagnostics("refclock PPS /dev/pps0 lock GPS\nrefclock SHM 0 refid GPS").isEmpty)
        let twins = diagnostics("refclock SHM 0 refid GPS\nrefclock SHM 1 refid GPS")
        #expect(twins.map(\.line) == [2])
        #expect(diagnostics("refclock RTC /dev/rtc0:utc").map(\.severity) == [.warning])
    }
}
