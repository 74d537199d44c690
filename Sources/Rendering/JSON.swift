internal import TimeBase

/// A JSON value (RFC 8259) whose objects keep their order. What is not known is null, never zero.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(String, JSON)])

    /// One line of text.
    public var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.0) + ":" + $0.1.text }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1f}", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSON {
    /// Divided rather than multiplied, so that 0.44 s is not printed as 0.44000000000000006.
    static func seconds(_ duration: Duration?) -> JSON {
        duration.map { .number(Double($0.attoseconds) / 1e18) } ?? .null
    }
    static func ppm(_ frequency: Frequency?) -> JSON { frequency.map { .number($0.ppm) } ?? .null }
    static func time(_ instant: Instant<Realtime>?) -> JSON {
        instant.map { .string(CivilDate($0).rfc3339) } ?? .null
    }
    static func text(_ text: String?) -> JSON { text.flatMap { $0.isEmpty ? nil : .string($0) } ?? .null }
    static func count(_ count: some BinaryInteger) -> JSON { .integer(Int(clamping: count)) }
    static func known(_ count: (some BinaryInteger)?) -> JSON { count.map { .integer(Int(clamping: $0)) } ?? .null }

    /// A value that was estimated: how far it may be wrong, and how old it is.
    static func estimate(_ value: JSON, bound: JSON, age: Duration?) -> JSON {
        if case .null = value { return .null }
        return .object([("value", value), ("bound", bound), ("age_seconds", .seconds(age))])
    }
}
