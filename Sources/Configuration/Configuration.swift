internal import Addresses
public import Timekeeping

/// Reads configurations in chrony's language.
public enum Configuration {
    /// Where a configuration is looked for; the first that exists is read.
    public static let defaultFiles = ["/etc/timeball/timeball.conf", "/etc/chrony/chrony.conf", "/etc/chrony.conf"]

    /// What the command line says: its directives, or else its file, or else the first of ``defaultFiles``; and over
    /// them its options.
    public static func load(_ options: CommandLineOptions, _ files: FileReader) throws(ConfigurationErrors)
        -> DaemonSettings
    {
        var settings: DaemonSettings
        if !options.directives.isEmpty {
            settings = try parse(directives: options.directives, files)
        } else if let file = options.file {
            settings = try parse(file: file, files)
        } else {
            settings = try parse(file: try defaultFile(files), files)
        }
        options.apply(to: &settings)
        return settings
    }

    /// The settings that a file and those it includes describe.
    public static func parse(file: String, _ files: FileReader) throws(ConfigurationErrors) -> DaemonSettings {
        var parser = Parser(files: files)
        parser.read(file: file, for: nil)
        return try parser.finished()
    }

    /// The settings that directives describe, each a line. ``Diagnostic/line`` counts them from 1.
    public static func parse(directives: [String], _ files: FileReader) throws(ConfigurationErrors) -> DaemonSettings {
        var parser = Parser(files: files)
        for (index, directive) in directives.enumerated() {
            parser.read(line: Array(directive.utf8)[...], number: index + 1, file: Diagnostic.commandLine)
        }
        return try parser.finished()
    }

    /// The sources that the source directories have now, to be compared with ``DaemonSettings/directorySources``
    /// (`reload sources`), and what is wrong with their files. A line with a mistake is left out.
    public static func directorySources(of settings: DaemonSettings, _ files: FileReader)
        -> (sources: [SourceSettings], warnings: [Diagnostic])
    {
        var parser = Parser(files: files)
        parser.settings.sourceDirectories = settings.sourceDirectories
        parser.settings.sourceDefaults = settings.sourceDefaults
        parser.readSourceDirectories()
        return (parser.settings.directorySources.map { $0.limited(to: settings.family) }, parser.diagnostics)
    }

    /// The first default file that exists, even if it can't be read: another is not taken silently in its place.
    private static func defaultFile(_ files: FileReader) throws(ConfigurationErrors) -> String {
        for file in defaultFiles {
            if case .failure(.absent) = files.read(file) { continue }
            return file
        }
        let sentence =
            "there is no configuration: none of \(defaultFiles.joined(separator: ", ")) exists; name one with -f"
        throw ConfigurationErrors(diagnostics: [
            Diagnostic(severity: .error, file: defaultFiles[0], line: 0, column: 0, word: "", sentence: sentence)
        ])
    }
}

extension Parser {
    /// The settings, if no error was found.
    mutating func finished() throws(ConfigurationErrors) -> DaemonSettings {
        settleReferenceClocks()
        readSourceDirectories()
        dropMoot()
        if diagnostics.contains(where: { $0.severity == .error }) {
            throw ConfigurationErrors(diagnostics: diagnostics)
        }
        settings.warnings = diagnostics
        return settings
    }
}

extension SourceSettings {
    /// This source with only addresses of the family; its own choice is kept where that is none.
    func limited(to family: AddressFamily?) -> SourceSettings {
        var source = self
        source.family = family ?? source.family
        return source
    }
}
