/// Finds the files that a pattern or a directory rule means.
enum Glob {
    /// The paths that a pattern with `*`, `?` and `[…]` matches, sorted. A path without such signs is itself, whether
    /// it exists or not. A name that begins with a dot is matched only by a pattern that does.
    static func paths(_ pattern: String, _ files: FileReader) -> [String] {
        guard isPattern(pattern) else { return [pattern] }
        var found = [pattern.hasPrefix("/") ? "/" : ""]
        for part in pattern.split(separator: "/").map(String.init) {
            found = found.flatMap { directory -> [String] in
                let base = directory.isEmpty || directory.hasSuffix("/") ? directory : directory + "/"
                guard isPattern(part) else { return [base + part] }
                let names = files.list(directory.isEmpty ? "." : directory) ?? []
                return names.filter { matches($0, part) }.map { base + $0 }
            }
        }
        // The last part without signs was not looked for.
        if let last = pattern.split(separator: "/").last, !isPattern(String(last)) {
            found = found.filter { path in
                let name = path.split(separator: "/").last.map(String.init) ?? path
                let directory = String(path.dropLast(name.count + 1))
                return files.list(directory.isEmpty ? "/" : directory)?.contains(name) ?? false
            }
        }
        return found.sorted()
    }

    /// The files of these directories whose names end so: of several with the same name only the one of the first
    /// directory, ordered by name over all directories.
    static func files(withSuffix suffix: String, in directories: [String], _ files: FileReader) -> [String] {
        var paths: [String: String] = [:]
        for directory in directories {
            for name in files.list(directory) ?? [] where name.hasSuffix(suffix) && !name.hasPrefix(".") {
                if paths[name] == nil {
                    paths[name] = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
                }
            }
        }
        return paths.sorted { $0.key < $1.key }.map(\.value)
    }

    static func isPattern(_ text: String) -> Bool {
        text.utf8.contains { "*?[".utf8.contains($0) }
    }

    /// Whether the whole name matches the pattern.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        if name.hasPrefix("."), !pattern.hasPrefix(".") { return false }
        let (name, pattern) = (Array(name.unicodeScalars), Array(pattern.unicodeScalars))
        var (at, next) = (0, 0)
        /// Where to go on if the last `*` has to take one more.
        var retry: (at: Int, next: Int)?
        while at < name.count {
            if next < pattern.count, pattern[next] == "*" {
                retry = (at, next + 1)
                next += 1
            } else if let after = one(name[at], pattern, next) {
                at += 1
                next = after
            } else if let last = retry {
                retry = (last.at + 1, last.next)
                (at, next) = (last.at + 1, last.next)
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == "*" }
    }

    /// Where the pattern goes on if its part at `next` matches this one character.
    private static func one(_ scalar: Unicode.Scalar, _ pattern: [Unicode.Scalar], _ next: Int) -> Int? {
        guard next < pattern.count else { return nil }
        switch pattern[next] {
        case "?": return next + 1
        case "[":
            // A `]` that comes first is one of the set.
            let isNegated = next + 1 < pattern.count && "!^".unicodeScalars.contains(pattern[next + 1])
            let start = next + (isNegated ? 2 : 1)
            guard start < pattern.count, let end = pattern[(start + 1)...].firstIndex(of: "]") else {
                return pattern[next] == scalar ? next + 1 : nil
            }
            return set(pattern[start..<end], contains: scalar) != isNegated ? end + 1 : nil
        case "\\" where next + 1 < pattern.count: return pattern[next + 1] == scalar ? next + 2 : nil
        default: return pattern[next] == scalar ? next + 1 : nil
        }
    }

    private static func set(_ set: ArraySlice<Unicode.Scalar>, contains scalar: Unicode.Scalar) -> Bool {
        var index = set.startIndex
        while index < set.endIndex {
            if index + 2 < set.endIndex, set[index + 1] == "-" {
                if set[index] <= scalar, scalar <= set[index + 2] { return true }
                index += 3
            } else {
                if set[index] == scalar { return true }
                index += 1
            }
        }
        return false
    }
}
