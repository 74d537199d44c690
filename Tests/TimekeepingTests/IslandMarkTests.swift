internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// How members of an island say in ordinary packets what they are.
@Suite struct IslandMarkTests {
    @Test("The octets are those of the documentation")
    func layout() {
        let claim = EnsembleScale.Claim(wander: 1e-8, isSettled: true, setting: .init(3), isSlewing: false)
        // 1e-8 is 1e-10 times the root of 2 to the power of 13.3.
        #expect(IslandMark(claim).identifier.bits == 0x4953_8000 | 3 << 9 | 13 << 4)
        let young = EnsembleScale.Claim(wander: 3e-8, isSettled: false, isSlewing: true)
        #expect(IslandMark(young).identifier.bits == 0x4953_4000 | 16 << 4)
    }

    @Test("What is said is what is heard, the wander to a fifth")
    func roundTrip() throws {
        var random = RandomSource(seed: 5)
        for _ in 0..<1000 {
            let said = EnsembleScale.Claim(
                wander: 1e-10 + random.uniform() * 1e-7, isSettled: random.uniform() < 0.5,
                setting: .init(UInt8(truncatingIfNeeded: random.next())), isSlewing: random.uniform() < 0.5)
            let heard = try #require(IslandMark(IslandMark(said).identifier)).claim
            #expect(heard.isSettled == said.isSettled && heard.isSlewing == said.isSlewing)
            #expect(heard.setting == said.setting)
            #expect((0.8...1.25).contains(heard.wander / said.wander), "\(said.wander) \(heard.wander)")
        }
    }

    @Test("Whatever the octets are, a claim is one that can be weighed, or there is none")
    func hostile() {
        var random = RandomSource(seed: 6)
        for round in 0..<20_000 {
            var octets = [UInt8](repeating: 0, count: NTPHeader.size)
            for index in octets.indices { octets[index] = UInt8(truncatingIfNeeded: random.next()) }
            // Half of them nearly right.
            if round % 2 == 0 {
                octets.replaceSubrange(4..<8, with: [0, 0, 0, 0])
                octets.replaceSubrange(12..<14, with: Array("IS".utf8))
            }
            guard let header = NTPHeader(octets.span) else { continue }
            guard let mark = IslandMark(header) else { continue }
            #expect(header.rootDelay.bits == 0 && (2...15).contains(header.stratum))
            #expect(mark.claim.wander >= 1e-10 && mark.claim.wander < 5e-6)
        }
        for leap in [ReferenceIdentifier.local, .none, .smoothed, ReferenceIdentifier(bits: 0x4750_5300)] {
            #expect(IslandMark(leap) == nil)
        }
    }

    @Test("A server that follows 73.83.1.1, whose address looks the same, is none: it has a root delay")
    func neighbour() {
        var header = NTPHeader(mode: .server, stratum: 3)
        header.referenceIdentifier = ReferenceIdentifier(bits: 0x4953_0101)
        header.rootDelay = NTPShort(bits: 1)
        #expect(IslandMark(header) == nil)
        header.rootDelay = NTPShort(bits: 0)
        #expect(IslandMark(header) != nil)
        header.stratum = 1
        #expect(IslandMark(header) == nil)
    }

    @Test("Settings by hand have an order, from one to the next and across the end, and never is before all")
    func settings() {
        typealias Setting = EnsembleScale.HandSetting
        var setting = Setting.never
        var seen: Set<UInt8> = []
        for _ in 0..<31 {
            let next = setting.next
            #expect(setting.distance(to: next) > 0 && next.distance(to: setting) < 0)
            #expect(next != .never)
            #expect(next.distance(to: .never) < 0 && Setting.never.distance(to: next) > 0)
            setting = next
            seen.insert(next.number)
        }
        #expect(seen.count == 31)
        #expect(setting.next == Setting(1))
        #expect(Setting(1).distance(to: Setting(16)) == 15 && Setting(1).distance(to: Setting(17)) == -15)
    }
}
