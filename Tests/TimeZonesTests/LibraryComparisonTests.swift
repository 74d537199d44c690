import Glibc
import Testing
import TimeBase
import TimeZones

/// What the C library makes of a zone. It keeps one zone for the whole process: only one test may use it.
private struct LibraryZone {
    // The environment holds this buffer itself, so that changing the zone never moves the environment.
    nonisolated(unsafe) private static let variable = UnsafeMutablePointer<CChar>.allocate(capacity: 256)

    init(_ name: String) {
        for (index, octet) in "TZ=:\(name)".utf8.prefix(255).enumerated() {
            unsafe Self.variable[index] = CChar(bitPattern: octet)
            unsafe Self.variable[index + 1] = 0
        }
        unsafe putenv(Self.variable)
        tzset()
    }

    func type(at seconds: Int) -> LocalTimeType {
        var time = time_t(seconds)
        var fields = unsafe tm()
        unsafe localtime_r(&time, &fields)
        return unsafe LocalTimeType(
            offset: fields.tm_gmtoff, isDaylight: fields.tm_isdst > 0,
            abbreviation: fields.tm_zone.map { unsafe String(cString: $0) } ?? "")
    }
}

private func seconds(year: Int) -> Int { CivilDate.daysSince1970(year: year, month: 1, day: 1) * 86400 }

@Suite("Zones as the C library has them")
struct LibraryComparisonTests {
    @Test("Every zone of the machine agrees with the C library from 1900 to 2100: at each transition and in between")
    func everyZone() throws {
        let start = seconds(year: 1900)
        let end = seconds(year: 2101)
        var seen: Set<[UInt8]> = []
        var transitions = 0
        for name in ZoneFiles.names {
            let octets = ZoneFiles.octets(name)
            guard seen.insert(octets).inserted else { continue }
            let zone = try Zone(file: octets)
            let library = LibraryZone(name)
            func compare(_ instant: Int) {
                let ours = zone.type(at: instant)
                let theirs = library.type(at: instant)
                if ours != theirs { Issue.record("\(name) at \(instant): \(ours), libc has \(theirs)") }
            }
            var at = start
            while let next = zone.nextTransition(after: at), next.instant < end {
                compare(next.instant - 1)
                compare(next.instant)
                compare(next.instant + 1)
                transitions += 1
                at = next.instant
            }
            // Some 53 days apart, never twice at the same time of day.
            for instant in stride(from: start, to: end, by: 4_567_891) { compare(instant) }
        }
        #expect(seen.count > 100)
        #expect(transitions > 10_000)
    }

    @Test("Whatever the wall shows, resolving it gives the instant back, or says that it is shown twice")
    func roundTrip() throws {
        for name in ["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"] {
            let zone = try Zone(file: ZoneFiles.octets(name))
            for instant in stride(from: seconds(year: 1930), to: seconds(year: 2060), by: 1_234_567) {
                switch zone.resolve(local: zone.local(instant)) {
                case .one(let found): #expect(found == instant)
                case .fold(let first, let last): #expect(instant == first || instant == last)
                case .gap: Issue.record("\(name) at \(instant): a time that is shown is said to be in a gap")
                }
            }
            var at = seconds(year: 1950)
            while let next = zone.nextTransition(after: at), next.instant < seconds(year: 2050) {
                at = next.instant
                if next.shift > 0 {
                    // A second before the end of the gap.
                    let resolution = zone.resolve(local: next.instant + next.after.offset - 1)
                    #expect(resolution == .gap(next), "\(name) at \(at)")
                } else if next.shift < 0 {
                    let local = next.instant + next.after.offset
                    let expected = LocalResolution.fold(first: next.instant + next.shift, last: next.instant)
                    #expect(zone.resolve(local: local) == expected, "\(name) at \(at)")
                }
            }
        }
    }
}
