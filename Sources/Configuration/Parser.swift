internal import Timekeeping

/// Reads directives, from files and from the command line, into settings. It goes on after a mistake, to find them all.
struct Parser {
    var settings = DaemonSettings()
    var diagnostics: [Diagnostic] = []
    let files: FileReader

    /// Sources as they were written, and which of the defaults their lines left open.
    var sources: [WrittenSource] = []
    var referenceClocks: [WrittenReferenceClock] = []
    private(set) var file = ""
    private(set) var line = 0
    /// The files that are being read, each included by the one before it.
    private(set) var open: [String] = []
    /// Whether any source is to be authenticated by NTS.
    var asksForNTS = false
    /// What became of each line, where somebody wants to know (an import).
    var records: [LineRecord]?
    /// In a `*.sources` file only sources may stand.
    private var onlySources = false

    /// How deep files may include files.
    static let deepest = 10

    init(files: FileReader) {
        self.files = files
    }

    /// Reads one line.
    mutating func read(line octets: ArraySlice<UInt8>, number: Int, file: String) {
        (self.file, line) = (file, number)
        guard octets.count <= Line.longest else {
            let word = Word(text: "", column: Line.longest + 1)
            return report(.error, word, "the line is longer than \(Line.longest) octets")
        }
        var words = Line.words(octets)[...]
        let record = beginRecord(octets, words.first)
        defer { endRecord(record) }
        guard let first = words.popFirst() else { return }
        var arguments = Arguments(directive: first, rest: words)
        do throws(Mistake) {
            try obey(&arguments)
            try arguments.end()
        } catch {
            report(.error, error.word, error.sentence)
        }
    }

    private mutating func obey(_ arguments: inout Arguments) throws(Mistake) {
        let word = arguments.directive
        guard let directive = Directive.named(word.lowercased) else {
            let nearest = Nearest.word(to: word.text, among: Directive.all.map(\.word))
            throw Mistake(
                word, "'\(word.text)' is not a directive" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
        }
        if onlySources, !["server", "pool", "peer"].contains(directive.word) {
            throw Mistake(word, "'\(word.text)' can't stand in a file of sources, only server, pool and peer can")
        }
        if let handler = Self.handlers[directive.word] {
            try handler(&self, &arguments)
        } else {
            while arguments.optional() != nil {}
            warnNotYet(word)
        }
    }

    /// Says of a directive what the table says instead of an effect.
    mutating func warnNotYet(_ word: Word) {
        guard let directive = Directive.named(word.lowercased) else { return }
        let what = directive.group == .ignored ? "has no effect" : "has no effect yet in this version"
        warn(word, "'\(directive.word)' \(what): \(directive.sentence)")
    }

    mutating func warn(_ word: Word, _ sentence: String) {
        report(.warning, word, sentence)
    }

    /// Where the line that is being read stands.
    var place: (file: String, line: Int) { (file, line) }

    /// A remark on a line that was read before.
    mutating func warn(_ word: Word, at place: (file: String, line: Int), _ sentence: String) {
        let now = self.place
        defer { (file, line) = now }
        (file, line) = place
        warn(word, sentence)
    }

    private mutating func report(_ severity: Diagnostic.Severity, _ word: Word, _ sentence: String) {
        diagnostics.append(
            Diagnostic(
                severity: severity, file: file, line: line, column: word.column, word: word.text, sentence: sentence))
    }

    // MARK: Files

    /// Reads a file. Where it can't be read that is an error at `word` of the line that asked for it, or of the file
    /// as a whole if no line did.
    mutating func read(file path: String, for word: Word?) {
        guard open.count < Self.deepest, !open.contains(path) else {
            let reason =
                open.contains(path) ? "it includes itself" : "files are included more than \(Self.deepest) deep"
            return report(.error, word ?? Word(text: path, column: 0), "'\(path)' is not read: \(reason)")
        }
        let outer = (file, line)
        defer { (file, line) = outer }
        switch files.read(path) {
        case .success(let octets):
            open.append(path)
            defer { open.removeLast() }
            for (index, octets) in Line.split(octets).enumerated() {
                read(line: octets, number: index + 1, file: path)
            }
        case .failure(let failure):
            let reason =
                switch failure {
                case .absent: "there is no such file"
                case .unreadable(let reason): "it can't be read: \(reason)"
                }
            if word == nil { (file, line) = (path, 0) }
            report(.error, word ?? Word(text: path, column: 0), word == nil ? reason : "'\(path)': \(reason)")
        }
    }

    /// Reads the `*.sources` files. Their mistakes are warnings: a file that a DHCP client wrote must not keep the
    /// daemon from starting.
    mutating func readSourceDirectories() {
        let (before, written) = (diagnostics.count, sources.count)
        onlySources = true
        defer { onlySources = false }
        for path in Glob.files(withSuffix: ".sources", in: settings.sourceDirectories, files) {
            read(file: path, for: nil)
        }
        for index in diagnostics.indices.dropFirst(before) { diagnostics[index].severity = .warning }
        settings.directorySources = sources.dropFirst(written).map { $0.settled(settings.sourceDefaults) }
        settings.timekeeper.sources = sources.map { $0.settled(settings.sourceDefaults) }
    }
}

/// A source's line, with what it left to the defaults.
struct WrittenSource {
    var settings: SourceSettings
    var minimumSamples: Int?
    var maximumSamples: Int?
    var minimumStratum: Int?

    /// The source with the defaults filled in, wherever in the file they stood.
    func settled(_ defaults: SourceDefaults) -> SourceSettings {
        var source = settings
        source.minimumSamples = minimumSamples ?? defaults.minimumSamples
        source.maximumSamples = maximumSamples ?? defaults.maximumSamples
        source.minimumStratum = minimumStratum ?? defaults.minimumStratum
        return source
    }
}
