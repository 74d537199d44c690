/// Reads a decimal number such as `-1.25e-6`: digits with an optional sign, point and exponent, nothing else.
/// - Returns: The nearest double; infinite when too great; nil when it is not such a number.
package func decimalNumber(_ text: Span<UInt8>) -> Double? {
    var index = 0
    var negative = false
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        negative = text[index] == UInt8(ascii: "-")
        index += 1
    }
    var significand: UInt64 = 0
    var digits = 0
    var exact = true
    var scale = 0
    var afterPoint = false
    while index < text.count {
        let octet = text[index]
        if octet == UInt8(ascii: "."), !afterPoint {
            afterPoint = true
        } else if let digit = decimalDigit(octet) {
            digits += 1
            if significand < 100_000_000_000_000_000 {
                significand = significand * 10 + UInt64(digit)
                if afterPoint { scale -= 1 }
            } else {
                exact = false
                if !afterPoint { scale += 1 }
            }
        } else {
            break
        }
        index += 1
    }
    guard digits > 0 else { return nil }
    if index < text.count {
        guard text[index] == UInt8(ascii: "e") || text[index] == UInt8(ascii: "E") else { return nil }
        guard let exponent = decimalExponent(text, from: index + 1) else { return nil }
        scale += exponent
    }
    // Both numbers are exact doubles, so that the one division or multiplication rounds rightly (Clinger 1990).
    if exact, significand <= 1 << 53, (-22...22).contains(scale) {
        let value = scale < 0 ? Double(significand) / powersOfTen[-scale] : Double(significand) * powersOfTen[scale]
        return negative ? -value : value
    }
    var characters = ""
    for position in 0..<text.count { characters.unicodeScalars.append(Unicode.Scalar(text[position])) }
    return Double(characters)
}

private func decimalDigit(_ octet: UInt8) -> UInt8? {
    let value = octet &- UInt8(ascii: "0")
    return value < 10 ? value : nil
}

/// What follows the `e`. Beyond ±100,000 it does not matter how far.
private func decimalExponent(_ text: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    var negative = false
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        negative = text[index] == UInt8(ascii: "-")
        index += 1
    }
    guard index < text.count else { return nil }
    var value = 0
    while index < text.count {
        guard let digit = decimalDigit(text[index]) else { return nil }
        value = min(100_000, value * 10 + Int(digit))
        index += 1
    }
    return negative ? -value : value
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]
