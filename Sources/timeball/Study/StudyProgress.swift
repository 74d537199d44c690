import Glibc

/// Says on a terminal what is being done when it takes more than a second; shorter work and pipes see nothing.
final class StudyProgress {
    private let began = StudyProgress.now
    private let tells = isatty(STDERR_FILENO) == 1
    private var shown = false

    /// Work of this length is worth a word, in seconds.
    private static let patience = 1.0

    private static var now: Double {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The next piece of work begins.
    func show(_ work: String) {
        guard tells, shown || Self.now - began > Self.patience else { return }
        shown = true
        write("\r\u{1b}[K\(work) …")
    }

    /// All is done: the line is cleared.
    func end() {
        if shown { write("\r\u{1b}[K") }
        shown = false
    }

    private func write(_ text: String) {
        let octets = Array(text.utf8)
        _ = unsafe octets.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
