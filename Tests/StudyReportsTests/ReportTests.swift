import ClockStatistics
import ClockStudies
import Foundation
import FoundationXML
import Plotting
import StudyReports
import Testing

@Suite("Reports")
struct ReportTests {
    @Test("The answer is one sentence: rate, interval, reference, and how good that is")
    func headline() throws {
        let analysis = try Recorded.analysis()
        #expect(
            analysis.headline
                == "pi gains 3.565 ± 0.016 s a day (41.26 ± 0.18 ppm, 95\u{a0}%) against rtc0, which itself may be off by 0.26 s a day."
        )
        var study = try Recorded.pi()
        for index in study.readings.indices { study.readings[index].phase *= -1 }
        study.subject.referenceDoubt = nil
        study.subject.reference = ""
        let other = try #require(StudyAnalysis(study)).headline
        #expect(other.hasPrefix("pi loses 3.565 ± 0.016 s a day"))
        #expect(other.hasSuffix("against its reference. How far that is off itself is not known."))
    }

    @Test("A rate that cannot be told from none is not called a gain, whatever its sign")
    func nothing() throws {
        var study = try Recorded.pi()
        let rate = try #require(StudyAnalysis(study)).rate.frequency
        let start = study.readings[0].time
        for index in study.readings.indices {
            study.readings[index].phase -= (rate + 1e-8) * (study.readings[index].time - start)
        }
        let headline = try #require(StudyAnalysis(study)).headline
        #expect(headline.hasPrefix("pi neither gains nor loses measurably: −0.001 ± 0.016 s a day"))
    }

    @Test("The page is whole: well-formed, without scripts and without anything from elsewhere")
    func page() throws {
        let html = try Recorded.analysis().document(budget: 0.04).html
        // What XML does not allow is only the doctype's lower case and elements without an end.
        let xml = html.replacingOccurrences(of: "<!DOCTYPE html>", with: "").replacing(/<meta ([^>]*)>/) {
            "<meta \($0.1)/>"
        }
        let parser = XMLParser(data: Data(xml.utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(!html.contains("<script"))
        for place in ["http://", "https://", "src=", "url(", "@import", "<link"] {
            let rest = html.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
                .replacingOccurrences(of: "url(#", with: "")
            #expect(!rest.contains(place), "\(place)")
        }
        #expect(html.contains("@media print") && html.contains("prefers-color-scheme:dark"))
        let names = html.matches(of: /id="([^"]*)"/).map { String($0.1) }
        #expect(Set(names).count == names.count, "every name on the page is there once")
    }

    @Test("The report holds what an expert looks for, as text and as page")
    func contents() throws {
        let document = try Recorded.analysis().document(budget: 0.04)
        let text = document.text(on: Terminal()).joined(separator: "\n")
        let wanted = [
            "rtc0", "3.00 ppm", "2.46 days", "3541", "Ageing", "240 times too little", "Allan deviation", "random walk",
            "Time deviation", "Maximum time interval error", "0.05020 ± 0.00078 ppm", "7 days", "stays within 40.0 ms",
            "lost readings", "outliers", "white phase",
        ]
        for word in wanted {
            #expect(text.replacingOccurrences(of: "\n", with: " ").contains(word), "text: \(word)")
            #expect(document.html.contains(word), "page: \(word)")
        }
    }

    @Test("No line of the text is wider than the terminal, and without Unicode all is ASCII", arguments: [60, 80, 120])
    func width(columns: Int) throws {
        let document = try Recorded.analysis().document(budget: 0.04)
        for terminal in [Terminal(width: columns), Terminal(width: columns, unicode: false)] {
            let lines = document.text(on: terminal)
            for line in lines { #expect(line.count <= columns, "\(line)") }
            if !terminal.unicode { #expect(lines.allSatisfy { $0.allSatisfy { $0.isASCII } && !$0.contains("?") }) }
        }
    }

    @Test("What is found in a record is listed with its time and size, and what was steered is said")
    func faults() throws {
        var study = try Recorded.pi()
        study.readings[700].phase += 0.5
        for index in 2000..<study.readings.count { study.readings[index].phase -= 0.2 }
        study.readings.removeSubrange(1200..<1320)
        // At the step the recorder saw the clock being set.
        study.events.append(Study.Happening(time: study.readings[2000 - 120].time, kind: .step, words: "It was set."))
        for index in 0..<20 {
            study.events.append(
                Study.Happening(
                    time: study.readings[index].time, kind: .rateChange, words: "The rate was changed.", size: 1e-7))
        }
        let lines = try #require(StudyAnalysis(study)).document().text(on: Terminal())
        #expect(lines.contains { $0.hasPrefix("11.7 h") && $0.contains("outlier") && $0.contains("500 ms") })
        #expect(lines.contains { $0.hasPrefix("33.3 h") && $0.contains("step, steered") && $0.contains("−200 ms") })
        #expect(lines.contains { $0.hasPrefix("20 h") && $0.contains("gap") && $0.contains("120 missing") })
        let text = lines.joined(separator: " ")
        #expect(text.contains("its rate was changed 20 times and it was set once"))
        #expect(lines.filter { $0.contains("The rate was changed.") }.count == 8)
        #expect(text.contains("And 12 more of the kind “rate”, none greater than 0.10 ppm."))
    }

    @Test("A record without name, clock, reference and temperatures makes a report that claims none of them")
    func bare() throws {
        var study = try Recorded.pi()
        study.subject = Study.Subject()
        for index in study.readings.indices { study.readings[index].temperature = nil }
        let text = try #require(StudyAnalysis(study)).document().text(on: Terminal()).joined(separator: "\n")
        #expect(text.contains("not said in the record"))
        #expect(text.contains("how good it is, is not known"))
        #expect(!text.contains("kelvin") && !text.contains("temp. too"))
    }
}

@Suite("Clocks compared")
struct ComparisonTests {
    /// The two Pis of the seed's study: the second gains 1.1394 ppm less. Both against one reference.
    static func two(apart: Double = 0) throws -> [StudyAnalysis] {
        let first = try Recorded.pi()
        var second = first
        second.subject.title = "pi2 against rtc0"
        for index in second.readings.indices {
            second.readings[index].phase -= 1.1394e-6 * (first.readings[index].time - first.readings[0].time)
            second.readings[index].time += apart
        }
        return [try #require(StudyAnalysis(first)), try #require(StudyAnalysis(second))]
    }

    @Test("Read at the same times, the pair's drift is measured directly and far surer than either rate")
    func direct() throws {
        let comparison = StudyComparison(try Self.two())
        let pair = try #require(comparison.pairs.first)
        #expect(pair.isDirect && comparison.pairs.count == 1)
        #expect((pair.rate - 1.1394e-6).magnitude < 1e-11)
        #expect(pair.halfWidth95 < comparison.studies[0].rate.halfWidth95 / 100)
        let text = comparison.document.text(on: Terminal()).joined(separator: " ")
        #expect(text.contains("98.4") && text.contains("measured"))
    }

    @Test("Recorded one after the other, it follows from the two rates with both intervals")
    func apart() throws {
        let comparison = StudyComparison(try Self.two(apart: 1e7))
        let pair = try #require(comparison.pairs.first)
        #expect(!pair.isDirect)
        #expect((pair.rate - 1.1394e-6).magnitude < 1e-11)
        let rates = comparison.studies.map(\.rate)
        #expect(rates.allSatisfy { pair.halfWidth95 > $0.halfWidth95 })
    }

    @Test("Three clocks make three pairs, and clocks of one name are told apart")
    func three() throws {
        let two = try Self.two()
        let comparison = StudyComparison([two[0], two[1], two[0]])
        #expect(comparison.pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 2]])
        #expect(Set(comparison.names).count == 3)
        #expect(comparison.phaseFigure.layers.count == 3)
        #expect(XMLParser(data: Data(comparison.sigmaFigure().svg().utf8)).parse())
    }
}
