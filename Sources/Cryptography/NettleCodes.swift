internal import CNettle
public import NTPWire

extension KeyRing {
    /// Keys whose codes are made by Nettle.
    public static func nettle(_ keys: [SymmetricKey]) -> KeyRing {
        KeyRing(keys) { key, message, code in
            guard code.count >= KeyAlgorithm.longestDigest else { return 0 }
            // Right because lengths come from the spans themselves, and no code is longer than 64 octets.
            let count = unsafe key.secret.withUnsafeBufferPointer { secret in
                unsafe message.withUnsafeBufferPointer { message in
                    unsafe code.withUnsafeMutableBufferPointer { code in
                        unsafe cnettle_code(
                            Int32(key.algorithm.rawValue), secret.baseAddress, UInt(secret.count),
                            message.baseAddress, UInt(message.count), code.baseAddress)
                    }
                }
            }
            return Int(count)
        }
    }
}
