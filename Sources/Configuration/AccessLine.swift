internal import Addresses

extension Parser {
    /// `allow [all] [SUBNET]` and its like.
    mutating func access(
        _ table: WritableKeyPath<DaemonSettings, AccessTable>, allowed: Bool, _ arguments: inout Arguments
    ) throws(Mistake) {
        let all = arguments.take("all")
        let word = arguments.optional()
        try arguments.end()
        var subnet: Subnet?
        if let word { subnet = try self.subnet(word) }
        settings[keyPath: table].set(subnet, allowed: allowed, all: all)
    }

    /// `1.2.3.4`, `1.2.3.0/24`, `1.2.3`, `1.2`, `10/8`, `2001:db8::1`, `2001:db8::/32`.
    private func subnet(_ word: Word) throws(Mistake) -> Subnet {
        let parts = word.text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isNumeric = word.text.contains(":") || parts[0].utf8.allSatisfy { "0123456789.".utf8.contains($0) }
        guard isNumeric else {
            throw Mistake(
                word, "'\(word.text)' is not a subnet; host names can't be used here, because they may change")
        }
        guard parts.count <= 2, let (address, implied) = Self.shortened(parts[0]) else {
            throw Mistake(word, "'\(word.text)' is not a subnet")
        }
        guard parts.count == 2 else { return Subnet(address, length: implied) }
        guard let length = Int(parts[1]), (0...address.width).contains(length) else {
            throw Mistake(
                word, "'\(word.text)' is not a subnet: after '/' stands a number of bits, 0 to \(address.width)")
        }
        return Subnet(address, length: length)
    }

    /// An address, or the first numbers of an IPv4 address, and how many bits were given.
    private static func shortened(_ text: String) -> (IPAddress, Int)? {
        if text.contains(":") { return IPAddress(text).map { ($0, $0.width) } }
        let given = text.split(separator: ".", omittingEmptySubsequences: false).count
        guard (1...4).contains(given) else { return nil }
        return IPAddress(text + String(repeating: ".0", count: 4 - given)).map { ($0, given * 8) }
    }
}
