/// Writes the fields of a message, one after the other: whole numbers in network order, octets with their count before them.
public struct MessageWriter: Sendable {
    public private(set) var octets: [UInt8] = []

    public init() {}

    public mutating func add(_ number: UInt8) { octets.append(number) }

    public mutating func add(_ flag: Bool) { octets.append(flag ? 1 : 0) }

    public mutating func add(_ number: Int64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            octets.append(UInt8(truncatingIfNeeded: number >> Int64(shift)))
        }
    }

    public mutating func add(_ run: [UInt8]) {
        add(Int64(run.count))
        octets += run
    }

    public mutating func add(_ text: String) { add(Array(text.utf8)) }

    /// One octet that says whether there is a value, and the value.
    public mutating func add(_ number: Int64?) {
        add(number != nil)
        if let number { add(number) }
    }

    public mutating func add(_ text: String?) {
        add(text != nil)
        if let text { add(text) }
    }
}
