/// A place in a line of octets.
struct LineCursor {
    let octets: [UInt8]
    var at = 0

    init(_ octets: some Sequence<UInt8>) {
        self.octets = Array(octets)
    }

    /// Octets from the start of the line, from 1.
    var column: Int { at + 1 }
    var isAtEnd: Bool { at >= octets.count }
    var octet: UInt8? { isAtEnd ? nil : octets[at] }
    var isAtBlank: Bool { octet.map(Self.isBlank) ?? false }
    var rest: [UInt8] { isAtEnd ? [] : Array(octets[at...]) }

    static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    func next(is character: Unicode.Scalar) -> Bool { octet == UInt8(ascii: character) }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next(is: character) else { return false }
        at += 1
        return true
    }

    mutating func skipBlanks() {
        while isAtBlank { at += 1 }
    }

    /// Everything up to a blank.
    mutating func takeWord() -> [UInt8] {
        let start = at
        while !isAtEnd, !isAtBlank { at += 1 }
        return Array(octets[start..<at])
    }

    /// ASCII letters and digits.
    mutating func takeAlphanumeric() -> String {
        let start = at
        while let octet, Self.isAlphanumeric(octet) { at += 1 }
        return String(decoding: octets[start..<at], as: UTF8.self)
    }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9"))
            || ((octet | 0x20) >= UInt8(ascii: "a") && (octet | 0x20) <= UInt8(ascii: "z"))
    }
}
