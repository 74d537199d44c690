import Foundation
import Scheduling
import Testing
import TimeBase
import TimeZones

@Suite("Recorded at and anacron")
struct AtVectorTests {
    struct At: Decodable {
        struct Recommended: Decodable {
            var result: String
            var job: Int?
        }
        var id: String
        var tag: String
        var args: [String]
        var tz: String
        var now: Int
        var result: String
        var job: Int?
        var stderr: [String]?
        var defect: String?
        var recommended: Recommended?
    }

    @Test("at's words give the time that at gives, or what was meant where at errs")
    func words() throws {
        let cases = try Vectors.read("at-times", as: At.self)
        var errs = 0
        for item in cases {
            // Twelve recorded answers depend on what the C library was asked before; see the README.
            let wanted = item.recommended?.job ?? (item.recommended == nil ? item.job : nil)
            if item.recommended != nil, wanted != item.job { errs += 1 }
            var found: Int?
            var complaint = ""
            do {
                let zone = try Vectors.zone(item.tz)
                if item.args.first == "-t" {
                    found = try AtTime.resolve(stamp: item.args.last ?? "", now: item.now, zone: zone)
                } else {
                    found = try AtTime.resolve(words: item.args.joined(separator: " "), now: item.now, zone: zone)
                }
            } catch let error as AtError {
                complaint = error.sentence
            }
            #expect(
                found == wanted,
                "\(item.id) \(item.args) \(item.tz) \(item.now) \(item.defect ?? "") \(complaint) real \(item.job ?? 0)"
            )
        }
        #expect(cases.count > 400)
        // Departures from at are few, and all recorded as such.
        #expect(errs < cases.count / 5)
    }

    struct Due: Decodable {
        var id: String
        var period: String
        var stamp: String?
        var now: String
        var options: [String]
        var due: Bool
    }

    @Test("anacron's jobs are due when anacron says so")
    func due() throws {
        let cases = try Vectors.read("anacron-due", as: Due.self)
        for item in cases {
            let parts = item.now.prefix(10).split(separator: "-").compactMap { Int($0) }
            let today = CivilDate.daysSince1970(year: parts[0], month: parts[1], day: parts[2])
            let period = try #require(AnacronPeriod(item.period))
            let isDue = Anacron.isDue(
                period, stamp: item.stamp, today: today, isForced: item.options.contains("-f"))
            #expect(isDue == item.due, "\(item.id) \(item.period) \(item.stamp ?? "none") \(item.now)")
        }
        #expect(cases.count > 100)
    }
}
