import ClockStatistics
import ClockStudies
import Foundation
import FoundationXML
import Plotting
import StudyReports
import Testing

/// The recorded study of the vectors: 59 hours of a Raspberry Pi against its RTC.
enum Recorded {
    static func pi() throws -> Study {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "ClockStatisticsTests/Vectors/pi-59h.csv")
        var study = Study()
        study.subject.title = "pi against rtc0"
        study.subject.clock = "pi"
        study.subject.reference = "rtc0"
        study.subject.referenceDoubt = 3e-6
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: ",").compactMap { Double($0) }
            try #require(fields.count == 3)
            study.readings.append(Study.Reading(time: fields[0], phase: fields[1], temperature: fields[2]))
        }
        return study
    }

    static func analysis() throws -> StudyAnalysis { try #require(StudyAnalysis(try pi())) }
}

@Suite("Pictures of a study")
struct PlotTests {
    @Test("Every kind of picture can be made of a record with temperatures", arguments: StudyFigure.allCases)
    func kinds(kind: StudyFigure) throws {
        let figure = try #require(try Recorded.analysis().figure(kind))
        #expect(figure.title.hasSuffix(": pi against rtc0"))
        #expect(figure.summary.hasSuffix("."))
        #expect(XMLParser(data: Data(figure.svg().utf8)).parse())
    }

    @Test("Without temperatures there is no picture of them, and all others")
    func withoutTemperature() throws {
        var study = try Recorded.pi()
        for index in study.readings.indices { study.readings[index].temperature = nil }
        let analysis = try #require(StudyAnalysis(study))
        for kind in StudyFigure.allCases {
            #expect((analysis.figure(kind) == nil) == (kind == .temperature), "\(kind)")
        }
    }
}
