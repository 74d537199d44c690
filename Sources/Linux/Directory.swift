internal import CLinux

/// Folders of this machine.
public enum Directory {
    /// The names in a directory, without `.` and `..`, in no order; nil if it can't be listed.
    public static func names(in path: String) -> [String]? {
        var room = 1 << 16
        while room <= 1 << 22 {
            var octets = [UInt8](repeating: 0, count: room)
            // Right because the C function is told the array's own size.
            let used = unsafe octets.withUnsafeMutableBytes { buffer in
                unsafe clinux_list(path, buffer.baseAddress, UInt(buffer.count))
            }
            if used >= 0 {
                return octets.prefix(Int(used)).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            }
            guard used == -1 else { return nil }
            room *= 4
        }
        return nil
    }
}
