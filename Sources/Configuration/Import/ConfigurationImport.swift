/// What becomes of somebody else's configuration here, line by line.
public struct ConfigurationImport: Equatable, Sendable {
    /// In which program's language it is written.
    public enum Format: String, CaseIterable, Hashable, Sendable {
        case chrony
        /// ntpd's, of ntp.org and of NTPsec.
        case ntp
        /// systemd-timesyncd's.
        case timesyncd

        /// By the file's name; chrony's where that says nothing.
        public init(fileName: String) {
            let name = fileName.split(separator: "/").last.map(String.init) ?? fileName
            self = name.hasPrefix("timesyncd") ? .timesyncd : name.hasPrefix("ntp") ? .ntp : .chrony
        }
    }

    public var format: Format
    /// In the order in which they are read; comments and empty lines are left out.
    public var lines: [ImportedLine]
    /// A configuration for this daemon that does what is done here, and says of the rest why it is not.
    public var configuration: String

    /// Whether anything that mattered is not done here.
    public var losesSomething: Bool { lines.contains(where: \.matters) }
}

/// One line of it.
public struct ImportedLine: Equatable, Sendable {
    public enum Verdict: String, CaseIterable, Hashable, Sendable {
        case used = "used"
        /// It says what is so anyway.
        case sameByDefault = "same by default"
        case noEffect = "no effect here"
        case notSupported = "not supported"
    }

    public var file: String
    /// From 1.
    public var line: Int
    public var text: String
    public var verdict: Verdict
    /// Why, or in what it differs; empty where there is nothing to say.
    public var reason = ""
    /// What to do about it; empty where there is nothing to do.
    public var next = ""
    /// Whether something that mattered is lost by it.
    public var matters = false
    /// What stands for it in the configuration that is written.
    public var written: [String] = []
}

extension Configuration {
    /// Reads somebody's configuration and says what becomes of each line.
    ///
    /// - Throws: if the file itself can't be read.
    public static func importing(
        file: String, as format: ConfigurationImport.Format, _ files: FileReader
    ) throws(ReadFailure) -> ConfigurationImport {
        let octets = try files.read(file).get()
        return switch format {
        case .chrony: importChrony(file, files)
        case .ntp: importTranslated(.ntp, NTPConfigurationReader.read(octets, file, files), files)
        case .timesyncd: importTranslated(.timesyncd, TimesyncdReader.read(octets, file), files)
        }
    }
}
