internal import Addresses
internal import TimeBase

/// Takes fields from a datagram, one after the other. Beyond its end there are zeros: nothing traps, and whoever
/// needs all fields checks the length first.
struct OctetReader {
    private let octets: [UInt8]
    private var position: Int

    init(_ octets: [UInt8], at position: Int) {
        self.octets = octets
        self.position = position
    }

    mutating func skip(_ count: Int) { position += count }

    mutating func uint8() -> UInt8 {
        defer { position += 1 }
        return octets.indices.contains(position) ? octets[position] : 0
    }

    mutating func uint16() -> UInt16 {
        let high = UInt16(uint8())
        return high << 8 | UInt16(uint8())
    }

    mutating func uint32() -> UInt32 {
        let high = UInt32(uint16())
        return high << 16 | UInt32(uint16())
    }

    mutating func uint64() -> UInt64 {
        let high = UInt64(uint32())
        return high << 32 | UInt64(uint32())
    }

    mutating func int8() -> Int8 { Int8(bitPattern: uint8()) }
    mutating func int16() -> Int16 { Int16(bitPattern: uint16()) }
    mutating func int32() -> Int32 { Int32(bitPattern: uint32()) }

    /// A number that is not known where all its bits are set.
    mutating func known32() -> UInt32? {
        let value = uint32()
        return value == .max ? nil : value
    }

    /// A number that is not known where all its bits are set.
    mutating func known64() -> UInt64? {
        let value = uint64()
        return value == .max ? nil : value
    }

    mutating func float() -> Double { ChronyFloat.value(uint32()) }
    mutating func duration() -> Duration { Duration(clampingSeconds: float()) }
    mutating func frequency() -> Frequency { Frequency(ppm: float()) }

    /// A duration that is not known where all 32 bits are set (as a number, an absurdly small negative one).
    mutating func knownDuration() -> Duration? {
        known32().map { Duration(clampingSeconds: ChronyFloat.value($0)) }
    }

    mutating func knownFrequency() -> Frequency? { known32().map { Frequency(ppm: ChronyFloat.value($0)) } }
    mutating func knownNumber() -> Double? { known32().map { ChronyFloat.value($0) } }
    mutating func reference() -> ReferenceIdentifier { ReferenceIdentifier(bits: uint32()) }

    /// A moment; nil for the epoch itself, which stands for "never".
    mutating func instant() -> Instant<Realtime>? {
        let high = uint32()
        let low = uint32()
        let nanoseconds = uint32()
        // Senders whose seconds have 32 bits mark that with this high half.
        let seconds = UInt64(high == 0x7fff_ffff ? 0 : high) << 32 | UInt64(low)
        guard seconds != 0 || nanoseconds != 0 else { return nil }
        return Instant(
            sinceEpoch: Duration(
                secondsComponent: Int64(bitPattern: seconds),
                attosecondsComponent: Int64(nanoseconds) * 1_000_000_000))
    }

    mutating func address() -> SourceAddress {
        let start = position
        defer { position = start + 20 }
        let high = uint64()
        let low = uint64()
        return switch uint16() {
        case 1: .ip(.v4(UInt32(truncatingIfNeeded: high >> 32)))
        case 2: .ip(.v6(high, low))
        case 3: .unresolved(UInt32(truncatingIfNeeded: high >> 32))
        default: .unspecified
        }
    }

    /// Text in a field of `size` octets, up to its first NUL; octets that are not UTF-8 are replaced.
    mutating func text(_ size: Int) -> String {
        let end = position + size
        var bytes: [UInt8] = []
        while position < end {
            let octet = uint8()
            if octet == 0 { break }
            bytes.append(octet)
        }
        position = end
        return String(decoding: bytes, as: UTF8.self)
    }
}
