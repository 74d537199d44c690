/// Numbers in network order, read and written with bounds checks.
extension Span where Element == UInt8 {
    /// Traps if the four octets at `offset` are not all there: check the length first.
    public func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16 | UInt32(self[offset + 2]) << 8
            | UInt32(self[offset + 3])
    }

    /// Traps if the eight octets at `offset` are not all there: check the length first.
    public func bigEndian64(at offset: Int) -> UInt64 {
        UInt64(bigEndian32(at: offset)) << 32 | UInt64(bigEndian32(at: offset + 4))
    }
}

extension MutableSpan where Element == UInt8 {
    public mutating func setBigEndian32(_ value: UInt32, at offset: Int) {
        self[offset] = UInt8(truncatingIfNeeded: value >> 24)
        self[offset + 1] = UInt8(truncatingIfNeeded: value >> 16)
        self[offset + 2] = UInt8(truncatingIfNeeded: value >> 8)
        self[offset + 3] = UInt8(truncatingIfNeeded: value)
    }

    public mutating func setBigEndian64(_ value: UInt64, at offset: Int) {
        setBigEndian32(UInt32(truncatingIfNeeded: value >> 32), at: offset)
        setBigEndian32(UInt32(truncatingIfNeeded: value), at: offset + 4)
    }
}
