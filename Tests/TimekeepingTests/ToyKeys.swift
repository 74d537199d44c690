internal import NTPWire

/// Keys whose codes are no cryptography, but depend on the secret and on every octet of the message.
enum Toy {
    static func ring(_ identifiers: UInt32...) -> KeyRing {
        KeyRing(identifiers.map(key)) { key, message, code in
            var sum: UInt64 = 0xcbf2_9ce4_8422_2325
            func take(_ octet: UInt8) { sum = (sum ^ UInt64(octet)) &* 0x100_0000_01b3 }
            for octet in key.secret { take(octet) }
            for index in message.indices { take(message[index]) }
            for index in 0..<20 {
                take(UInt8(index))
                code[index] = UInt8(truncatingIfNeeded: sum >> 32)
            }
            return 20
        }
    }

    static func key(_ identifier: UInt32) -> SymmetricKey {
        let secret = (0..<10).map { UInt8(truncatingIfNeeded: identifier &* 37) &+ $0 }
        guard let key = SymmetricKey(identifier: identifier, algorithm: .sha1, secret: secret) else {
            preconditionFailure("A toy key has a number.")
        }
        return key
    }

    static func verifies(_ code: MessageCode, of packet: [UInt8]) -> Bool {
        ring(code.key).verifies(code, of: packet.span)
    }

    /// A packet with the code of a key behind it.
    static func sealed(_ octets: [UInt8], key: UInt32) -> [UInt8] {
        var packet = octets + [UInt8](repeating: 0, count: 24)
        var span = packet.mutableSpan
        guard ring(key).seal(&span, length: octets.count, key: key) == packet.count else { return octets }
        return packet
    }
}
