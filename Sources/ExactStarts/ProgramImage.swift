/// What the first octets of an executable file tell of what is loaded with it.
public enum ProgramImage: Equatable, Sendable {
    /// Another program executes it (`#!`).
    case script(interpreter: String)
    /// A dynamic linker loads libraries with it; nil if it stands alone.
    case binary(linker: String?)

    /// How many octets tell enough.
    public static let headLength = 65536

    /// Reads the beginning of a file; nil if it is none that the kernel executes, or another kind of machine's.
    public init?(_ head: [UInt8]) {
        if head.starts(with: [0x23, 0x21]) {
            let line = head.dropFirst(2).prefix { $0 != 10 }.drop { $0 == 32 || $0 == 9 }
            let path = line.prefix { $0 != 32 && $0 != 9 }
            guard !path.isEmpty else { return nil }
            self = .script(interpreter: String(decoding: path, as: UTF8.self))
            return
        }
        // ELF, 64 bits, little-endian (System V ABI, "ELF Header", "Program Header").
        guard head.count >= 64, head.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]),
            let table = Self.number(head, at: 32, octets: 8), let size = Self.number(head, at: 54, octets: 2),
            let count = Self.number(head, at: 56, octets: 2), size >= 56
        else { return nil }
        for index in 0..<count {
            let at = table + index * size
            guard let kind = Self.number(head, at: at, octets: 4) else { break }
            // PT_INTERP
            guard kind == 3 else { continue }
            guard let offset = Self.number(head, at: at + 8, octets: 8),
                let length = Self.number(head, at: at + 32, octets: 8), length > 1, length <= 4096,
                offset <= head.count - length
            else { return nil }
            let path = head[offset..<(offset + length)].prefix { $0 != 0 }
            self = .binary(linker: String(decoding: path, as: UTF8.self))
            return
        }
        self = .binary(linker: nil)
    }

    /// nil if it does not lie within, or is no count of octets in memory.
    private static func number(_ octets: [UInt8], at position: Int, octets count: Int) -> Int? {
        guard position >= 0, position <= octets.count - count else { return nil }
        let value = octets[position..<(position + count)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return value < 1 << 40 ? Int(value) : nil
    }

    /// The files that a dynamic linker lists for a program (`LINKER --list PROGRAM`).
    public static func libraries(listed text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first { $0.hasPrefix("/") }.map(String.init)
        }
    }
}
