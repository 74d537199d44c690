internal import CLinux
internal import Linux

/// Directories in which a daemon keeps files between two runs.
public enum StateDirectory {
    /// Creates the directory of a file, for the daemon's user, if there is none.
    public static func make(forFile path: String, for user: RunUser) throws(StartError) {
        let folder = AtomicFile.folder(of: path)
        let made = unsafe clinux_make_directory(folder, 0o755, user.user, user.group)
        guard made >= 0 || made == -SystemError.exists else {
            throw StartError("Could not create \(folder) for \(path): \(errorText(-made))")
        }
    }

    /// Says what is wrong if a file cannot be replaced by this process: its directory is missing, or closed to us, or
    /// open to everybody. Ask after privileges were dropped.
    public static func complaint(aboutFile path: String) -> String? {
        let folder = AtomicFile.folder(of: path)
        var status = clinux_status_of_file()
        let result = unsafe clinux_stat(folder, &status)
        if result < 0 { return "\(path) cannot be saved: \(folder): \(errorText(-result))" }
        guard status.kind == CLINUX_DIRECTORY.rawValue else {
            return "\(path) cannot be saved: \(folder) is not a directory"
        }
        // The sticky bit keeps others from replacing what is ours.
        if status.permissions & 0o002 != 0, status.permissions & 0o1000 == 0 {
            return "Wrong permissions on \(folder): everybody can replace \(path)"
        }
        if unsafe clinux_may_write(folder) == 0 {
            return "\(path) cannot be saved: this process may not write to \(folder)"
        }
        return nil
    }
}
