import Testing
import TimeZones

@Suite("What a machine says about its zone")
struct ZoneSetupTests {
    private static let now = 1_795_000_000

    private var good: ZoneSetup {
        var setup = ZoneSetup(localTime: .link("/usr/share/zoneinfo/Europe/Vienna"))
        setup.name = "Europe/Vienna"
        setup.isSame = true
        setup.version = "2026c"
        setup.made = Self.now - 100 * 86400
        setup.leapListExpires = Self.now + 86400
        setup.isRTCLocal = false
        return setup
    }

    private func codes(_ change: (inout ZoneSetup) -> Void) -> [String] {
        var setup = good
        change(&setup)
        return setup.findings(at: Self.now).map(\.code)
    }

    @Test("A good machine has nothing wrong; what is not known is not wrong")
    func nothing() {
        #expect(codes { _ in } == [])
        #expect(
            codes {
                $0.name = nil
                $0.isSame = nil
                $0.made = nil
                $0.leapListExpires = nil
                $0.isRTCLocal = nil
            } == [])
    }

    @Test("Each thing that can be wrong is found, and nothing else with it")
    func each() {
        #expect(codes { $0.localTime = .missing } == ["localtime-missing"])
        #expect(codes { $0.zoneError = .truncated } == ["localtime-broken"])
        #expect(
            codes {
                $0.localTime = .link("/usr/share/zoneinfo/right/Europe/Vienna")
                $0.zoneError = .countsLeapSeconds
                $0.name = "right/Europe/Vienna"
            } == ["right"])
        #expect(
            codes {
                $0.name = "Europe/Berlin"
                $0.isSame = false
            } == ["mismatch"])
        // Two names of one zone.
        #expect(codes { $0.localTime = .link("../usr/share/zoneinfo/Europe/Bratislava") } == [])
        #expect(
            codes {
                $0.localTime = .file
                $0.isSame = false
            } == ["mismatch"])
        #expect(codes { $0.isRTCLocal = true } == ["rtc-local"])
        #expect(codes { $0.made = Self.now - 541 * 86400 } == ["tzdata-old"])
        #expect(codes { $0.leapListExpires = Self.now } == ["leap-list-expired"])
    }

    @Test("The zone's name is found in links of all kinds")
    func names() {
        #expect(ZoneSetup.name(in: "/usr/share/zoneinfo/Europe/Vienna") == "Europe/Vienna")
        #expect(ZoneSetup.name(in: "../usr/share/zoneinfo/right/UTC") == "right/UTC")
        #expect(ZoneSetup.name(in: "/etc/zones/mine") == nil)
        #expect(ZoneSetup.name(in: "/usr/share/zoneinfo") == nil)
    }
}
