import Testing
import TimeBase
import TimeZones

@Suite("Damaged zone files")
struct DamagedFileTests {
    /// What people do with a zone.
    private func use(_ zone: Zone, _ random: inout RandomSource) {
        var at = Int.random(in: -4_000_000_000...4_000_000_000, using: &random)
        for _ in 0..<4 {
            _ = zone.rfc3339(at)
            _ = zone.resolve(local: at)
            guard let next = zone.nextTransition(after: at) else { break }
            at = next.instant
        }
        _ = zone.type(at: .max)
        _ = zone.local(.min)
        _ = zone.resolve(local: .max)
        _ = zone.nextTransition(after: .min)
    }

    @Test("Every cut and every single damaged octet of some files, and 5,000 mixtures of all files, never trap")
    func damage() {
        var random = RandomSource(seed: 8536)
        var good = 0
        var bad = 0
        func read(_ octets: [UInt8]) {
            do throws(ZoneError) {
                use(try Zone(file: octets), &random)
                good += 1
            } catch {
                #expect(!error.sentence.isEmpty)
                bad += 1
            }
        }
        for name in ["Asia/Tokyo", "Europe/Dublin", "Africa/Casablanca"] {
            let file = ZoneFiles.octets(name)
            for count in file.indices { read(Array(file.prefix(count))) }
            for place in file.indices {
                for octet in [0, 0x7f, 0x80, 0xff, file[place] &+ 1] as [UInt8] {
                    var octets = file
                    octets[place] = octet
                    read(octets)
                }
            }
        }
        let all = ZoneFiles.names.map { ZoneFiles.octets($0) }
        for _ in 0..<5_000 {
            let (one, two) = (
                all[Int.random(in: all.indices, using: &random)], all[Int.random(in: all.indices, using: &random)]
            )
            // The beginning of one file, the end of another: counts of one with data of the other.
            let cut = Int.random(in: 0...min(one.count, two.count), using: &random)
            read(Array(one.prefix(cut) + two.dropFirst(cut)))
        }
        #expect(good > 1000)
        #expect(bad > 1000)
    }

    @Test("30,000 damaged rules give a zone or the rule that makes no sense")
    func rules() {
        var random = RandomSource(seed: 1003)
        let rules = [
            "CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3", "EST5EDT,J60,J300/-1:30:15", "<+0330>-3:30<+0430>,0/0,J365/23",
        ]
        let letters = Array("0123456789<>+-,.:/MJABC ".utf8)
        var read = 0
        for round in 0..<30_000 {
            var octets = Array(rules[round % rules.count].utf8)
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let place = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: octets[place] = letters[Int.random(in: letters.indices, using: &random)]
                case 1: octets.insert(letters[Int.random(in: letters.indices, using: &random)], at: place)
                default: if octets.count > 1 { octets.remove(at: place) }
                }
            }
            guard let zone = try? Zone(rule: String(decoding: octets, as: UTF8.self)) else { continue }
            read += 1
            use(zone, &random)
        }
        #expect(read > 1000)
    }
}
