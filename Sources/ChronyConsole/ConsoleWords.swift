internal import Addresses
internal import Control
internal import TimeBase

/// The words of a line, taken one by one.
struct ConsoleWords {
    let command: String
    private var rest: ArraySlice<String>

    init?(_ line: String) {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).map(String.init)[...]
        guard let first = words.popFirst(), let mark = first.first, !"!;#%".contains(mark) else { return nil }
        command = first
        rest = words
    }

    var isAtEnd: Bool { rest.isEmpty }
    mutating func optional() -> String? { rest.popFirst() }

    mutating func take(_ word: String) -> Bool {
        guard rest.first == word else { return false }
        rest.removeFirst()
        return true
    }

    mutating func takeAll() -> [String] {
        defer { rest = [] }
        return Array(rest)
    }

    mutating func next(_ what: String) throws(ConsoleMistake) -> String {
        guard let word = rest.popFirst() else { throw invalid("\(what) is missing") }
        return word
    }

    mutating func whole<Number: FixedWidthInteger>(
        _ what: String, in range: ClosedRange<Number> = Number.min...Number.max
    ) throws(ConsoleMistake) -> Number {
        let word = try next(what)
        guard let number = Number(word) else { throw invalid("'\(word)' is not a whole number") }
        guard range.contains(number) else {
            throw invalid("\(what) is \(range.lowerBound) to \(range.upperBound), not \(word)")
        }
        return number
    }

    mutating func number(_ what: String, least: Double = -1e15, most: Double = 1e15) throws(ConsoleMistake) -> Double {
        let word = try next(what)
        guard word.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let number = Double(word),
            number.isFinite
        else { throw invalid("'\(word)' is not a number") }
        guard number >= least, number <= most else { throw invalid("'\(word)' is out of range") }
        return number
    }

    mutating func seconds(_ what: String, least: Double = -1e15) throws(ConsoleMistake) -> Duration {
        Duration(clampingSeconds: try number(what, least: least))
    }

    mutating func source(_ what: String = "the source's address") throws(ConsoleMistake) -> TypedSource {
        let word = try next(what)
        if let number = ConsoleNames.identifier(word) { return .known(.unresolved(number)) }
        if let address = IPAddress(word) { return .known(.ip(address)) }
        return .name(word)
    }

    /// `[[MASK/]ADDRESS]`, `ADDRESS/BITS`
    mutating func selector() throws(ConsoleMistake) -> TypedSelector {
        guard let word = optional() else { return .known(.all) }
        if let number = ConsoleNames.identifier(word) { return .known(.unresolved(number)) }
        if let address = IPAddress(word) { return .known(SourceSelector(address)) }
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return .name(word) }
        if let address = IPAddress(parts[0]), let bits = Int(parts[1]), (0...address.width).contains(bits) {
            let ones: IPAddress = address.family == .ipv4 ? .v4(.max) : .v6(.max, .max)
            return .known(.matching(address, mask: ones.prefix(bits)))
        }
        guard let mask = IPAddress(parts[0]), let address = IPAddress(parts[1]), mask.family == address.family else {
            throw invalid("'\(word)' is neither MASK/ADDRESS nor ADDRESS/BITS")
        }
        return .known(.matching(address, mask: mask))
    }

    /// Nothing may be left: what would be ignored is refused.
    func end() throws(ConsoleMistake) {
        guard let word = rest.first else { return }
        throw ConsoleMistake(
            sentence: "'\(word)' says nothing to \(command), and chronyc would ignore it. Next: leave it out.")
    }

    /// What chronyc says of a command that it can't read, and why it can't.
    func invalid(_ why: String) -> ConsoleMistake {
        ConsoleMistake(sentence: "Invalid syntax for \(command) command: \(why). Next: help")
    }
}
