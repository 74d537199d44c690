/// Rules for blocks of addresses as runs of neighbours that are decided alike, in the order of addresses: the question for
/// one address is answered by halving, and hashes nothing.
struct AddressRuns<Bits: FixedWidthInteger & UnsignedInteger & Sendable>: Equatable, Sendable {
    /// A block of addresses and what was said of it.
    struct Rule {
        var first: Bits
        var last: Bits
        var isAllowed: Bool
    }

    /// The first address of each run.
    private var starts: [Bits] = [0]
    private var areAllowed: [Bool] = [false]

    init() {}

    /// - Parameter rules: blocks of which each two lie apart or one in the other; the inner one decides.
    init(_ rules: [Rule]) {
        // The outer block first where two begin alike.
        let ordered = rules.sorted { ($0.first, $1.last) < ($1.first, $0.last) }
        var open: [Rule] = []
        func close(before first: Bits?) {
            while let inner = open.last, first.map({ inner.last < $0 }) ?? true {
                open.removeLast()
                if inner.last < .max { begin(inner.last + 1, open.last?.isAllowed ?? false) }
            }
        }
        for rule in ordered {
            close(before: rule.first)
            begin(rule.first, rule.isAllowed)
            open.append(rule)
        }
        close(before: nil)
    }

    private mutating func begin(_ start: Bits, _ isAllowed: Bool) {
        if starts.last == start {
            starts.removeLast()
            areAllowed.removeLast()
        }
        guard areAllowed.last != isAllowed else { return }
        starts.append(start)
        areAllowed.append(isAllowed)
    }

    /// Whether an address is allowed; it is not where no rule covers it.
    func allows(_ address: Bits) -> Bool {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= address { low = middle } else { high = middle }
        }
        return areAllowed[low]
    }
}
