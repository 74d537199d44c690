/// Why a command did not do what was asked, with the exit code that says so to scripts.
enum ToolError: Error {
    /// No, it is not so, or the daemon refused: exit code 1.
    case no(String)
    /// It makes no sense as it was typed: exit code 2.
    case usage(String)
    /// Cannot tell: no daemon, no data: exit code 3.
    case cannotTell(String)
    /// Exit code 4.
    case notPermitted(String)
    /// Refused for safety: what was asked of the clock could not be kept: exit code 5.
    case refused(String)
    /// It was waited for in vain: exit code 124.
    case timedOut(String)
    /// By Ctrl-C: exit code 130, as of a program that the signal ended.
    case interrupted

    var sentence: String {
        switch self {
        case .no(let text), .usage(let text), .cannotTell(let text), .notPermitted(let text), .refused(let text),
            .timedOut(let text):
            text
        case .interrupted: "Interrupted."
        }
    }

    var exitCode: Int32 {
        switch self {
        case .no: 1
        case .usage: 2
        case .cannotTell: 3
        case .notPermitted: 4
        case .refused: 5
        case .timedOut: 124
        case .interrupted: 130
        }
    }
}

/// The kernel said no.
struct SystemError: Error {
    var call: String
    var number: Int32
}
