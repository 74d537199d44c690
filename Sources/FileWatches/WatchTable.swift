/// An incrontab (incrontab(5)): `PATH MASK COMMAND` in each line, empty lines, and comments behind `#`.
///
/// It departs from incron 0.5.12 where nobody can want what that does: comments are comments, a blank in a path is `\ `, an
/// unknown event is an error, and several rules for one path all hold.
public struct WatchTable: Hashable, Sendable {
    public var rules: [WatchRule] = []
    /// A wrong line costs that line.
    public var errors: [WatchTableError] = []

    /// No more rules than this in one table, and no longer lines.
    public static let mostRules = 10_000
    public static let longestLine = 131_072

    public init(_ octets: [UInt8]) {
        var number = 0
        for line in octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            do throws(WatchTableError) {
                guard let rule = try Self.rule(line, number) else { continue }
                guard rules.count < Self.mostRules else {
                    errors.append(WatchTableError(line: number, column: 1, reason: "more than \(Self.mostRules) rules"))
                    return
                }
                rules.append(rule)
            } catch {
                errors.append(error)
            }
        }
    }

    /// Reads one line without its end; nil if it says nothing.
    public static func rule(_ line: some Collection<UInt8>, _ number: Int = 1) throws(WatchTableError) -> WatchRule? {
        var reader = WatchLine(line, number)
        reader.skipBlanks()
        guard let first = reader.octet, first != UInt8(ascii: "#") else { return nil }
        guard line.count <= longestLine else { throw reader.failure("the line is longer than \(longestLine) octets") }
        guard !line.contains(0) else { throw reader.failure("it holds an octet 0") }

        guard first == UInt8(ascii: "/") else { throw reader.failure("the path must begin with /") }
        let path = try reader.takePath()
        reader.skipBlanks()
        guard reader.octet != nil else { throw reader.failure("the events are missing") }
        var rule = WatchRule(path: path, mask: [], command: [], line: number)
        try reader.takeMask(into: &rule)
        reader.skipBlanks()
        guard reader.octet != nil else { throw reader.failure("the command is missing") }
        let column = reader.column
        rule.command = reader.takeRest()
        do throws(WatchCommandError) {
            _ = try WatchCommand(rule.command)
        } catch {
            throw WatchTableError(line: number, column: column + error.offset, reason: error.reason)
        }
        return rule
    }
}

/// A place in a line.
private struct WatchLine {
    private let octets: [UInt8]
    private let number: Int
    private var at = 0

    init(_ octets: some Collection<UInt8>, _ number: Int) {
        self.octets = Array(octets)
        self.number = number
    }

    var column: Int { at + 1 }
    var octet: UInt8? { at < octets.count ? octets[at] : nil }

    func failure(_ reason: String, column: Int? = nil) -> WatchTableError {
        WatchTableError(line: number, column: column ?? self.column, reason: reason)
    }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    mutating func skipBlanks() {
        while let octet, Self.isBlank(octet) { at += 1 }
    }

    /// Up to a blank; a backslash takes the next octet as it is.
    mutating func takePath() throws(WatchTableError) -> [UInt8] {
        var path: [UInt8] = []
        while let octet, !Self.isBlank(octet) {
            at += 1
            if octet == UInt8(ascii: "\\") {
                guard let next = self.octet else { throw failure("nothing follows the backslash") }
                at += 1
                path.append(next)
            } else if octet != UInt8(ascii: "/") || path.last != octet {
                path.append(octet)
            }
        }
        if path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
        guard path.count < 4096 else { throw failure("the path is too long", column: 1) }
        for name in path.split(separator: UInt8(ascii: "/")) where name == [0x2e] || name == [0x2e, 0x2e] {
            throw failure("the path must not hold . or ..", column: 1)
        }
        return path
    }

    /// Names with commas between them, or one number.
    mutating func takeMask(into rule: inout WatchRule) throws(WatchTableError) {
        var isFirst = true
        repeat {
            let start = column
            var word: [UInt8] = []
            while let octet, !Self.isBlank(octet), octet != UInt8(ascii: ",") {
                word.append(octet)
                at += 1
            }
            let text = String(decoding: word, as: UTF8.self)
            if isFirst, let digit = word.first, digit >= 0x30, digit <= 0x39 {
                let value = word.count > 10 ? nil : UInt32(text)
                let known = WatchMask.allEvents.union(.ways)
                guard let value, known.isSuperset(of: WatchMask(rawValue: value)) else {
                    throw failure("\(text) is no sum of events", column: start)
                }
                rule.mask.insert(WatchMask(rawValue: value))
            } else if let mask = WatchMask.named(text) {
                rule.mask.insert(mask)
            } else {
                try set(text, start, &rule)
            }
            isFirst = false
        } while take(UInt8(ascii: ","))
        if rule.events.isEmpty { throw failure("no event is named") }
    }

    private func set(_ word: String, _ column: Int, _ rule: inout WatchRule) throws(WatchTableError) {
        switch word {
        case "loopable=true", "IN_NO_LOOP": rule.isLoopable = true
        case "loopable=false": rule.isLoopable = false
        case "recursive=true": rule.isRecursive = true
        case "recursive=false": rule.isRecursive = false
        case "dotdirs=true": rule.includesDotDirectories = true
        case "dotdirs=false": rule.includesDotDirectories = false
        case "": throw failure("a name is missing", column: column)
        default:
            let shown = word.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7f ? "?" : String($0) }
            throw failure("there is no event \(shown.joined())", column: column)
        }
    }

    private mutating func take(_ wanted: UInt8) -> Bool {
        guard octet == wanted else { return false }
        at += 1
        return true
    }

    mutating func takeRest() -> [UInt8] {
        defer { at = octets.count }
        return Array(octets[at...])
    }
}
