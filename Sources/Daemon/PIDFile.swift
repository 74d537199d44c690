internal import CLinux
internal import Linux

/// The file that names the running daemon's process, so that there is only one.
public struct PIDFile: ~Copyable {
    private let path: String

    /// Creates the file with this process's number. A file that a dead process left is replaced; anything else at the
    /// path, such as a symbolic link, is not touched.
    public init(_ path: String) throws(StartError) {
        var number = unsafe clinux_create(path, 0o644)
        if number == -SystemError.exists {
            try Self.removeStale(path)
            number = unsafe clinux_create(path, 0o644)
        }
        guard number >= 0 else { throw StartError("Could not create the PID file \(path): \(errorText(-number))") }
        let file = FileDescriptor(owning: number)
        do throws(SystemError) {
            try file.write(Array("\(clinux_process_number())\n".utf8))
        } catch {
            unsafe clinux_remove(path)
            throw StartError("Could not write the PID file \(path): \(error.text)")
        }
        self.path = path
    }

    /// Removes the file, if it still names this process.
    public func remove() {
        if Self.process(in: path) == clinux_process_number() { unsafe clinux_remove(path) }
    }

    private static func removeStale(_ path: String) throws(StartError) {
        var status = clinux_status_of_file()
        guard unsafe clinux_stat_itself(path, &status) == 0, status.kind == CLINUX_FILE.rawValue else {
            throw StartError("The PID file \(path) is not an ordinary file; it was not touched.")
        }
        if let process = process(in: path), process != clinux_process_number(), clinux_process_exists(process) != 0 {
            throw StartError("Another daemon may already be running (pid=\(process)); check \(path).")
        }
        unsafe clinux_remove(path)
    }

    private static func process(in path: String) -> Int32? {
        guard let text = try? AtomicFile.read(path, atMost: 32) else { return nil }
        return Int32(text.prefix { $0.isNumber })
    }
}
