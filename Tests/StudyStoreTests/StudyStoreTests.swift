import ClockStudies
import Foundation
import StudyStore
import Testing

/// A folder that goes away with the test.
private struct Folder: ~Copyable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "study-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

private func header() -> StudyHeader {
    var subject = Study.Subject()
    subject.title = "pi3 against rtc0"
    subject.clock = "CLOCK_REALTIME of pi3"
    subject.reference = "rtc0 (ds1307)"
    subject.referenceDoubt = 20e-6
    subject.interval = 2
    subject.facts = [Study.Fact("host", "pi3"), Study.Fact("tick", "10000 us")]
    return StudyHeader(subject: subject, against: "rtc0", length: 212_400, boot: "b-1")
}

@Test("What was kept is read again, digit for digit: readings, happenings, anchor, facts")
func storeRoundTrip() throws {
    let folder = try Folder()
    let path = folder.path + "/a.study"
    let store = try StudyStore.create(path, header: header())
    let anchor = Duration(secondsComponent: -1_795_561_980, attosecondsComponent: -123_456_789_012_345_678)
    store.keep(anchor: anchor)
    var readings: [Study.Reading] = []
    for index in 0..<500 {
        let reading = Study.Reading(
            time: 1_795_561_980.123 + Double(index) * 2, phase: Double(index) * 82.5e-6 + 1e-15,
            uncertainty: index % 2 == 0 ? 3e-8 : nil, temperature: index % 3 == 0 ? 43.496 : nil)
        readings.append(reading)
        store.append(reading)
    }
    let happening = Study.Happening(time: 1_795_561_990, kind: .step, words: "The clock was set.", size: -0.25)
    store.append(happening)
    try store.close()

    let again = try StudyStore.open(path, readOnly: true)
    let study = try again.study()
    #expect(study.readings == readings)
    #expect(study.events == [happening])
    #expect(study.subject == header().subject)
    let kept = try again.header()
    #expect(kept.anchor == anchor)
    #expect(kept.against == "rtc0")
    #expect(kept.length == 212_400)
    #expect(kept.boot == "b-1")
}

@Test("A store can be read while it is being written")
func readWhileWriting() throws {
    let folder = try Folder()
    let path = folder.path + "/a.study"
    let writer = try StudyStore.create(path, header: header())
    writer.append(Study.Reading(time: 1, phase: 0))
    let reader = try StudyStore.open(path, readOnly: true)
    #expect(try reader.study().readings.count == 1)
    writer.append(Study.Reading(time: 3, phase: 1e-6))
    #expect(writer.trouble == nil)
    #expect(try reader.study().readings.count == 2)
}

@Test("What is no store is refused with a sentence: nothing there, a text file, another database, a study already")
func notAStore() throws {
    let folder = try Folder()
    #expect(throws: StudyStore.Failure.self) { try StudyStore.open(folder.path + "/none", readOnly: true) }
    try Data("time,phase\n1,2\n".utf8).write(to: URL(fileURLWithPath: folder.path + "/text"))
    #expect(throws: StudyStore.Failure.self) { try StudyStore.open(folder.path + "/text", readOnly: false) }
    #expect(try String(contentsOfFile: folder.path + "/text", encoding: .utf8) == "time,phase\n1,2\n")
    let path = folder.path + "/a.study"
    try StudyStore.create(path, header: header()).close()
    let second = #expect(throws: StudyStore.Failure.self) { try StudyStore.create(path, header: header()) }
    #expect(second?.description.contains("holds a study already") == true)
}
