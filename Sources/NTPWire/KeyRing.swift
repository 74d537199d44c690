/// The keys of this machine, and the function that makes codes of them. Cryptography is not done here: whoever makes
/// the ring brings it in.
public struct KeyRing: Sendable {
    /// Writes the whole code of a message into the beginning of `code`.
    ///
    /// - Returns: its octets; 0 if the key's algorithm is not available.
    public typealias Function =
        @Sendable (_ key: SymmetricKey, _ message: Span<UInt8>, _ code: inout MutableSpan<UInt8>) -> Int

    /// By identifier.
    public private(set) var keys: [SymmetricKey]
    private let function: Function

    /// - Parameter keys: of several with one identifier the last counts.
    public init(_ keys: [SymmetricKey], function: @escaping Function) {
        var latest: [UInt32: SymmetricKey] = [:]
        for key in keys { latest[key.identifier] = key }
        self.keys = latest.values.sorted { $0.identifier < $1.identifier }
        self.function = function
    }

    /// A ring without keys.
    public static let empty = KeyRing([]) { _, _, _ in 0 }

    /// The same function with other keys.
    public func replacing(keys: [SymmetricKey]) -> KeyRing {
        KeyRing(keys, function: function)
    }

    /// The key of an identifier.
    public func key(_ identifier: UInt32) -> SymmetricKey? {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].identifier < identifier { low = middle + 1 } else { high = middle }
        }
        return low < keys.count && keys[low].identifier == identifier ? keys[low] : nil
    }

    /// Authenticates a packet: appends the key's number and the code to its first `length` octets.
    ///
    /// - Returns: the length with both; nil, and the packet is not to be sent, if there is no such key or no room.
    public func seal(_ packet: inout MutableSpan<UInt8>, length: Int, key identifier: UInt32) -> Int? {
        guard length >= NTPHeader.size, length <= packet.count, let key = key(identifier) else { return nil }
        let count = key.codeLength(version: packet[0] >> 3 & 7)
        let end = length + MessageCode.keySize + count
        guard end <= packet.count else { return nil }
        var code = InlineArray<64, UInt8>(repeating: 0)
        var room = code.mutableSpan
        guard function(key, packet.span.extracting(0..<length), &room) >= count else { return nil }
        packet.setBigEndian32(identifier, at: length)
        for index in 0..<count { packet[length + MessageCode.keySize + index] = code[index] }
        return end
    }

    /// Whether a code is right. It takes as long whichever octets of the code are wrong, and allocates nothing.
    public func verifies(_ code: MessageCode, of packet: Span<UInt8>) -> Bool {
        guard let key = key(code.key), code.start >= NTPHeader.size,
            code.start + MessageCode.keySize + code.length <= packet.count
        else { return false }
        // Older versions may carry it whole or cut, as different programs do it.
        let whole = key.codeLength(version: packet[0] >> 3 & 7)
        let isCut = code.length == min(key.algorithm.digestLength, MessageCode.longestInVersion4)
        guard code.length == whole || isCut else { return false }
        var expected = InlineArray<64, UInt8>(repeating: 0)
        var room = expected.mutableSpan
        guard function(key, packet.extracting(0..<code.start), &room) >= code.length else { return false }
        var difference: UInt8 = 0
        for index in 0..<code.length {
            difference |= expected[index] ^ packet[code.start + MessageCode.keySize + index]
        }
        return difference == 0
    }
}
