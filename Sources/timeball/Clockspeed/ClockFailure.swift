import Glibc
import Linux

/// Why one of clockspeed's programs ended, with the exit code that it has always had.
struct ClockFailure: Error {
    var words: String
    var code: Int32

    /// Wrong arguments: 100.
    static func usage(_ words: String) -> ClockFailure { ClockFailure(words: "usage: " + words, code: 100) }

    /// Anything else: 111.
    static func fatal(_ words: String) -> ClockFailure { ClockFailure(words: "fatal: " + words, code: 111) }

    static func fatal(_ words: String, _ number: Int32) -> ClockFailure { fatal("\(words): \(errorText(number))") }

    /// What the old programs say to fewer than 16 octets.
    static let split = fatal("data split across packets")

    /// Runs a program's body, tells what went wrong, and gives the exit code.
    static func caught(_ name: String, _ body: () throws(ClockFailure) -> Void) -> Int32 {
        do throws(ClockFailure) {
            try body()
            return 0
        } catch {
            Output.complain("\(name): \(error.words)")
            return error.code
        }
    }
}

/// The difference that comes through standard input.
enum DifferenceInput {
    /// - Returns: what one read(2) gave, at most 16 octets.
    static func octets() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            return Array(buffer.prefix(max(0, count)))
        }
    }
}
