import Glibc

/// What anacron says: to the system's log, and in the foreground also to standard error.
struct AnacronLog {
    var isForeground: Bool
    var isQuiet: Bool

    init(isForeground: Bool, isQuiet: Bool) {
        self.isForeground = isForeground
        self.isQuiet = isQuiet
        unsafe openlog(
            Self.name.utf8Start.withMemoryRebound(to: CChar.self, capacity: 8) { unsafe $0 }, LOG_PID, LOG_CRON)
    }

    /// A constant, because the log keeps the pointer.
    private static let name: StaticString = "anacron"

    func notice(_ text: String) { put(LOG_NOTICE, text, prefix: "") }
    func error(_ text: String) { put(LOG_ERR, text, prefix: "anacron: ") }

    private func put(_ severity: Int32, _ text: String, prefix: String) {
        unsafe text.withCString { text in
            unsafe withVaList([text]) { unsafe vsyslog(severity, "%s", $0) }
        }
        if isForeground, !isQuiet { Output.complain(prefix + text) }
    }
}
