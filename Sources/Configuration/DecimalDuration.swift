extension Duration {
    private static let attosecondsPerSecond: Int128 = 1_000_000_000_000_000_000

    /// Reads decimal seconds exactly (`-0.25`, `1e-9`, `3600`), as far as attoseconds go; nil if the text is
    /// anything else or its magnitude is 1e15 s or more.
    init?(decimalSeconds text: String) {
        guard let decimal = Decimal(text) else { return nil }
        var attoseconds: Int128 = 0
        // The number is digits · 10^exponent seconds, so digits · 10^(exponent + 18) attoseconds.
        let places = decimal.digits.count + decimal.exponent + 18
        guard places <= 33 || decimal.digits.allSatisfy({ $0 == 0 }) else { return nil }
        for index in 0..<Swift.max(0, Swift.min(places, 33)) {
            attoseconds = attoseconds * 10 + (index < decimal.digits.count ? Int128(decimal.digits[index]) : 0)
        }
        self.init(attoseconds: decimal.isNegative ? -attoseconds : attoseconds)
    }

    /// Decimal seconds without needless zeros, exact, so that ``init(decimalSeconds:)`` gives this duration back.
    var decimalSeconds: String {
        let size = attoseconds.magnitude
        let (whole, rest) = size.quotientAndRemainder(dividingBy: Self.attosecondsPerSecond.magnitude)
        var text = (attoseconds < 0 ? "-" : "") + String(whole)
        if rest > 0 {
            let digits = String(rest)
            let fraction = String(repeating: "0", count: 18 - digits.count) + digits
            let used = fraction.lastIndex { $0 != "0" } ?? fraction.startIndex
            text += "." + fraction[...used]
        }
        return text
    }
}

/// A decimal number as it was written.
private struct Decimal {
    var isNegative = false
    /// Without leading zeros.
    var digits: [UInt8] = []
    /// The power of ten that the last digit counts.
    var exponent = 0

    /// Reads `[+-]DIGITS[.DIGITS][e[+-]DIGITS]`, with a digit on at least one side of the point.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        var seen = false
        var afterPoint = false
        while let octet = rest.first {
            if octet == UInt8(ascii: "."), !afterPoint {
                afterPoint = true
            } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) {
                seen = true
                if octet != UInt8(ascii: "0") || !digits.isEmpty { digits.append(octet - UInt8(ascii: "0")) }
                if afterPoint { exponent -= 1 }
            } else {
                break
            }
            rest.removeFirst()
        }
        guard seen else { return nil }
        if let octet = rest.first {
            guard octet == UInt8(ascii: "e") || octet == UInt8(ascii: "E"),
                let power = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), power.magnitude < 1000
            else { return nil }
            exponent += power
        }
    }
}
