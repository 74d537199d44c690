internal import Scheduling

/// The users that a system table names, without reading all of it twice.
public enum TableUsers {
    public static func named(in text: [UInt8]) -> Set<String> {
        var users: Set<String> = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            var rest = line.drop { CronTable.isBlank($0) }
            guard let first = rest.first, first != UInt8(ascii: "#") else { continue }
            // An assignment has no fields; a line that is wrong names nobody.
            guard isEntryStart(first) else { continue }
            let isEvery = rest.starts(with: "@every".utf8)
            let words = first == UInt8(ascii: "@") ? (isEvery ? 2 : 1) : 5
            for _ in 0..<words { rest = rest.drop { !CronTable.isBlank($0) }.drop { CronTable.isBlank($0) } }
            let user = rest.prefix { !CronTable.isBlank($0) }
            if !user.isEmpty, user.count < 256 { users.insert(String(decoding: user, as: UTF8.self)) }
        }
        return users
    }

    private static func isEntryStart(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: "*") || octet == UInt8(ascii: "@") || octet == UInt8(ascii: "-")
            || (octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9"))
    }
}
