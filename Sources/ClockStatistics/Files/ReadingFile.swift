/// A text file of readings: one number per line, or `time,value` (seconds; further columns are left to others).
///
/// Lines that begin with `#` are comments. `nan` is a missing reading. With a time column, the times must go by whole
/// steps of τ₀ (to a quarter of one), and steps that were left out become missing readings. Every line that cannot be
/// taken is listed; none is passed over silently.
public struct ReadingFile: Sendable {
    /// A line that could not be taken.
    public struct Problem: Sendable, Equatable {
        /// Counted from 1.
        public let line: Int
        /// What is wrong, as a sentence.
        public let sentence: String
    }

    /// The second column, or the only one. NaN where a reading is missing.
    public private(set) var values: [Double] = []
    /// Whether there is a time column.
    public private(set) var hasTimes = false
    /// The number of the line that names the columns, if there is one.
    public private(set) var header: Int?
    /// How many readings are missing: `nan`, or steps of τ₀ that were left out.
    public private(set) var missing = 0
    /// In the order of the lines.
    public private(set) var problems: [Problem] = []

    private let interval: Double
    private var lastTime: Double?
    private var columnsKnown = false
    private var blankLines: [Int] = []

    /// Gaps may make a series longer than its file, but not without limit.
    static let mostReadings = 200_000_000

    /// - Parameter interval: τ₀ in seconds, against which a time column is checked.
    public init(parsing octets: Span<UInt8>, interval: Double) {
        self.interval = interval
        var start = 0
        var line = 1
        while start < octets.count {
            var end = start
            while end < octets.count, octets[end] != UInt8(ascii: "\n") { end += 1 }
            take(octets.extracting(start..<end), line: line)
            start = end + 1
            line += 1
        }
    }

    private mutating func take(_ octets: Span<UInt8>, line: Int) {
        let text = octets.extracting(inner(octets))
        guard text.count > 0 else {
            if columnsKnown { blankLines.append(line) }
            return
        }
        if text[0] == UInt8(ascii: "#") { return }
        let cut = separator(in: text)
        if !columnsKnown, header == nil, let cut, !isSpace(text[cut]), isName(text) {
            header = line
            return
        }
        for blank in blankLines { problems.append(Problem(line: blank, sentence: "The line is empty.")) }
        blankLines = []
        if !columnsKnown {
            columnsKnown = true
            hasTimes = cut != nil
            if let header, !hasTimes {
                complain(header, "It names columns, but there is only one.")
                self.header = nil
            }
        }
        if let cut {
            guard hasTimes else { return complain(line, "There are several columns; the lines before have one.") }
            let time = text.extracting(0..<cut)
            let after = text.extracting((cut + 1)..<text.count)
            let rest = after.extracting(inner(after))
            let value = rest.extracting(0..<(separator(in: rest) ?? rest.count))
            takeTimed(time.extracting(inner(time)), value.extracting(inner(value)), line)
        } else {
            guard !hasTimes else { return complain(line, "There is one column; the lines before have a time too.") }
            if let value = reading(text, line) { append(value) }
        }
    }

    private mutating func takeTimed(_ timeText: Span<UInt8>, _ valueText: Span<UInt8>, _ line: Int) {
        guard let time = decimalNumber(timeText), time.isFinite else {
            return complain(line, "\(quoted(timeText)) is not a time in seconds.")
        }
        guard let value = reading(valueText, line) else { return }
        if let lastTime {
            let steps = (time - lastTime) / interval
            guard steps > 0 else { return complain(line, "The time does not advance.") }
            let whole = steps.rounded()
            guard (steps - whole).magnitude <= 0.25, whole >= 1 else {
                return complain(line, "The time is \(steps) steps of \(interval) s after the one before.")
            }
            guard whole < Double(Self.mostReadings - values.count) else {
                return complain(line, "The gap before it is too long.")
            }
            let gap = Int(whole) - 1
            values.append(contentsOf: repeatElement(.nan, count: gap))
            missing += gap
        }
        lastTime = time
        append(value)
    }

    private mutating func append(_ value: Double) {
        values.append(value)
        if value.isNaN { missing += 1 }
    }

    /// A number or `nan`; otherwise nil, and the line is listed.
    private mutating func reading(_ text: Span<UInt8>, _ line: Int) -> Double? {
        if text.count == 3, text[0] | 0x20 == UInt8(ascii: "n"), text[1] | 0x20 == UInt8(ascii: "a"),
            text[2] | 0x20 == UInt8(ascii: "n")
        {
            return .nan
        }
        guard let value = decimalNumber(text) else {
            complain(line, "\(quoted(text)) is not a number.")
            return nil
        }
        guard value.isFinite else {
            complain(line, "\(quoted(text)) is too great a number.")
            return nil
        }
        return value
    }

    private mutating func complain(_ line: Int, _ sentence: String) {
        problems.append(Problem(line: line, sentence: sentence))
    }
}

private func isSpace(_ octet: UInt8) -> Bool {
    octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") || octet == UInt8(ascii: "\r")
}

/// Where the text is without the white space around it.
private func inner(_ text: Span<UInt8>) -> Range<Int> {
    var start = 0
    var end = text.count
    while start < end, isSpace(text[start]) { start += 1 }
    while end > start, isSpace(text[end - 1]) { end -= 1 }
    return start..<end
}

/// Where the first column ends: at a comma or semicolon, or else at white space.
private func separator(in text: Span<UInt8>) -> Int? {
    var space: Int?
    for index in 0..<text.count {
        let octet = text[index]
        if octet == UInt8(ascii: ",") || octet == UInt8(ascii: ";") { return index }
        if space == nil, isSpace(octet) { space = index }
    }
    return space
}

/// Whether the line begins as a column's name does: with a letter, and not with `nan`.
private func isName(_ text: Span<UInt8>) -> Bool {
    guard text.count > 1 else { return false }
    let letter = text[0] | 0x20
    guard letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") else { return false }
    return letter != UInt8(ascii: "n") || text[1] | 0x20 != UInt8(ascii: "a")
}

/// For messages: at most 24 characters, nothing that a terminal would obey.
private func quoted(_ text: Span<UInt8>) -> String {
    var result = "\""
    for index in 0..<min(24, text.count) {
        let octet = text[index]
        result.unicodeScalars.append((0x20...0x7e).contains(octet) ? Unicode.Scalar(octet) : "?")
    }
    return result + (text.count > 24 ? "…\"" : "\"")
}
