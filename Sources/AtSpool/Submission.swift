/// A job that somebody hands to at: the commands, and what they find when they run.
public struct Submission: Hashable, Sendable {
    /// In the order of the environment; names and values as octets.
    public var environment: [(name: [UInt8], value: [UInt8])] {
        get { names.indices.map { (names[$0], values[$0]) } }
        set {
            names = newValue.map(\.name)
            values = newValue.map(\.value)
        }
    }
    private var names: [[UInt8]] = []
    private var values: [[UInt8]] = []
    /// The twelve low bits.
    public var mask: UInt32
    public var directory: [UInt8]
    public var commands: [UInt8]

    public init(environment: [(name: [UInt8], value: [UInt8])], mask: UInt32, directory: [UInt8], commands: [UInt8]) {
        self.mask = mask
        self.directory = directory
        self.commands = commands
        self.environment = environment
    }

    /// The whole file, as at 3.2.5 writes it.
    public func content(_ file: SpoolFile) -> [UInt8] {
        var octets = file.head
        octets += Array("umask \(String(mask & 0o7777, radix: 8))\n".utf8)
        for index in names.indices where Self.isExported(names[index]) && !values[index].contains(0) {
            octets += names[index] + [UInt8(ascii: "=")] + ShellText.escaped(values[index], plain: "#%+,-./:=@[]_{}")
            octets += Array("; export ".utf8) + names[index] + [UInt8(ascii: "\n")]
        }
        octets += Array("cd ".utf8) + ShellText.escaped(directory, plain: "/")
        octets += Array(Self.directoryEnd.utf8)
        return octets + commands + [UInt8(ascii: "\n")]
    }

    static let directoryEnd = " || {\n\t echo 'Execution directory inaccessible' >&2\n\t exit 1\n}\n"

    /// What belongs to the terminal or to the shell that at was called from stays behind, and what the shell could not name.
    ///
    /// at also leaves out every name that begins one of these, such as SHELL: a slip, and not repeated.
    static func isExported(_ name: [UInt8]) -> Bool {
        guard let first = name.first, ShellText.isWord(first), !(first >= 0x30 && first <= 0x39),
            name.allSatisfy(ShellText.isWord)
        else { return false }
        return !left.contains(String(decoding: name, as: UTF8.self))
    }

    private static let left: Set<String> = [
        "TERM", "DISPLAY", "_", "SHELLOPTS", "BASH_VERSINFO", "EUID", "GROUPS", "PPID", "UID",
    ]
}

/// The commands of a stored job: what follows the head, the environment and the directory.
public enum StoredCommands {
    /// Nil if the file has not the form that at writes. Blanks are escaped in all that stands before the mark, so it is the first.
    public static func of(_ octets: [UInt8]) -> [UInt8]? {
        let mark = Array(Submission.directoryEnd.utf8)
        guard octets.count >= mark.count else { return nil }
        for start in 0...(octets.count - mark.count)
        where octets[start] == mark[0] && octets[start..<(start + mark.count)].elementsEqual(mark) {
            return Array(octets[(start + mark.count)...])
        }
        return nil
    }

    /// The first line that says something, for lists; control characters are shown as `?`.
    public static func title(_ octets: [UInt8]) -> String {
        let commands = of(octets) ?? octets
        let line = commands.split(separator: UInt8(ascii: "\n")).first { line in
            line.contains { $0 != 0x20 && $0 != 0x09 }
        }
        let shown = (line ?? []).drop { $0 == 0x20 || $0 == 0x09 }.prefix(200)
        return String(decoding: shown.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }
}

/// Text that a shell reads as one word.
enum ShellText {
    /// As at does it: a backslash before all but letters, digits and the plain signs; a newline in double quotes.
    static func escaped(_ text: [UInt8], plain: String) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count + 16)
        for octet in text {
            if octet == UInt8(ascii: "\n") {
                octets += [UInt8(ascii: "\""), octet, UInt8(ascii: "\"")]
                continue
            }
            if !isAlphanumeric(octet), !plain.utf8.contains(octet) { octets.append(UInt8(ascii: "\\")) }
            octets.append(octet)
        }
        return octets
    }

    static func isWord(_ octet: UInt8) -> Bool { octet == UInt8(ascii: "_") || isAlphanumeric(octet) }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (octet >= 0x30 && octet <= 0x39)
            || ((octet | 0x20) >= UInt8(ascii: "a") && (octet | 0x20) <= UInt8(ascii: "z"))
    }
}
