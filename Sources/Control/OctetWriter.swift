internal import Addresses
internal import TimeBase

/// Appends fields to a datagram.
struct OctetWriter {
    private(set) var octets: [UInt8] = []

    mutating func uint8(_ value: UInt8) { octets.append(value) }

    mutating func uint16(_ value: UInt16) {
        uint8(UInt8(truncatingIfNeeded: value >> 8))
        uint8(UInt8(truncatingIfNeeded: value))
    }

    mutating func uint32(_ value: UInt32) {
        uint16(UInt16(truncatingIfNeeded: value >> 16))
        uint16(UInt16(truncatingIfNeeded: value))
    }

    mutating func uint64(_ value: UInt64) {
        uint32(UInt32(truncatingIfNeeded: value >> 32))
        uint32(UInt32(truncatingIfNeeded: value))
    }

    mutating func int8(_ value: Int8) { uint8(UInt8(bitPattern: value)) }
    mutating func int16(_ value: Int16) { uint16(UInt16(bitPattern: value)) }
    mutating func int32(_ value: Int32) { uint32(UInt32(bitPattern: value)) }
    mutating func known32(_ value: UInt32?) { uint32(value ?? .max) }
    mutating func known64(_ value: UInt64?) { uint64(value ?? .max) }
    mutating func float(_ value: Double) { uint32(ChronyFloat.bits(value)) }
    mutating func duration(_ value: Duration) { float(value.inSeconds) }
    mutating func frequency(_ value: Frequency) { float(value.ppm) }
    mutating func knownDuration(_ value: Duration?) { uint32(value.map { ChronyFloat.bits($0.inSeconds) } ?? .max) }
    mutating func knownFrequency(_ value: Frequency?) { uint32(value.map { ChronyFloat.bits($0.ppm) } ?? .max) }
    mutating func knownNumber(_ value: Double?) { uint32(value.map { ChronyFloat.bits($0) } ?? .max) }
    mutating func reference(_ value: ReferenceIdentifier) { uint32(value.bits) }
    mutating func zeros(_ count: Int) { octets.append(contentsOf: repeatElement(0, count: max(0, count))) }

    /// Fills with zeros up to a length, or cuts to it.
    mutating func end(at length: Int) {
        zeros(length - octets.count)
        octets.removeLast(octets.count - length)
    }

    mutating func instant(_ instant: Instant<Realtime>?) {
        guard let instant else { return zeros(12) }
        var (seconds, attoseconds) = instant.sinceEpoch.components
        if attoseconds < 0 {
            attoseconds += 1_000_000_000_000_000_000
            seconds &-= 1
        }
        uint64(UInt64(bitPattern: seconds))
        uint32(UInt32(truncatingIfNeeded: attoseconds / 1_000_000_000))
    }

    mutating func address(_ address: SourceAddress) {
        var family: UInt16 = 0
        let end = octets.count + 20
        switch address {
        case .unspecified: break
        case .ip(.v4(let bits)):
            family = 1
            uint32(bits)
        case .ip(.v6(let high, let low)):
            family = 2
            uint64(high)
            uint64(low)
        case .unresolved(let number):
            family = 3
            uint32(number)
        }
        zeros(end - 4 - octets.count)
        uint16(family)
        uint16(0)
    }

    /// Text in a field of `size` octets, padded with NUL. What does not fit is cut between characters.
    mutating func text(_ text: String, _ size: Int) {
        var used = 0
        for character in text {
            let bytes = String(character).utf8
            guard used + bytes.count <= size, !bytes.contains(0) else { break }
            octets.append(contentsOf: bytes)
            used += bytes.count
        }
        zeros(size - used)
    }
}
