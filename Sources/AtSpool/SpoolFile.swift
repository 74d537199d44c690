/// A job as it lies in at's spool: a shell script whose first lines say for whom it runs.
///
/// The script sets the environment, the mask and the directory itself; it is fed to /bin/sh as its standard input.
public struct SpoolFile: Hashable, Sendable {
    /// When output is mailed.
    public enum Mail: Int, Hashable, Sendable {
        case never = -1
        case ifOutput = 0
        case always = 1
    }

    public var user: UInt32
    public var group: UInt32
    /// Whom mail goes to.
    public var mailName: String
    public var mail: Mail
    /// Seconds and nanoseconds since 1970 at which it starts, if that is no whole minute: a line that only we write.
    public var start: Start?

    public struct Start: Hashable, Sendable {
        public var seconds: Int
        public var nanoseconds: Int

        public init(seconds: Int, nanoseconds: Int = 0) {
            self.seconds = seconds
            self.nanoseconds = nanoseconds
        }
    }

    /// No file beyond this is read.
    public static let largest: UInt64 = 4 << 20

    public init(user: UInt32, group: UInt32, mailName: String, mail: Mail, start: Start? = nil) {
        self.user = user
        self.group = group
        self.mailName = mailName
        self.mail = mail
        self.start = start
    }

    /// Reads the head of a file. What follows is the shell's business.
    public init(_ octets: [UInt8]) throws(SpoolError) {
        var lines = SpoolLines(octets)
        guard lines.next() == Array("#!/bin/sh".utf8) else { throw .head(line: 1, "it does not begin with #!/bin/sh") }

        var words = SpoolWords(lines.next())
        guard words.take("#"), words.take("atrun"), let user = words.number(after: "uid="),
            let group = words.number(after: "gid="), words.isAtEnd
        else { throw .head(line: 2, "it should be: # atrun uid=NUMBER gid=NUMBER") }

        words = SpoolWords(lines.next())
        guard words.take("#"), words.take("mail"), let name = words.word(), let number = words.signed(),
            let mail = Mail(rawValue: number), words.isAtEnd
        else { throw .head(line: 3, "it should be: # mail NAME -1|0|1") }
        guard MailName.isSafe(name) else { throw .head(line: 3, "mail cannot go to that name") }

        self.init(user: user, group: group, mailName: String(decoding: name, as: UTF8.self), mail: mail)

        words = SpoolWords(lines.next())
        if words.take("#"), words.take("start") {
            guard let instant = words.word(), let start = Start(instant), words.isAtEnd else {
                throw .head(line: 4, "it should be: # start SECONDS.NANOSECONDS")
            }
            self.start = start
        }
    }

    /// The first lines of the file.
    var head: [UInt8] {
        var text = "#!/bin/sh\n# atrun uid=\(user) gid=\(group)\n# mail \(mailName) \(mail.rawValue)\n"
        if let start { text += "# start \(start.text)\n" }
        return Array(text.utf8)
    }
}

extension SpoolFile.Start {
    /// `1795228309.250000000`
    init?(_ octets: [UInt8]) {
        let parts = octets.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let seconds = Decimal.read(parts[0], atMost: 12), parts[1].count == 9,
            let nanoseconds = Decimal.read(parts[1], atMost: 9)
        else { return nil }
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }

    var text: String {
        let fraction = String(nanoseconds)
        return "\(seconds)." + String(repeating: "0", count: max(0, 9 - fraction.utf8.count)) + fraction
    }
}

/// What may be handed to a mailer as a recipient: no option, nothing that ends a word, no second line.
public enum MailName {
    public static func isSafe(_ name: [UInt8]) -> Bool {
        guard let first = name.first, name.count <= 255, first != UInt8(ascii: "-") else { return false }
        return name.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"|;<>()&\"'`\\$".utf8.contains($0) }
    }
}

enum Decimal {
    static func read(_ digits: some Collection<UInt8>, atMost count: Int) -> Int? {
        guard !digits.isEmpty, digits.count <= count else { return nil }
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value &* 10 &+ Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}

/// Lines, without their ends.
struct SpoolLines {
    private let octets: [UInt8]
    private(set) var at = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    /// The next line; empty at the end.
    mutating func next() -> [UInt8] {
        guard at < octets.count else { return [] }
        let line = octets[at...].prefix { $0 != UInt8(ascii: "\n") }
        at += line.count + 1
        return Array(line)
    }

    var isAtEnd: Bool { at >= octets.count }
    var rest: [UInt8] { isAtEnd ? [] : Array(octets[at...]) }
}

/// Words with blanks between them.
private struct SpoolWords {
    private var words: [ArraySlice<UInt8>]

    init(_ line: [UInt8]) {
        words = line.split { $0 == 0x20 || $0 == 0x09 }.reversed()
    }

    var isAtEnd: Bool { words.isEmpty }

    mutating func take(_ word: String) -> Bool {
        guard let next = words.last, next.elementsEqual(word.utf8) else { return false }
        words.removeLast()
        return true
    }

    mutating func word() -> [UInt8]? { words.popLast().map { Array($0) } }

    mutating func number(after prefix: String) -> UInt32? {
        guard let word = words.popLast(), word.starts(with: prefix.utf8),
            let number = Decimal.read(word.dropFirst(prefix.utf8.count), atMost: 10)
        else { return nil }
        return UInt32(exactly: number)
    }

    mutating func signed() -> Int? {
        guard let word = words.popLast() else { return nil }
        if word.first == UInt8(ascii: "-") { return Decimal.read(word.dropFirst(), atMost: 9).map { -$0 } }
        return Decimal.read(word, atMost: 9)
    }
}
