import Foundation
import Scheduling
import Testing
import TimeZones

/// Recorded behaviour of the real programs: one JSON object on each line (Vectors/README.md).
enum Vectors {
    static func read<Case: Decodable>(_ name: String, as type: Case.Type) throws -> [Case] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/\(name).jsonl")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(Case.self, from: $0)
        }
    }

    static func zone(_ name: String) throws -> Zone {
        if name == "UTC" { return .utc }
        return try Zone(file: [UInt8](Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))))
    }
}
