/// Numbers in network order, read and written with one bounds check each, after which the compiler needs no others.
extension Span where Element == UInt8 {
    /// Traps if the four octets at `offset` are not all there: check the length first.
    @inlinable @inline(__always)
    public func bigEndian32(at offset: Int) -> UInt32 {
        precondition(offset >= 0 && offset <= count &- 4, "The octets are not all there.")
        return UInt32(self[offset]) << 24 | UInt32(self[offset &+ 1]) << 16 | UInt32(self[offset &+ 2]) << 8
            | UInt32(self[offset &+ 3])
    }

    /// Traps if the eight octets at `offset` are not all there: check the length first.
    @inlinable @inline(__always)
    public func bigEndian64(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count &- 8, "The octets are not all there.")
        return UInt64(bigEndian32(at: offset)) << 32 | UInt64(bigEndian32(at: offset &+ 4))
    }
}

extension MutableSpan where Element == UInt8 {
    @inlinable @inline(__always)
    public mutating func setBigEndian32(_ value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset <= count &- 4, "There is no room.")
        self[offset] = UInt8(truncatingIfNeeded: value >> 24)
        self[offset &+ 1] = UInt8(truncatingIfNeeded: value >> 16)
        self[offset &+ 2] = UInt8(truncatingIfNeeded: value >> 8)
        self[offset &+ 3] = UInt8(truncatingIfNeeded: value)
    }

    @inlinable @inline(__always)
    public mutating func setBigEndian64(_ value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset <= count &- 8, "There is no room.")
        setBigEndian32(UInt32(truncatingIfNeeded: value >> 32), at: offset)
        setBigEndian32(UInt32(truncatingIfNeeded: value), at: offset &+ 4)
    }
}
