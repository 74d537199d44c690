import Glibc

/// Says on a terminal what is being done when it takes more than a second; shorter work and pipes see nothing.
final class StudyProgress {
    private let began = ContinuousClock.now
    private let tells = isatty(STDERR_FILENO) == 1
    private var shown = false

    /// The next piece of work begins.
    func show(_ work: String) {
        guard tells, shown || ContinuousClock.now - began > .seconds(1) else { return }
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
