internal import ArgumentParser
internal import Glibc

/// What `bench --json` wrote at another time.
struct EarlierResults {
    /// Numbers by scenario and key; what was null is missing.
    private(set) var scenarios: [String: [String: Double]] = [:]

    init(file path: String) throws {
        guard let text = Self.read(path) else { throw ValidationError("Could not read \(path).") }
        self.init(text)
        guard !scenarios.isEmpty else { throw ValidationError("\(path) holds no results of bench --json.") }
    }

    /// Reads only what bench writes: objects without objects inside, of names, numbers and null.
    init(_ text: String) {
        for object in text.split(separator: "{") {
            var name: String?
            var numbers: [String: Double] = [:]
            for field in object.prefix(while: { $0 != "}" }).split(separator: ",") {
                let parts = field.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                let key = String(parts[0].filter { $0 != "\"" && !$0.isWhitespace })
                if key == "scenario" {
                    name = String(parts[1].filter { $0 != "\"" && !$0.isWhitespace })
                } else if let number = Double(String(parts[1].filter { !$0.isWhitespace })) {
                    numbers[key] = number
                }
            }
            if let name { scenarios[name] = numbers }
        }
    }

    private static func read(_ path: String) -> String? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var octets: [UInt8] = []
        while true {
            let octet = unsafe getc(file)
            guard octet != EOF else { break }
            octets.append(UInt8(truncatingIfNeeded: octet))
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
