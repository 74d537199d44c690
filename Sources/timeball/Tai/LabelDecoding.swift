import AtomicTime
import Glibc
import Rendering
import TimeBase
import TimeZones

/// Labels to local time, alone or at the beginning of lines.
struct LabelDecoding {
    var convention: LabelConvention
    var history: LeapHistory
    var zone: Zone

    /// tai64nlocal(1): labels are read as it reads them, by the system clock's own convention of +10 s.
    static func run(_ arguments: [String]) -> Int32 {
        guard arguments.isEmpty else {
            Output.complain("tai64nlocal: usage: tai64nlocal < log")
            return 100
        }
        do {
            try LabelDecoding(convention: .posixPlusTen, history: .builtIn, zone: ZoneDirectory.forStarts()).filter()
            return 0
        } catch {
            Output.complain("tai64nlocal: fatal: \((error as? ToolError)?.sentence ?? "unable to write")")
            return 111
        }
    }

    func civil(_ label: TAILabel) -> LeapMoment { convention.civil(label, history) }

    /// `2026-11-24 21:15:00.123456789`, with a `?` where leap seconds were not known.
    func text(_ label: TAILabel, _ moment: LeapMoment) -> String {
        LabelText.local(moment, label.precision, zone) + (moment.certainty == .known ? "" : "?")
    }

    /// Standard input to standard output, line by line, at once.
    func filter() throws {
        var waiting: [UInt8] = []
        var uncertain = false
        while true {
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            var output: [UInt8] = []
            waiting += buffer.prefix(count)
            var start = 0
            while let end = waiting[start...].firstIndex(of: UInt8(ascii: "\n")) {
                output += line(waiting[start..<end], &uncertain)
                output.append(UInt8(ascii: "\n"))
                start = end + 1
            }
            waiting.removeFirst(start)
            try Output.octets(output)
        }
        try Output.octets(line(waiting[...], &uncertain))
        if uncertain { complain() }
    }

    /// What becomes of one line. What is no label stays as it is.
    func line(_ octets: ArraySlice<UInt8>, _ uncertain: inout Bool) -> [UInt8] {
        guard octets.first == UInt8(ascii: "@") else { return Array(octets) }
        let digits = octets.dropFirst().prefix(33).prefix { LabelText.isDigit($0) }
        guard let label = try? TAILabel(text: String(decoding: digits, as: UTF8.self)) else { return Array(octets) }
        let moment = civil(label)
        if moment.certainty != .known { uncertain = true }
        return Array(text(label, moment).utf8) + octets[digits.endIndex...]
    }

    /// Says why there were question marks.
    func complain() {
        guard convention == .atomic, let words = LeapTables.warning(.expired, history) else { return }
        Output.complain("timeball: a ? marks what is not certain: \(words)")
    }
}
