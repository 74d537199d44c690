internal import Addresses
internal import TimeBase

/// The words after a directive, taken one by one.
struct Arguments {
    let directive: Word
    private var rest: ArraySlice<Word>
    /// The word taken last: what is missing, is missing after it.
    private(set) var last: Word

    init(directive: Word, rest: ArraySlice<Word>) {
        self.directive = directive
        self.rest = rest
        last = directive
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The next word, if there is one.
    mutating func optional() -> Word? {
        guard let word = rest.popFirst() else { return nil }
        last = word
        return word
    }

    /// The next word; `what` says what is expected, with its article ("a path").
    mutating func next(_ what: String) throws(Mistake) -> Word {
        let before = last
        guard let word = optional() else { throw Mistake(before, "'\(before.text)' needs \(what) after it") }
        return word
    }

    /// Takes the next word if it is this one, in whatever case.
    mutating func take(_ word: String) -> Bool {
        guard rest.first?.lowercased == word else { return false }
        return optional() != nil
    }

    /// Nothing more may follow.
    func end() throws(Mistake) {
        guard let word = rest.first else { return }
        throw Mistake(word, "'\(word.text)' is one argument too many for \(directive.lowercased)")
    }

    mutating func integer(_ what: String, in range: ClosedRange<Int>) throws(Mistake) -> Int {
        let word = try next(what)
        guard let value = Int(word.text) else { throw Mistake(word, "'\(word.text)' is not a whole number") }
        guard range.contains(value) else { throw Self.outside(word, Self.limits(range)) }
        return value
    }

    /// As ``integer(_:in:)``, where a negative number means "any".
    mutating func count(_ what: String) throws(Mistake) -> Int {
        try integer(what, in: -1_000_000_000...1_000_000_000)
    }

    mutating func number(_ what: String, in range: ClosedRange<Double>) throws(Mistake) -> Double {
        let word = try next(what)
        guard word.text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(word.text),
            value.isFinite
        else { throw Mistake(word, "'\(word.text)' is not a number") }
        guard range.contains(value) else {
            throw Self.outside(word, "from \(Number.text(range.lowerBound)) to \(Number.text(range.upperBound))")
        }
        return value
    }

    /// A time in seconds.
    mutating func seconds(
        _ what: String = "a time in seconds", from least: Duration = .zero, to most: Duration = .seconds(1_000_000_000)
    ) throws(Mistake) -> Duration {
        let word = try next(what)
        guard let value = Duration(decimalSeconds: word.text) else {
            throw Mistake(word, "'\(word.text)' is not a number of seconds")
        }
        guard value >= least, value <= most else {
            throw Self.outside(word, "from \(least.decimalSeconds) to \(most.decimalSeconds) seconds")
        }
        return value
    }

    /// A frequency in ppm, not negative.
    mutating func frequency(from least: Double = 0, to most: Double = 1_000_000) throws(Mistake) -> Frequency {
        Frequency(ppm: try number("a frequency in ppm", in: least...most))
    }

    mutating func port(_ what: String = "a port") throws(Mistake) -> UInt16 {
        UInt16(truncatingIfNeeded: try integer(what, in: 0...65_535))
    }

    mutating func address() throws(Mistake) -> IPAddress {
        let word = try next("an IP address")
        guard let address = IPAddress(word.text) else { throw Mistake(word, "'\(word.text)' is not an IP address") }
        return address
    }

    private static func outside(_ word: Word, _ limits: String) -> Mistake {
        Mistake(word, "'\(word.text)' is out of range: it must be \(limits)")
    }

    private static func limits(_ range: ClosedRange<Int>) -> String {
        "from \(range.lowerBound) to \(range.upperBound)"
    }
}

/// Numbers as a configuration shows them.
enum Number {
    /// The shortest decimal text that reads back as the same number, without a needless `.0`.
    static func text(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// The shortest text in ppm that reads back as the same frequency, whose ratio may lie between two such numbers.
    static func text(_ frequency: Frequency) -> String {
        var candidates: [Double] = [frequency.ppm]
        for _ in 0..<2 {
            candidates = [candidates[0].nextDown] + candidates + [candidates[candidates.count - 1].nextUp]
        }
        let texts = candidates.filter { Frequency(ppm: $0) == frequency }.map { text($0) }
        return texts.min { $0.utf8.count < $1.utf8.count } ?? text(frequency.ppm)
    }
}
