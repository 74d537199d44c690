/// One remark about a configuration, with its place.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    public enum Severity: String, Hashable, Sendable {
        /// Accepted, but not what the writer may expect.
        case warning
        /// Not understood; the daemon does not start.
        case error
    }

    public var severity: Severity
    /// The file's path, or ``commandLine``.
    public var file: String
    /// From 1; 0 if the file as a whole is meant.
    public var line: Int
    /// The octet in the line at which the word begins, from 1; 0 if the file as a whole is meant.
    public var column: Int
    /// The word that is meant, as it was written.
    public var word: String
    /// What is wrong, without a full stop.
    public var sentence: String

    /// Stands for the file where directives were given as arguments.
    public static let commandLine = "command line"

    public init(severity: Severity, file: String, line: Int, column: Int, word: String, sentence: String) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.word = word
        self.sentence = sentence
    }

    /// `file:line:column: error: sentence`, as compilers print it.
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(severity.rawValue): \(sentence)"
    }
}

/// Why there are no settings: every error that was found, among the warnings, in the order of the lines.
public struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
    public var diagnostics: [Diagnostic]

    public init(diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    /// One line for each.
    public var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
