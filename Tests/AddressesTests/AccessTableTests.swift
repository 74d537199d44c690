import Testing

@testable internal import Addresses

/// One `allow` or `deny` line.
private struct Rule: Equatable {
    var subnet: Subnet?
    var allowed: Bool
    var all = false
}

/// The same rules, kept as a list of lines and judged by looking at all of them.
private struct NaiveTable {
    var rules: [Rule] = []

    mutating func add(_ rule: Rule) {
        for subnet in rule.subnet.map({ [$0] }) ?? [Subnet(.v4(0), length: 0), Subnet(.v6(0, 0), length: 0)] {
            rules.removeAll { old in
                guard let inner = old.subnet else { return false }
                return inner == subnet || rule.all && inner.length >= subnet.length && subnet.contains(inner.base)
            }
            rules.append(Rule(subnet: subnet, allowed: rule.allowed))
        }
    }

    func allows(_ address: IPAddress) -> Bool {
        let covering = rules.filter { $0.subnet?.contains(address) ?? false }
        return covering.max { ($0.subnet?.length ?? 0) < ($1.subnet?.length ?? 0) }?.allowed ?? false
    }
}

private func table(_ rules: [Rule]) -> AccessTable {
    var table = AccessTable()
    for rule in rules { table.set(rule.subnet, allowed: rule.allowed, all: rule.all) }
    return table
}

private func subnet(_ text: String, _ length: Int) throws -> Subnet {
    Subnet(try #require(IPAddress(text)), length: length)
}

@Suite struct AccessTableTests {
    @Test("Nobody is let in where no rule says so")
    func empty() {
        let table = AccessTable()
        #expect(!table.allows(.v4(0x7f00_0001)))
        #expect(!table.allows(.v6(0, 1)))
        #expect(!table.allowsAnybody)
    }

    @Test("The most specific rule decides, in whatever order the rules come")
    func orderIndependent() throws {
        let rules = [
            Rule(subnet: nil, allowed: true), Rule(subnet: try subnet("10.0.0.0", 8), allowed: false),
            Rule(subnet: try subnet("10.1.0.0", 16), allowed: true),
            Rule(subnet: try subnet("10.1.2.3", 32), allowed: false),
        ]
        func permutations(_ rest: [Rule]) -> [[Rule]] {
            if rest.count < 2 { return [rest] }
            return rest.indices.flatMap { index in
                var others = rest
                let first = others.remove(at: index)
                return permutations(others).map { [first] + $0 }
            }
        }
        let orders = permutations(rules)
        #expect(orders.count == 24)
        for order in orders {
            let table = table(order)
            #expect(table.allows(try #require(IPAddress("192.0.2.1"))))
            #expect(!table.allows(try #require(IPAddress("10.2.0.1"))))
            #expect(table.allows(try #require(IPAddress("10.1.0.1"))))
            #expect(!table.allows(try #require(IPAddress("10.1.2.3"))))
            #expect(table.allows(try #require(IPAddress("2001:db8::1"))))
        }
    }

    @Test("`all` forgets the more specific rules before it, and only those inside it")
    func allForgets() throws {
        var table = table([
            Rule(subnet: try subnet("10.1.0.0", 16), allowed: true),
            Rule(subnet: try subnet("192.0.2.0", 24), allowed: true),
        ])
        table.set(try subnet("10.0.0.0", 8), allowed: false, all: false)
        #expect(table.allows(try #require(IPAddress("10.1.0.1"))))
        table.set(try subnet("10.0.0.0", 8), allowed: false, all: true)
        #expect(!table.allows(try #require(IPAddress("10.1.0.1"))))
        #expect(table.allows(try #require(IPAddress("192.0.2.1"))))
        table.set(nil, allowed: false, all: true)
        #expect(!table.allowsAnybody)
    }

    @Test("One family's rules say nothing of the other's")
    func families() throws {
        let table = table([Rule(subnet: try subnet("0.0.0.0", 0), allowed: true)])
        #expect(table.allows(.v4(1)))
        #expect(!table.allows(.v6(0, 1)))
        #expect(!(try subnet("::", 0)).contains(.v4(0)))
    }

    @Test("Every list of up to three rules over eight addresses judges as reading all lines does")
    func exhaustive() {
        // The eight addresses differ in their last three bits; the subnets are all that tell them apart.
        var subnets: [Subnet?] = [nil]
        for length in 29...32 {
            for low in stride(from: UInt32(0), to: 8, by: 1 << (32 - length)) {
                subnets.append(Subnet(.v4(0xc000_0200 + low), length: length))
            }
        }
        var lines: [Rule] = []
        for subnet in subnets {
            for (allowed, all) in [(true, false), (false, false), (true, true), (false, true)] {
                lines.append(Rule(subnet: subnet, allowed: allowed, all: all))
            }
        }
        #expect(lines.count == 64)
        let addresses = (0..<8).map { IPAddress.v4(0xc000_0200 + $0) } + [.v4(0xc000_0208), .v6(0, 1)]
        for first in lines {
            for second in lines {
                var two = AccessTable()
                two.set(first.subnet, allowed: first.allowed, all: first.all)
                two.set(second.subnet, allowed: second.allowed, all: second.all)
                var naive = NaiveTable()
                naive.add(first)
                naive.add(second)
                // Every fifth third line, from a place that moves: the whole cube is slow in a debug build.
                let offset = (first.subnet?.length ?? 0) % 5
                for index in stride(from: offset, to: lines.count, by: 5) {
                    var three = two
                    three.set(lines[index].subnet, allowed: lines[index].allowed, all: lines[index].all)
                    var all = naive
                    all.add(lines[index])
                    for address in addresses where three.allows(address) != all.allows(address) {
                        Issue.record("\(first) \(second) \(lines[index]): \(address)")
                        return
                    }
                }
            }
        }
    }

    @Test("A prefix clears exactly the bits behind it, at every length")
    func prefixes() {
        for length in 0...128 {
            let ones = IPAddress.v6(.max, .max).prefix(length)
            guard case .v6(let high, let low) = ones else { return }
            #expect(high.nonzeroBitCount + low.nonzeroBitCount == length)
            #expect(high.leadingZeroBitCount == 0 || length == 0)
            #expect(Subnet(.v6(.max, .max), length: length).contains(.v6(.max, .max)))
        }
        for length in 0...32 {
            guard case .v4(let bits) = IPAddress.v4(.max).prefix(length) else { return }
            #expect(bits.nonzeroBitCount == length)
        }
        #expect(Subnet(.v4(0xc000_0201), length: 99).length == 32)
        #expect(Subnet(.v4(0xc000_0201), length: -1).description == "0.0.0.0/0")
    }
}
