internal import CLinux

/// What a program prints for whoever called it.
public enum Output {
    /// Writes to the standard output.
    public static func write(_ text: String) {
        let octets = Array(text.utf8)
        // Right because the kernel is told the array's own size. A reader who went away is not missed.
        _ = unsafe octets.withUnsafeBytes { unsafe clinux_write(1, $0.baseAddress, UInt($0.count)) }
    }
}
