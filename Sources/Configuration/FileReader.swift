/// Why a file could not be read.
public enum ReadFailure: Error, Hashable, Sendable {
    /// There is no such file.
    case absent
    /// It may be there, but reading failed; the text is the system's reason ("Permission denied").
    case unreadable(String)
}

/// How configuration files are reached. This module opens nothing itself, so a test can hand in a dictionary.
public struct FileReader {
    /// The whole contents of the file at this path.
    public var read: (_ path: String) -> Result<[UInt8], ReadFailure>
    /// The names in the directory at this path, in any order; nil if it can't be listed.
    public var list: (_ directory: String) -> [String]?

    public init(
        read: @escaping (_ path: String) -> Result<[UInt8], ReadFailure>,
        list: @escaping (_ directory: String) -> [String]?
    ) {
        self.read = read
        self.list = list
    }

    /// A world of just these files.
    public init(files: [String: String]) {
        read = { path in files[path].map { .success(Array($0.utf8)) } ?? .failure(.absent) }
        list = { directory in
            let prefix = directory.hasSuffix("/") ? directory : directory + "/"
            var names: Set<String> = []
            for path in files.keys where path.hasPrefix(prefix) {
                if let name = path.dropFirst(prefix.count).split(separator: "/").first { names.insert(String(name)) }
            }
            return names.isEmpty ? nil : Array(names)
        }
    }
}
