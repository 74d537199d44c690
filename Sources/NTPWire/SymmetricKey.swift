/// How a message authentication code is made of a secret and a packet (RFC 5905 appendix A.2, RFC 8573).
///
/// The raw values are those of chrony's control protocol.
public enum KeyAlgorithm: UInt16, CaseIterable, Hashable, Sendable {
    case md5 = 1
    case sha1 = 2
    case sha256 = 3
    case sha384 = 4
    case sha512 = 5
    case sha3of224 = 6
    case sha3of256 = 7
    case sha3of384 = 8
    case sha3of512 = 9
    case aes128 = 13
    case aes256 = 14

    /// As key files write it.
    public var name: String {
        switch self {
        case .md5: "MD5"
        case .sha1: "SHA1"
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        case .sha3of224: "SHA3-224"
        case .sha3of256: "SHA3-256"
        case .sha3of384: "SHA3-384"
        case .sha3of512: "SHA3-512"
        case .aes128: "AES128"
        case .aes256: "AES256"
        }
    }

    /// The algorithm of a name, in whatever case.
    public init?(name: String) {
        let name = name.uppercased()
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// Octets of a whole code, before anything is cut off.
    public var digestLength: Int {
        switch self {
        case .md5, .aes128, .aes256: 16
        case .sha1: 20
        case .sha3of224: 28
        case .sha256, .sha3of256: 32
        case .sha384, .sha3of384: 48
        case .sha512, .sha3of512: 64
        }
    }

    /// How many octets the secret must have; nil where any number will do.
    public var secretLength: Int? {
        switch self {
        case .aes128: 16
        case .aes256: 32
        default: nil
        }
    }

    /// Octets of the longest code.
    public static let longestDigest = 64
}

/// A secret that two machines share, and how it is used.
public struct SymmetricKey: Hashable, Sendable {
    /// 1 … 2^32 - 1; packets name it.
    public let identifier: UInt32
    public let algorithm: KeyAlgorithm
    public let secret: [UInt8]

    /// Nil if the algorithm can't take a secret of this length, or the identifier is 0.
    public init?(identifier: UInt32, algorithm: KeyAlgorithm, secret: [UInt8]) {
        guard identifier != 0, !secret.isEmpty, algorithm.secretLength ?? secret.count == secret.count else {
            return nil
        }
        self.identifier = identifier
        self.algorithm = algorithm
        self.secret = secret
    }

    /// Octets of the code in a packet. Version 4 cuts it to 20, so that it can't be taken for an extension field
    /// (RFC 7822 section 3.1).
    public func codeLength(version: UInt8) -> Int {
        min(algorithm.digestLength, version >= 4 ? MessageCode.longestInVersion4 : KeyAlgorithm.longestDigest)
    }

    /// Whether a guesser has less than 2^80 secrets to try.
    public var isShort: Bool { secret.count < 10 }
}
