extension [UInt8] {
    /// Adds a number in the machine's own order of octets.
    mutating func add<Number: FixedWidthInteger>(_ number: Number) {
        let inMemory = number.littleEndian
        for position in 0..<Number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: inMemory >> (position * 8)))
        }
    }

    /// The number at a position, in the machine's own order of octets; octets beyond the end count as zero.
    func number<Number: FixedWidthInteger>(at position: Int, as type: Number.Type = Number.self) -> Number {
        var inMemory: Number = 0
        for index in (position..<position + Number.bitWidth / 8).reversed() {
            inMemory = inMemory << 8 | Number(truncatingIfNeeded: indices.contains(index) ? self[index] : 0)
        }
        return Number(littleEndian: inMemory)
    }
}
