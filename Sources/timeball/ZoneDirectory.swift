import Glibc
import TimeZones

/// The time zones that this machine knows (package tzdata).
enum ZoneDirectory {
    static var path: String {
        unsafe getenv("TZDIR").map { unsafe String(cString: $0) } ?? "/usr/share/zoneinfo"
    }

    /// A zone by name, such as Europe/Vienna; by nil, the one of this machine.
    static func zone(_ name: String?) throws(ToolError) -> Zone {
        guard let name else { return try local() }
        if name == "UTC" { return .utc }
        let isSafe = name.split(separator: "/", omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        guard isSafe, let octets = InputFile.octets("\(path)/\(name)", most: 1 << 20) else {
            // Not a name: perhaps a rule, such as CET-1CEST,M3.5.0,M10.5.0/3.
            if let zone = try? Zone(rule: name) { return zone }
            throw .usage("There is no time zone \(name). Next: timeball tz list")
        }
        return try zone(octets, name)
    }

    /// The zone in which times without one are meant: that of `TZ`, else of this machine.
    static func forStarts() -> Zone {
        let name = unsafe getenv("TZ").map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        return (try? zone(name)) ?? .utc
    }

    private static func local() throws(ToolError) -> Zone {
        guard let octets = InputFile.octets("/etc/localtime", most: 1 << 20) else { return .utc }
        return try zone(octets, "/etc/localtime")
    }

    private static func zone(_ octets: [UInt8], _ name: String) throws(ToolError) -> Zone {
        do {
            return try Zone(file: octets)
        } catch {
            throw .cannotTell("\(name): \(error.sentence)")
        }
    }

    /// Where the zones are kept: for choosing one.
    static func places() throws(ToolError) -> ZonePlaces {
        guard let zones = InputFile.octets("\(path)/zone1970.tab", most: 1 << 20),
            let countries = InputFile.octets("\(path)/iso3166.tab", most: 1 << 20)
        else { throw .cannotTell("\(path)/zone1970.tab or iso3166.tab cannot be read. Next: install tzdata") }
        do throws(ZonePlaces.TableError) {
            return try ZonePlaces(
                zones: String(decoding: zones, as: UTF8.self), countries: String(decoding: countries, as: UTF8.self))
        } catch {
            throw .cannotTell("\(path)/\(error.sentence) Next: install tzdata anew")
        }
    }

    /// The names of all zones, from tzdata's own list.
    static func names() throws(ToolError) -> [String] {
        guard let octets = InputFile.octets("\(path)/tzdata.zi", most: 4 << 20) else {
            throw .cannotTell("\(path)/tzdata.zi cannot be read. Next: install tzdata")
        }
        var names: [String] = []
        for line in String(decoding: octets, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count >= 2, words[0] == "Z" { names.append(String(words[1])) }
            if words.count == 3, words[0] == "L" { names.append(String(words[2])) }
        }
        return names.sorted()
    }
}

/// A file or standard input, read whole.
enum InputFile {
    /// - Returns: nil if it cannot be read, or is longer than asked for.
    static func octets(_ path: String, most: Int) -> [UInt8]? {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { if path != "-" { close(descriptor) } }
        return all(descriptor, most: most)
    }

    /// All that can be read from a descriptor.
    static func all(_ descriptor: Int32, most: Int) -> [UInt8]? {
        var result: [UInt8] = []
        while let more = some(descriptor) {
            if more.isEmpty { return result }
            result += more
            if result.count > most { return nil }
        }
        return nil
    }

    /// The first octets of a file.
    static func head(_ path: String, most: Int) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var result: [UInt8] = []
        while result.count < most, let more = some(descriptor), !more.isEmpty { result += more }
        return result
    }

    /// - Returns: nothing at the end, nil if reading failed.
    private static func some(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            return count < 0 ? nil : Array(buffer.prefix(count))
        }
    }
}
