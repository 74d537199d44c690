import ExactStarts
import Glibc
import Linux

/// Reads an executable file, and what is loaded with it, so that it comes from memory when it is started.
enum Preloading {
    static func load(_ path: String) {
        read(path)
        guard let head = InputFile.head(path, most: ProgramImage.headLength), let image = ProgramImage(head) else {
            return
        }
        switch image {
        case .script(let interpreter):
            // An interpreter is a binary; a script that executes a script is left alone.
            if let head = InputFile.head(interpreter, most: ProgramImage.headLength),
                case .binary(let linker)? = ProgramImage(head)
            {
                read(interpreter)
                if let linker { libraries(of: interpreter, by: linker) }
            }
        case .binary(let linker):
            if let linker { libraries(of: path, by: linker) }
        }
    }

    private static func libraries(of path: String, by linker: String) {
        read(linker)
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // It lists what it would load, and runs nothing of the program.
        var start = ProgramStart(path: linker, arguments: [linker, "--list", path])
        start.output = ends[1]
        let process = try? start.start()
        close(ends[1])
        defer { close(ends[0]) }
        guard let process else { return }
        let text = String(decoding: InputFile.all(ends[0], most: 1 << 20) ?? [], as: UTF8.self)
        _ = try? ChildProcess.wait(for: process)
        for library in ProgramImage.libraries(listed: text) { read(library) }
    }

    /// Reads a file and keeps nothing of it: the kernel does.
    private static func read(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while unsafe buffer.withUnsafeMutableBytes({ unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }) > 0 {}
    }
}
