/// A job of anacron's.
public struct AnacronJob: Equatable, Sendable {
    public var period: AnacronPeriod
    /// Minutes that it waits after anacron's start.
    public var delay: Int
    /// Names it, and its time stamp file.
    public var identifier: String
    /// For /bin/sh -c.
    public var command: String
    /// What the table has assigned above the job, in order.
    public var environment: [(name: String, value: String)]
    public var line: Int

    public static func == (left: AnacronJob, right: AnacronJob) -> Bool {
        left.period == right.period && left.delay == right.delay && left.identifier == right.identifier
            && left.command == right.command && left.line == right.line
            && left.environment.elementsEqual(right.environment, by: ==)
    }

    /// The value of a name that the table has assigned above the job; nil if it has not.
    public func value(_ name: String) -> String? { environment.last { $0.name == name }?.value }
}

/// What is wrong with a line of an anacrontab.
public struct AnacronTableError: Error, Equatable, Sendable {
    public var line: Int
    public var sentence: String

    /// Whether the line has not even the form of an entry.
    public var isSyntax: Bool { sentence == Self.syntax }
    static let syntax = "Invalid syntax"
}

/// /etc/anacrontab (anacrontab(5)). A line that makes no sense is passed over; the others stay.
public struct AnacronTable: Sendable {
    public private(set) var jobs: [AnacronJob] = []
    public private(set) var errors: [AnacronTableError] = []

    /// Reads a table.
    public init(_ text: String) {
        var environment: [(name: String, value: String)] = []
        for (line, content) in Self.lines(text) {
            let trimmed = content.drop { $0 == " " || $0 == "\t" }
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            if let assignment = Self.assignment(trimmed) {
                environment.removeAll { $0.name == assignment.name }
                environment.append(assignment)
                continue
            }
            do throws(AnacronTableError) {
                jobs.append(try Self.job(trimmed, line, environment))
            } catch {
                errors.append(error)
            }
        }
    }

    /// Lines with the number of the last line that belongs to each: a backslash takes the special meaning from the
    /// character behind it, and a newline becomes a blank.
    private static func lines(_ text: String) -> [(Int, Substring)] {
        var result: [(Int, Substring)] = []
        var line = 1
        var content = ""
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                isEscaped = false
                if scalar == "\n" { line += 1 }
                content.unicodeScalars.append(scalar == "\n" ? " " : scalar)
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "\n" {
                result.append((line, content[...]))
                content = ""
                line += 1
            } else {
                content.unicodeScalars.append(scalar)
            }
        }
        if !content.isEmpty { result.append((line, content[...])) }
        return result
    }

    private static func assignment(_ text: Substring) -> (name: String, value: String)? {
        let name = text.prefix { $0 != " " && $0 != "\t" && $0 != "=" }
        let rest = text.dropFirst(name.count).drop { $0 == " " || $0 == "\t" }
        guard !name.isEmpty, rest.hasPrefix("=") else { return nil }
        return (String(name), String(rest.dropFirst()))
    }

    private static func job(
        _ text: Substring, _ line: Int, _ environment: [(name: String, value: String)]
    ) throws(AnacronTableError) -> AnacronJob {
        var rest = text
        func word() -> Substring {
            let word = rest.prefix { $0 != " " && $0 != "\t" }
            rest = rest.dropFirst(word.count).drop { $0 == " " || $0 == "\t" }
            return word
        }
        let (periodText, delayText, identifier) = (word(), word(), word())
        guard !identifier.isEmpty, !identifier.contains("/"), !rest.isEmpty, isNumber(delayText),
            periodText.hasPrefix("@") || isNumber(periodText)
        else { throw AnacronTableError(line: line, sentence: AnacronTableError.syntax) }
        guard identifier != ".", identifier != ".." else {
            throw AnacronTableError(line: line, sentence: "\(identifier) cannot name a time stamp file")
        }
        guard let period = AnacronPeriod(String(periodText)) else {
            throw AnacronTableError(
                line: line, sentence: periodText.hasPrefix("@") ? "Unknown named period" : "number out of range")
        }
        guard delayText.utf8.count <= 6, let delay = Int(delayText) else {
            throw AnacronTableError(line: line, sentence: "number out of range")
        }
        return AnacronJob(
            period: period, delay: delay, identifier: String(identifier), command: String(rest),
            environment: environment, line: line)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
}
