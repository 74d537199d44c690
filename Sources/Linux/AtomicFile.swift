internal import CLinux
public import TimeBase

/// A file that is replaced as a whole: whatever happens, power failure included, its name leads to the old content or to
/// the new one. The new content is written aside, synced, renamed over the old, and the directory is synced.
public struct AtomicFile: ~Copyable {
    private let directory: FileDescriptor
    private let file: FileDescriptor
    private let name: String
    private let aside: String

    /// Opens a new file beside the one at `path`. What an earlier try may have left there is removed.
    public init(replacing path: String, permissions: UInt32 = 0o644) throws(SystemError) {
        let (folder, name) = Self.split(path)
        guard !name.isEmpty else { throw SystemError(call: "open \(path)", number: SystemError.invalid) }
        let aside = ".\(name).new"
        let directory = FileDescriptor(
            owning: try SystemError.check("open \(folder)", unsafe clinux_open_directory(folder)))
        let removed = unsafe clinux_remove_in(directory.number, aside)
        if removed != -SystemError.noSuchFile { try SystemError.check("unlink \(aside)", removed) }
        let number = try SystemError.check(
            "open \(aside)", unsafe clinux_create_in(directory.number, aside, permissions))
        self.directory = directory
        self.file = FileDescriptor(owning: number)
        self.name = name
        self.aside = aside
    }

    /// Adds to the new content.
    public func write(_ octets: [UInt8]) throws(SystemError) {
        try file.write(octets)
    }

    /// Waits until the new content is on the disk.
    public func sync() throws(SystemError) {
        try SystemError.check("fsync", clinux_sync(file.number))
    }

    /// Puts the new content in the old one's place.
    public func replace() throws(SystemError) {
        try SystemError.check("rename", unsafe clinux_rename_in(directory.number, aside, name))
        try SystemError.check("fsync", clinux_sync(directory.number))
    }

    /// Throws the new content away.
    public func abandon() {
        unsafe clinux_remove_in(directory.number, aside)
    }

    /// All steps at once. If one fails, the old content stays and nothing is left beside it.
    public static func write(_ text: String, to path: String, permissions: UInt32 = 0o644) throws(SystemError) {
        try write(Array(text.utf8), to: path, permissions: permissions)
    }

    /// The same for any octets.
    public static func write(_ octets: [UInt8], to path: String, permissions: UInt32 = 0o644) throws(SystemError) {
        let file = try AtomicFile(replacing: path, permissions: permissions)
        do throws(SystemError) {
            try file.write(octets)
            try file.sync()
            try file.replace()
        } catch {
            file.abandon()
            throw error
        }
    }

    /// The text of a small file; nil if there is none.
    public static func read(_ path: String, atMost limit: Int = 65536) throws(SystemError) -> String? {
        try octets(of: path, atMost: limit).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first octets of a file; nil if there is none.
    public static func octets(of path: String, atMost limit: Int) throws(SystemError) -> [UInt8]? {
        let number = unsafe clinux_open_to_read(path)
        if number == -SystemError.noSuchFile { return nil }
        let file = FileDescriptor(owning: try SystemError.check("open \(path)", number))
        var octets: [UInt8] = []
        while octets.count < limit {
            let more = try file.read(atMost: limit - octets.count)
            if more.isEmpty { break }
            octets += more
        }
        return octets
    }

    /// When a file was changed last, in whole seconds; nil if there is none.
    public static func modified(_ path: String) -> Instant<Realtime>? {
        var status = clinux_status_of_file()
        guard unsafe clinux_stat(path, &status) >= 0 else { return nil }
        return Instant(sinceEpoch: .seconds(status.modified))
    }

    /// The names in a directory, in any order, without `.` and `..`; nil if it cannot be read.
    public static func names(in folder: String) -> [String]? {
        guard let list = unsafe clinux_list_begin(folder) else { return nil }
        defer { unsafe clinux_list_end(list) }
        var names: [String] = []
        // Right because each name is copied before the next is asked for.
        while let name = unsafe clinux_list_next(list) { unsafe names.append(String(cString: name)) }
        return names.filter { $0 != "." && $0 != ".." }
    }

    /// The directory of a file.
    public static func folder(of path: String) -> String { split(path).folder }

    /// A path's directory and last component.
    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }
}
