/// What somebody asks of at, atq, atrm or batch on the command line.
public struct AtInvocation: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        /// at, batch
        case submit(When)
        /// atq, `at -l`; with no numbers, all jobs
        case list([UInt32])
        /// atrm, `at -d`, `at -r`
        case remove([UInt32])
        /// `at -c`
        case show([UInt32])
        /// `-V` alone
        case version
    }

    public enum When: Hashable, Sendable {
        case words(String)
        /// `-t`
        case stamp(String)
    }

    /// The name that it was called by.
    public enum Name: String, Hashable, Sendable, CaseIterable {
        case at, atq, atrm, batch
    }

    public var action: Action
    /// `-q`
    public var queue: AtQueue?
    /// `-f`; nil is standard input.
    public var file: String?
    /// `-m` and `-M`
    public var mail = SpoolFile.Mail.ifOutput
    /// `-u`
    public var mailName: String?
    /// `-v`: print the time first.
    public var isVerbose = false
    /// `-o`, a format of strftime.
    public var format: String?
    /// `-V` beside other things.
    public var printsVersion = false

    /// What is wrong with a command line.
    public struct Mistake: Error, Hashable, Sendable {
        public var text: String
        /// Whether the forms of the command are to be shown.
        public var showsUsage: Bool
    }

    /// Reads the words behind the program's name. Options may stand behind the time too.
    public init(_ name: Name, _ arguments: [String]) throws(Mistake) {
        var options = AtOptions(name)
        try options.read(arguments)
        queue = options.queue
        file = options.file
        mail = options.mail
        mailName = options.mailName
        isVerbose = options.isVerbose
        format = options.format
        printsVersion = options.printsVersion
        switch options.kind {
        case .list: action = .list(try Self.numbers(options.words))
        case .remove:
            guard !options.words.isEmpty else { throw Mistake(text: "", showsUsage: true) }
            action = .remove(try Self.numbers(options.words))
        case .show:
            guard !options.words.isEmpty else { throw Mistake(text: "", showsUsage: true) }
            action = .show(try Self.numbers(options.words))
        case .submit:
            if let stamp = options.stamp {
                guard options.words.isEmpty else { throw Mistake(text: "Cannot give time twice.", showsUsage: false) }
                action = .submit(.stamp(stamp))
            } else if name == .batch || options.isBatch {
                guard options.words.isEmpty || name == .at else {
                    throw Mistake(text: "batch accepts no parameters", showsUsage: false)
                }
                queue = queue ?? .batch
                action = .submit(.words(options.words.isEmpty ? "now" : options.words.joined(separator: " ")))
            } else if options.words.isEmpty {
                guard options.printsVersion else { throw Mistake(text: "Garbled time", showsUsage: false) }
                action = .version
            } else {
                action = .submit(.words(options.words.joined(separator: " ")))
            }
        }
    }

    /// Its forms.
    public static let usage = """
        Usage: at [-V] [-q x] [-f file] [-u username] [-mMlbv] timespec ...
               at [-V] [-q x] [-f file] [-u username] [-mMlbv] -t time
               at -c job ...
               at [-V] -l [-o timeformat] [job ...]
               atq [-V] [-q x] [-o timeformat] [job ...]
               at [ -rd ] job ...
               atrm [-V] job ...
               batch
        """

    private static func numbers(_ words: [String]) throws(Mistake) -> [UInt32] {
        var numbers: [UInt32] = []
        for word in words {
            guard let number = Decimal.read(Array(word.utf8), atMost: 9).flatMap({ UInt32(exactly: $0) }) else {
                throw Mistake(text: AtText.noNumber(word), showsUsage: false)
            }
            numbers.append(number)
        }
        return numbers
    }
}

/// The options, read as getopt reads them.
private struct AtOptions {
    enum Kind { case submit, list, remove, show }

    let name: AtInvocation.Name
    var kind: Kind
    var words: [String] = []
    var stamp: String?
    var queue: AtQueue?
    var file: String?
    var mail = SpoolFile.Mail.ifOutput
    var mailName: String?
    var isVerbose = false
    var isBatch = false
    var format: String?
    var printsVersion = false

    init(_ name: AtInvocation.Name) {
        self.name = name
        kind =
            switch name {
            case .at, .batch: .submit
            case .atq: .list
            case .atrm: .remove
            }
    }

    /// The letters that a name knows; those before a colon take a value.
    private var known: (plain: String, valued: String) {
        switch name {
        case .at: ("VmMlbvcdr", "qfuto")
        case .atq: ("Vv", "qo")
        case .atrm: ("V", "")
        case .batch: ("VmMv", "fuq")
        }
    }

    mutating func read(_ arguments: [String]) throws(AtInvocation.Mistake) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                return
            }
            // A minus before a number belongs to the time: `teatime - 104 minutes`.
            guard argument.utf8.count > 1, argument.utf8.first == UInt8(ascii: "-"),
                let second = argument.utf8.dropFirst().first, !(second >= 0x30 && second <= 0x39)
            else {
                words.append(argument)
                continue
            }
            var letters = argument.dropFirst()
            while let letter = letters.popFirst() {
                if known.plain.contains(letter) {
                    try set(letter)
                } else if known.valued.contains(letter) {
                    let value = letters.isEmpty ? rest.popFirst() : String(letters)
                    guard let value else { throw mistake("option requires an argument -- '\(letter)'") }
                    letters = ""
                    try set(letter, value)
                } else {
                    throw mistake("invalid option -- '\(letter)'")
                }
            }
        }
    }

    private func mistake(_ text: String) -> AtInvocation.Mistake {
        AtInvocation.Mistake(text: "\(name.rawValue): \(text)", showsUsage: true)
    }

    private mutating func set(_ letter: Character) throws(AtInvocation.Mistake) {
        switch letter {
        case "V": printsVersion = true
        case "m": mail = .always
        case "M": mail = .never
        case "l": kind = .list
        case "b": isBatch = true
        case "v": isVerbose = true
        case "c": kind = .show
        default: kind = .remove
        }
    }

    private mutating func set(_ letter: Character, _ value: String) throws(AtInvocation.Mistake) {
        switch letter {
        case "q":
            // atq may ask for what is running.
            guard let queue = AtQueue(option: value) ?? (value == "=" && name == .atq ? .running : nil) else {
                throw AtInvocation.Mistake(text: "", showsUsage: true)
            }
            self.queue = queue
        case "f": file = value
        case "u":
            guard MailName.isSafe(Array(value.utf8)) else { throw mistake("mail cannot go to '\(value)'") }
            mailName = value
        case "t": stamp = value
        default: format = value
        }
    }
}
