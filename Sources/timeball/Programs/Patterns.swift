import Glibc
import Linux

/// An extended regular expression of POSIX.
@safe final class ExtendedPattern {
    struct Failure: Error { var sentence: String }

    private var compiled = unsafe regex_t()

    init(_ text: String) throws(Failure) {
        let result = unsafe regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB)
        guard result == 0 else {
            var buffer = [CChar](repeating: 0, count: 256)
            unsafe regerror(result, &compiled, &buffer, buffer.count)
            throw Failure(
                sentence: String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
    }

    deinit { unsafe regfree(&compiled) }

    func matches(_ text: String) -> Bool { unsafe regexec(&compiled, text, 0, nil, 0) == 0 }
}

/// The names in a directory.
enum DirectoryNames {
    struct Failure: Error { var text: String }

    /// In C order: by their octets.
    static func sorted(_ path: String) throws(Failure) -> [String] {
        guard let directory = unsafe opendir(path) else { throw Failure(text: errorText(errno)) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
