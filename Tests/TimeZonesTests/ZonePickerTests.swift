import Foundation
import Testing
import TimeZones

@Suite("Choosing a zone")
struct ZonePickerTests {
    private static let places = try? ZonePlaces(
        zones: """
            # comment
            AT,DE	+4813+01620	Europe/Vienna
            AR	-3436-05827	America/Argentina/Buenos_Aires	Buenos Aires (BA, CF)
            AR	-2411-06518	America/Argentina/Jujuy	Jujuy (JY)
            NZ,AQ	-3652+17446	Pacific/Auckland	most of New Zealand

            """,
        countries: "AT\tAustria\nDE\tGermany\nAR\tArgentina\nNZ\tNew Zealand\nAQ\tAntarctica\n")

    private func picker() throws -> ZonePicker { ZonePicker(try #require(Self.places)) }
    private func lines(_ picker: ZonePicker) -> [String] { picker.lines { "12:00 in \($0)" } }

    @Test("Continent, country, zone, yes")
    func questions() throws {
        var picker = try picker()
        #expect(lines(picker).contains("   2  Americas") || lines(picker).contains("  2  Americas"))
        let number = try #require(lines(picker).first { $0.hasSuffix("Americas") }?.split(separator: " ").first)
        #expect(picker.answer(String(number)) == .asks)
        #expect(lines(picker).dropFirst() == ["  1  Argentina"])
        #expect(picker.answer("1") == .asks)
        #expect(
            lines(picker).last == "  2  America/Argentina/Jujuy         12:00 in America/Argentina/Jujuy  Jujuy (JY)")
        #expect(picker.answer("2") == .asks)
        #expect(
            lines(picker).first
                == "America/Argentina/Jujuy, where clocks show 12:00 in America/Argentina/Jujuy now. Is that right?")
        #expect(picker.answer("1") == .chosen("America/Argentina/Jujuy"))
    }

    @Test("A text searches zones, countries and comments at any question, whatever its case")
    func search() throws {
        for text in ["vienna", "Austria", "EUROPE/VIE", "  germany "] {
            var picker = try picker()
            #expect(picker.answer(text) == .asks)
            #expect(picker.answer("yes") == .chosen("Europe/Vienna"), "\(text)")
        }
        var picker = try picker()
        #expect(picker.answer("argentina") == .asks)
        #expect(lines(picker).count == 3)
        #expect(picker.answer("jujuy") == .asks)
        #expect(picker.answer("y") == .chosen("America/Argentina/Jujuy"))
        #expect(try self.picker().answerOnce("buenos aires") == .asks)
    }

    @Test("What nobody understands leaves the question; back, no and quit do what they say")
    func edges() throws {
        var picker = try picker()
        let first = lines(picker)
        for text in ["0", "99", "99999999999999999999", "Atlantis", "-1", "\u{0}"] {
            guard case .misunderstood = picker.answer(text) else {
                Issue.record("\(text.debugDescription) was understood")
                continue
            }
            #expect(lines(picker) == first)
        }
        #expect(picker.answer("vienna") == .asks)
        guard case .misunderstood = picker.answer("3") else {
            Issue.record("3 is no answer to a question of yes and no")
            return
        }
        #expect(picker.answer("b") == .asks)
        #expect(lines(picker) == first)
        #expect(picker.answer("vienna") == .asks)
        #expect(picker.answer("2") == .asks)
        #expect(lines(picker) == first)
        #expect(picker.answer("10") == .asks)
        #expect(picker.answer("1") == .chosen("Etc/UTC"))
        #expect(try self.picker().answerOnce("q") == .stopped)
    }

    @Test("A broken table is told with its line")
    func tables() throws {
        func error(_ zones: String, _ countries: String) -> ZonePlaces.TableError? {
            do throws(ZonePlaces.TableError) {
                _ = try ZonePlaces(zones: zones, countries: countries)
                return nil
            } catch {
                return error
            }
        }
        #expect(error("#\nAT +48 Europe/Vienna\n", "AT\tAustria\n")?.line == 2)
        #expect(
            error("XX\t+48\tEurope/Vienna\n", "AT\tAustria\n")?.sentence
                == "zone1970.tab, line 1: no country has the code \"XX\".")
        #expect(error("", "\n\nAustria\n")?.table == "iso3166.tab")
        #expect(error("", "\n\nAustria\n")?.line == 3)
    }

    @Test("Every zone of the machine's table is found by its own name, and has a file that can be read")
    func machine() throws {
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(ZoneFiles.directory)/\(name)", encoding: .utf8)
        }
        let places = try ZonePlaces(zones: text("zone1970.tab"), countries: text("iso3166.tab"))
        #expect(places.places.count > 250)
        for place in places.places {
            #expect(places.search(place.zone).contains(place))
            #expect(throws: Never.self) { _ = try Zone(file: ZoneFiles.octets(place.zone)) }
        }
        // All continents lead somewhere.
        for number in 1...9 {
            var picker = ZonePicker(places)
            #expect(picker.answer("\(number)") == .asks)
            #expect(lines(picker).count > 1)
        }
    }
}

extension ZonePicker {
    fileprivate func answerOnce(_ text: String) -> Outcome {
        var copy = self
        return copy.answer(text)
    }
}
