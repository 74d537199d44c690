import Glibc

/// A file in /tmp that has no name any more, and does not outlive an exec.
enum UnnamedFile {
    /// - Returns: its descriptor, which the caller owns; negative, with `errno` set, if there is none.
    static func make(for program: String) -> Int32 {
        var template = Array("/tmp/\(program).XXXXXX".utf8CString)
        let number = unsafe mkstemp(&template)
        guard number >= 0 else { return number }
        unsafe unlink(template)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        return number
    }
}
