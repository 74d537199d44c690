import ClockStudies
import Glibc

/// A study from a text file of `time,phase` or `time,phase,temperature` (seconds, seconds clock minus reference, °C).
enum StudyReading {
    static func study(from path: String) throws -> Study {
        var study = Study()
        study.subject.title = path.split(separator: "/").last.map(String.init) ?? path
        var problems = 0
        let octets = try StudyFile.read(path)
        for (index, line) in octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let text = String(decoding: line, as: UTF8.self).filter { $0 != "\r" && $0 != " " }
            if text.isEmpty || text.hasPrefix("#") { continue }
            let fields = text.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count > 1, let time = Double(fields[0]), let phase = Double(fields[1]) else {
                if study.readings.isEmpty, index < 2 {
                    Output.complain("\(path):\(index + 1): taken as the names of the columns.")
                    continue
                }
                Output.complain("\(path):\(index + 1): not a time and a phase.")
                problems += 1
                continue
            }
            let temperature = fields.count > 2 ? Double(fields[2]) : nil
            study.readings.append(Study.Reading(time: time, phase: phase, temperature: temperature))
        }
        guard problems == 0 else { throw ToolError.no("\(problems) of the lines cannot be taken.") }
        return study
    }
}
