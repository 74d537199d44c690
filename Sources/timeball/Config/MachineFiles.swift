import Configuration
import Linux

extension FileReader {
    /// The files of this machine.
    static var machine: FileReader {
        FileReader(
            read: { path in
                do throws(Linux.SystemError) {
                    // Configurations are shorter; a device in a file's place is longer.
                    guard let octets = try AtomicFile.octets(of: path, atMost: 1 << 20) else {
                        return .failure(.absent)
                    }
                    return .success(octets)
                } catch {
                    return .failure(.unreadable(error.text))
                }
            }, list: { AtomicFile.names(in: $0) })
    }
}
