/// Why a message is not understood.
public enum MessageError: Error, Hashable, Sendable {
    /// It ends too early.
    case short
    /// It goes on where it should end.
    case long
    /// Of another version of the protocol.
    case version(UInt8)
    /// No message is of this kind.
    case kind(UInt8, UInt8)
    /// A value that its place does not permit.
    case value

    /// For whoever sent it.
    public var sentence: String {
        switch self {
        case .short: "The message ends too early."
        case .long: "The message does not end where it should."
        case .version(let version): "The message is of version \(version); this is version \(Frame.version)."
        case .kind(let part, let kind): "No message is of kind \(part).\(kind)."
        case .value: "A value in the message is not permitted there."
        }
    }
}

/// Reads what ``MessageWriter`` wrote. Whatever it is handed, it only throws.
public struct MessageReader: Sendable {
    private let octets: [UInt8]
    private var at: Int

    public init(_ octets: [UInt8]) {
        self.octets = octets
        at = 0
    }

    /// - Throws: if anything is left.
    public func end() throws(MessageError) {
        if at != octets.count { throw .long }
    }

    public mutating func octet() throws(MessageError) -> UInt8 {
        guard at < octets.count else { throw .short }
        at += 1
        return octets[at - 1]
    }

    public mutating func flag() throws(MessageError) -> Bool {
        switch try octet() {
        case 0: false
        case 1: true
        default: throw .value
        }
    }

    public mutating func number() throws(MessageError) -> Int64 {
        guard octets.count - at >= 8 else { throw .short }
        var bits: UInt64 = 0
        for _ in 0..<8 {
            bits = bits << 8 | UInt64(octets[at])
            at += 1
        }
        return Int64(bitPattern: bits)
    }

    public mutating func run() throws(MessageError) -> [UInt8] {
        let count = try number()
        guard count >= 0 else { throw .value }
        guard count <= Int64(octets.count - at) else { throw .short }
        let start = at
        at += Int(count)
        return Array(octets[start..<at])
    }

    public mutating func text() throws(MessageError) -> String { String(decoding: try run(), as: UTF8.self) }

    public mutating func numberIfThere() throws(MessageError) -> Int64? { try flag() ? try number() : nil }

    public mutating func textIfThere() throws(MessageError) -> String? { try flag() ? try text() : nil }

    /// As many as the count before them says; a count that cannot be true is refused before anything is made room for.
    public mutating func list<Element>(
        _ element: (inout MessageReader) throws(MessageError) -> Element
    ) throws(MessageError) -> [Element] {
        let count = try number()
        guard count >= 0, count <= Int64(octets.count - at) else { throw .short }
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }
}
