import Configuration

let mainFile = "/etc/test.conf"

/// The settings of a file with this text, in a world of it and these others.
func settings(_ text: String, _ others: [String: String] = [:]) throws(ConfigurationErrors) -> DaemonSettings {
    var files = others
    files[mainFile] = text
    return try Configuration.parse(file: mainFile, FileReader(files: files))
}

/// What is wrong with a file of this text; nothing if it is accepted without a warning.
func diagnostics(_ text: String, _ others: [String: String] = [:]) -> [Diagnostic] {
    do throws(ConfigurationErrors) {
        return try settings(text, others).warnings
    } catch {
        return error.diagnostics
    }
}

/// The errors of a file of this text.
func errors(_ text: String, _ others: [String: String] = [:]) -> [Diagnostic] {
    diagnostics(text, others).filter { $0.severity == .error }
}

/// A text, and what it changes from the defaults.
struct Row<Settings>: Sendable, CustomStringConvertible {
    let text: String
    let change: @Sendable (inout Settings) -> Void

    init(_ text: String, _ change: @escaping @Sendable (inout Settings) -> Void) {
        self.text = text
        self.change = change
    }

    var description: String { text }
}
