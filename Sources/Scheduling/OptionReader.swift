/// One option of a program that is called as the C library's getopt_long is used.
public struct OptionSpecification: Sendable {
    public enum Value: Sendable { case none, required }

    /// Without `--`; nil if there is only the short form.
    public var long: String?
    /// Without `-`.
    public var short: Character?
    public var value: Value

    public init(long: String? = nil, short: Character? = nil, value: Value = .none) {
        self.long = long
        self.short = short
        self.value = value
    }
}

/// Why arguments are not understood; the sentence is getopt_long's own.
public struct OptionError: Error, Equatable, Sendable {
    public var sentence: String
}

/// What stands in an argument list: options in order, and what is none.
public struct OptionReader: Sendable {
    public var options: [(name: String, value: String?)] = []
    public var operands: [String] = []

    /// Reads arguments: options anywhere, `--` ends them, long names may be cut short.
    ///
    /// - Parameter stopsAtOperand: the first that is no option ends them.
    public init(
        _ arguments: [String], known: [OptionSpecification], stopsAtOperand: Bool = false
    ) throws(OptionError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                operands += rest
                return
            }
            if argument.hasPrefix("--") {
                try readLong(argument.dropFirst(2), &rest, known)
            } else if argument.hasPrefix("-"), argument != "-" {
                try readShort(argument.dropFirst(), &rest, known)
            } else if stopsAtOperand {
                operands = [argument] + rest
                return
            } else {
                operands.append(argument)
            }
        }
    }

    private mutating func readLong(
        _ text: Substring, _ rest: inout ArraySlice<String>, _ known: [OptionSpecification]
    ) throws(OptionError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        let matches = known.filter { $0.long?.hasPrefix(name) ?? false }
        guard let found = matches.first(where: { $0.long == name }) ?? matches.first, let long = found.long else {
            throw OptionError(sentence: "unrecognized option '--\(name)'")
        }
        if matches.count > 1, long != name {
            let names = matches.compactMap { $0.long.map { "'--\($0)'" } }.joined(separator: " ")
            throw OptionError(sentence: "option '--\(name)' is ambiguous; possibilities: \(names)")
        }
        let given = parts.count > 1 ? String(parts[1]) : nil
        switch found.value {
        case .none:
            guard given == nil else { throw OptionError(sentence: "option '--\(long)' doesn't allow an argument") }
            options.append((long, nil))
        case .required:
            guard let value = given ?? rest.popFirst() else {
                throw OptionError(sentence: "option '--\(long)' requires an argument")
            }
            options.append((long, value))
        }
    }

    private mutating func readShort(
        _ text: Substring, _ rest: inout ArraySlice<String>, _ known: [OptionSpecification]
    ) throws(OptionError) {
        var letters = text
        while let letter = letters.popFirst() {
            guard let found = known.first(where: { $0.short == letter }) else {
                throw OptionError(sentence: "invalid option -- '\(letter)'")
            }
            let name = found.long ?? String(letter)
            guard found.value == .required else {
                options.append((name, nil))
                continue
            }
            if !letters.isEmpty {
                options.append((name, String(letters)))
                return
            }
            guard let value = rest.popFirst() else {
                throw OptionError(sentence: "option requires an argument -- '\(letter)'")
            }
            options.append((name, value))
        }
    }
}
