internal import CLinux
internal import Linux
internal import TimeBase

/// Where a daemon says what it does: the terminal, the system's log, or a file.
public struct Log: Sendable {
    public enum Severity: Int32, Comparable, Sendable {
        case debug = 7
        case information = 6
        case warning = 4
        case error = 3

        /// What matters less comes first.
        public static func < (left: Severity, right: Severity) -> Bool { left.rawValue > right.rawValue }
    }

    private enum Destination: Sendable {
        case standardError
        case system
        /// A descriptor that stays open as long as the process lives.
        case file(Int32)
    }

    private let destination: Destination
    /// What matters less is not written.
    public var minimum = Severity.information

    private init(_ destination: Destination) {
        self.destination = destination
    }

    /// Lines on the standard error, each with the time before it.
    public static var standardError: Log { Log(.standardError) }

    /// The system's log (syslog(3)), which adds the time itself; with systemd that is the journal.
    ///
    /// - Parameter name: the program's name, in front of each line.
    public static func system(name: StaticString) -> Log {
        // Right because the system keeps the pointer, and a static string stays where it is.
        unsafe clinux_syslog_open(UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
        return Log(.system)
    }

    /// Lines at the end of a file, each with the time before it.
    public static func file(_ path: String) throws(StartError) -> Log {
        let number = unsafe clinux_open_to_append(path)
        guard number >= 0 else { throw StartError("Could not open the log file \(path): \(errorText(-number))") }
        return Log(.file(number))
    }

    /// Writes the lines of a text of ours.
    public func writeLines(_ text: String, _ severity: Severity = .information) {
        for line in text.split(separator: "\n") { write(String(line), severity) }
    }

    /// Writes one line. What comes from outside cannot forge another one: control characters become question marks.
    public func write(_ text: String, _ severity: Severity = .information) {
        guard severity >= minimum else { return }
        let line = Self.printable(text)
        switch destination {
        case .system:
            unsafe clinux_syslog(severity.rawValue, line)
        case .standardError:
            let octets = Self.timed(line)
            // Right because the kernel is told the array's own size.
            unsafe octets.withUnsafeBytes { unsafe clinux_standard_error($0.baseAddress, UInt($0.count)) }
        case .file(let number):
            let octets = Self.timed(line)
            // Right as above. A full disk must not stop the daemon.
            _ = unsafe octets.withUnsafeBytes { unsafe clinux_write(number, $0.baseAddress, UInt($0.count)) }
        }
    }

    /// `2026-11-24T20:15:00Z text`, and a line's end.
    static func timed(_ line: String) -> [UInt8] {
        Array("\(CivilDate(KernelClock.realtime).rfc3339Seconds) \(line)\n".utf8)
    }

    static func printable(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return text }
        return String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }
}
