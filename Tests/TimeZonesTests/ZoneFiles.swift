import Foundation

/// The zone files of this machine.
enum ZoneFiles {
    static let directory = "/usr/share/zoneinfo"

    /// Every zone by name, without the two copies of all of them (`posix/` and `right/`).
    static let names: [String] = {
        guard let walk = FileManager.default.enumerator(atPath: directory) else { return [] }
        var result: [String] = []
        for case let name as String in walk {
            guard !name.hasPrefix("right/"), !name.hasPrefix("posix/"), octets(name).starts(with: "TZif".utf8) else {
                continue
            }
            result.append(name)
        }
        return result.sorted()
    }()

    static func octets(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: "\(directory)/\(name)").map(Array.init) ?? []
    }
}
