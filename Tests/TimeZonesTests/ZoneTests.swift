import Testing
import TimeBase
import TimeZones

@Suite("Zones")
struct ZoneTests {
    /// Vienna from the rule alone.
    private let vienna = try? Zone(rule: "CET-1CEST,M3.5.0,M10.5.0/3")

    @Test("The clocks of Vienna are put forward at 01:00 UTC on the last Sunday of March")
    func ruleTransition() throws {
        let vienna = try #require(vienna)
        let first = try #require(vienna.nextTransition(after: 1_767_225_600))
        #expect(first.instant == 1_774_746_000)  // 2026-03-29T01:00:00Z
        #expect(first.shift == 3600)
        #expect(first.after.abbreviation == "CEST")
        #expect(vienna.nextTransition(after: first.instant)?.instant == 1_792_890_000)  // 2026-10-25T01:00:00Z
    }

    @Test("A time in the gap is in no minute, a time in the overlap in two")
    func gapAndFold() throws {
        let vienna = try #require(vienna)
        let march = CivilDate.daysSince1970(year: 2026, month: 3, day: 29) * 86400
        guard case .gap(let transition) = vienna.resolve(local: march + 9000) else {
            Issue.record("02:30 exists")
            return
        }
        #expect(transition.instant == 1_774_746_000)
        #expect(vienna.resolve(local: march + 3 * 3600) == .one(1_774_746_000))
        let october = CivilDate.daysSince1970(year: 2026, month: 10, day: 25) * 86400
        #expect(
            vienna.resolve(local: october + 9000) == .fold(first: 1_792_890_000 - 1800, last: 1_792_890_000 + 1800))
    }

    @Test("A zone that is all daylight saving time has no transitions (RFC 9636 section 3.3.1)")
    func permanentDaylight() throws {
        let zone = try Zone(rule: "XXX3EDT4,0/0,J365/23")
        #expect(zone.nextTransition(after: 0) == nil)
        #expect(zone.type(at: 1_800_000_000).abbreviation == "EDT")
    }

    @Test(
        "Rules are read in all their forms",
        arguments: [
            ("<-03>3", -10800, "-03"), ("<+0330>-3:30", 12600, "+0330"), ("IST-2IDT,M3.4.4/26,M10.5.0", 7200, "IST"),
            ("EST5EDT,J60,J300/-1:30:15", -18000, "EST"), ("AAA0BBB,59,299", 0, "AAA"),
        ])
    func ruleForms(text: String, offset: Int, name: String) throws {
        // 2027-01-15
        let type = try Zone(rule: text).type(at: 1_800_000_000)
        #expect(type.offset == offset)
        #expect(type.abbreviation == name)
    }

    @Test(
        "Nonsense is no rule",
        arguments: ["", "CET", "CE-1", "CET-1CEST", "CET-25", "CET-1CEST,M13.1.0,M10.5.0", "<CET-1", "UTC0 "])
    func badRules(text: String) {
        #expect(throws: ZoneError.badRule(text)) { _ = try Zone(rule: text) }
    }

    @Test("An instant is written as clocks show it, also centuries from now")
    func text() throws {
        let vienna = try #require(vienna)
        #expect(vienna.rfc3339(1_774_745_999) == "2026-03-29T01:59:59+01:00")
        #expect(vienna.rfc3339(1_774_746_000) == "2026-03-29T03:00:00+02:00")
        #expect(vienna.rfc3339(13_569_465_600) == "2400-01-01T01:00:00+01:00")
        #expect(Zone.utc.rfc3339(-1) == "1969-12-31T23:59:59Z")
        #expect(try Zone(rule: "<-0330>3:30").rfc3339(0) == "1969-12-31T20:30:00-03:30")
    }

    @Test("A file of right/ is told from the others, and refused")
    func leapSeconds() {
        var octets = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        // isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt
        let counts: [[UInt8]] = [[0], [0], [1], [0], [1], [4]]
        for count in counts { octets += [0, 0, 0] + count }
        let header = octets
        octets += [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8) + [0x04, 0xb2, 0x58, 0x00, 0, 0, 0, 1]
        octets += header
        octets += [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8) + [0, 0, 0, 0, 0x04, 0xb2, 0x58, 0x00, 0, 0, 0, 1]
        octets += Array("\nUTC0\n".utf8)
        #expect(throws: ZoneError.countsLeapSeconds) { _ = try Zone(file: octets) }
    }

    @Test("Each kind of damage has its name")
    func damage() {
        let good = ZoneFiles.octets("Europe/Vienna")
        func damaged(_ change: (inout [UInt8]) -> Void) -> ZoneError? {
            var octets = good
            change(&octets)
            do {
                _ = try Zone(file: octets)
                return nil
            } catch {
                return error
            }
        }
        #expect(damaged { $0[0] = 0 } == .notAZoneFile)
        #expect(damaged { $0[4] = 0x39 } == .unknownVersion(0x39))
        #expect(damaged { $0.removeLast(3) } == .truncated)
        #expect(damaged { $0.removeLast($0.count / 2) } == .truncated)
        #expect(damaged { $0 = Array($0.prefix(30)) } == .truncated)
        #expect(damaged { $0.replaceSubrange(($0.count - 4)..<($0.count - 1), with: "???".utf8) } != nil)
        #expect(damaged { _ in } == nil)
    }

    @Test("Counts that contradict each other are told, although the file is as long as they say")
    func counts() {
        /// A file of so many types, indicators of both kinds, and octets of names.
        func error(types: UInt8, standard: UInt8 = 0, universal: UInt8 = 0, names: String = "UTC\0") -> ZoneError? {
            func header(_ counts: [UInt8]) -> [UInt8] {
                Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap { [0, 0, 0, $0] }
            }
            var octets = header([0, 0, 0, 0, 1, 4]) + [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
            octets += header([universal, standard, 0, 0, types, UInt8(names.utf8.count)])
            octets += [UInt8](repeating: 0, count: Int(types) * 6) + Array(names.utf8)
            octets += [UInt8](repeating: 0, count: Int(standard) + Int(universal)) + Array("\nUTC0\n".utf8)
            do {
                _ = try Zone(file: octets)
                return nil
            } catch {
                return error
            }
        }
        #expect(error(types: 2) == nil)
        #expect(error(types: 2, standard: 2, universal: 2) == nil)
        #expect(error(types: 2, universal: 1) == .badCounts)
        #expect(error(types: 2, standard: 1) == .badCounts)
        #expect(error(types: 0) == .badCounts)
        #expect(error(types: 1, names: "") == .badCounts)
    }

    @Test("100,000 damaged files give a zone or a named error, and never a trap")
    func mutations() {
        let originals = ["Asia/Kolkata", "Asia/Kathmandu", "Africa/Lagos", "Etc/GMT+3", "Asia/Tokyo"]
            .map { ZoneFiles.octets($0) }.filter { !$0.isEmpty }
        #expect(originals.count == 5)
        var random = RandomSource(seed: 9636)
        var errors: [String: Int] = [:]
        for round in 0..<100_000 {
            var octets = originals[round % originals.count]
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let at = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<8, using: &random) {
                case 0: octets.removeLast(Int.random(in: 0..<octets.count, using: &random))
                case 1: octets[at] = 0xff
                case 2: octets[at] ^= 0x80
                default: octets[at] = UInt8.random(in: 0...255, using: &random)
                }
                if octets.isEmpty { break }
            }
            do {
                let zone = try Zone(file: octets)
                let next = zone.nextTransition(after: -3_000_000_000)
                _ = zone.resolve(local: next?.instant ?? 0)
                _ = zone.type(at: .max)
                _ = zone.nextTransition(after: .min)
                errors["none", default: 0] += 1
            } catch {
                errors["\(error)".prefix { $0 != "(" }.description, default: 0] += 1
            }
        }
        // Damage of every kind was tried.
        for kind in [
            "none", "notAZoneFile", "unknownVersion", "truncated", "badCounts", "transitionsOutOfOrder", "badTypeIndex",
            "badLocalTimeType", "badRule", "countsLeapSeconds",
        ] {
            #expect(errors[kind, default: 0] > 0, "\(kind)")
        }
    }
}
