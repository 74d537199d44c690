import Glibc
import Linux

/// A text in a file of its own, in a directory that nobody else can enter, for an editor.
struct EditedFile {
    let path: String
    private let folder: String
    private let program: String
    private let variables: [String]

    /// - Parameters:
    ///   - name: of the file, as the editor shows it.
    ///   - variables: of the environment that name the editor; the first that is set counts.
    init(_ text: [UInt8], program: String, name: String, variables: [String]) throws(ToolError) {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/\(program).XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw ToolError.no("no folder could be made in \(parent): \(errorText(errno))")
        }
        folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = "\(folder)/\(name)"
        self.program = program
        self.variables = variables
        let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw ToolError.no("\(path): \(errorText(errno))") }
        do throws(Linux.SystemError) {
            try FileDescriptor(owning: number).write(text)
        } catch {
            throw ToolError.no("\(path): \(error.text)")
        }
    }

    /// Runs the editor, and reads what it left.
    func edited() throws(ToolError) -> [UInt8] {
        let named = variables.compactMap { (name: String) -> String? in
            unsafe getenv(name).map { unsafe String(cString: $0) }
        }.first { !$0.isEmpty }
        let editor = named ?? (unsafe access("/usr/bin/sensible-editor", X_OK) == 0 ? "/usr/bin/sensible-editor" : "vi")
        // The shell reads the editor's words, and gets the path as an argument of its own.
        let words = ["/bin/sh", "-c", "\(editor) \"$1\"", program, path]
        var child: pid_t = 0
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe pointers.indices { unsafe free(pointers[index]) }
        }
        guard unsafe posix_spawn(&child, "/bin/sh", nil, nil, &pointers, environ) == 0 else {
            throw ToolError.no("the editor \(editor) could not be started")
        }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 {
            if errno != EINTR { throw ToolError.no("the editor was lost") }
        }
        guard status == 0 else { throw ToolError.no("the editor failed; edits left in \(path)") }
        guard let text = InputFile.octets(path, most: 4 << 20) else {
            throw ToolError.no("\(path) cannot be read, or is larger than 4 MiB")
        }
        return text
    }

    func remove() {
        unsafe unlink(path)
        unsafe rmdir(folder)
    }
}
