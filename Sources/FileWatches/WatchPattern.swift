/// A rule's path in its components, some of which may hold `*`.
struct WatchPattern: Hashable, Sendable {
    let components: [[UInt8]]

    init(_ path: [UInt8]) {
        components = path.split(separator: UInt8(ascii: "/")).map { Array($0) }
    }

    func isPattern(_ index: Int) -> Bool {
        index < components.count && components[index].contains(UInt8(ascii: "*"))
    }

    /// Whether a name is the component of this index. A leading dot must be named.
    func matches(_ index: Int, _ name: [UInt8]) -> Bool {
        guard index < components.count else { return false }
        let pattern = components[index]
        if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
        return Self.matches(pattern, name)
    }

    /// In time that grows with the product of the lengths, whatever is asked.
    private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var (at, place) = (0, 0)
        var star: (at: Int, place: Int)?
        while place < name.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                star = (at, place)
                at += 1
            } else if at < pattern.count, pattern[at] == name[place] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.at, last.place + 1)
                at = last.at + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

/// Paths as octets.
enum WatchPath {
    static func joined(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] {
        folder == [UInt8(ascii: "/")] ? folder + name : folder + [UInt8(ascii: "/")] + name
    }

    /// Nil for `/`.
    static func parent(_ path: [UInt8]) -> [UInt8]? {
        guard path.count > 1, let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return slash == 0 ? [UInt8(ascii: "/")] : Array(path[..<slash])
    }

    static func isBelow(_ path: [UInt8], _ folder: [UInt8]) -> Bool {
        path.count > folder.count && path.starts(with: folder) && path[folder.count] == UInt8(ascii: "/")
    }
}
