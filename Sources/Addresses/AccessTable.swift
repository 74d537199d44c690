/// A block of addresses: all that share their first `length` bits.
public struct Subnet: Hashable, Sendable, CustomStringConvertible {
    public let base: IPAddress
    public let length: Int

    /// - Parameter length: number of leading bits that count, clamped to what the family has.
    public init(_ address: IPAddress, length: Int) {
        self.length = min(max(length, 0), address.width)
        self.base = address.prefix(self.length)
    }

    public func contains(_ address: IPAddress) -> Bool {
        address.family == base.family && address.prefix(length) == base
    }

    public var description: String { "\(base)/\(length)" }
}

/// Who is let in. The most specific rule that covers an address decides, so the order of rules does not matter,
/// except that `all` forgets the more specific rules that were given before it (as chrony has it).
public struct AccessTable: Equatable, Sendable {
    /// Whether the addresses of each subnet are let in, unless a rule for a part of it says otherwise.
    public private(set) var rules: [Subnet: Bool] = [:]
    private var runs4 = AddressRuns<UInt32>()
    private var runs6 = AddressRuns<UInt128>()

    public init() {}

    /// Whether any rule lets anybody in.
    public var allowsAnybody: Bool { rules.values.contains(true) }

    /// - Parameter subnet: the addresses meant; nil for every address of both families.
    /// - Parameter all: whether rules for parts of this subnet are forgotten.
    public mutating func set(_ subnet: Subnet?, allowed: Bool, all: Bool) {
        let subnets = subnet.map { [$0] } ?? [Subnet(.v4(0), length: 0), Subnet(.v6(0, 0), length: 0)]
        for subnet in subnets {
            if all {
                rules = rules.filter { !($0.key.length >= subnet.length && subnet.contains($0.key.base)) }
            }
            rules[subnet] = allowed
        }
        compile()
    }

    /// Whether the address is let in; nobody is whom no rule covers.
    public func allows(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let bits): runs4.allows(bits)
        case .v6(let high, let low): runs6.allows(UInt128(high) << 64 | UInt128(low))
        }
    }

    private mutating func compile() {
        var rules4: [AddressRuns<UInt32>.Rule] = []
        var rules6: [AddressRuns<UInt128>.Rule] = []
        for (subnet, isAllowed) in rules {
            switch subnet.base {
            case .v4(let bits):
                let rest = subnet.length < 32 ? UInt32.max >> UInt32(subnet.length) : 0
                rules4.append(.init(first: bits, last: bits | rest, isAllowed: isAllowed))
            case .v6(let high, let low):
                let bits = UInt128(high) << 64 | UInt128(low)
                let rest = subnet.length < 128 ? UInt128.max >> UInt128(subnet.length) : 0
                rules6.append(.init(first: bits, last: bits | rest, isAllowed: isAllowed))
            }
        }
        runs4 = AddressRuns(rules4)
        runs6 = AddressRuns(rules6)
    }
}
