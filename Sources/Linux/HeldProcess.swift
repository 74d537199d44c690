internal import CLinux
public import TimeBase

/// How far a process is prepared that waits to be let go.
public enum Hold: Hashable, Sendable {
    /// Forked, with its user, directory and descriptors; it has still to execute the program.
    case before
    /// The program is loaded and linked, and stands before its first own instruction (by ptrace).
    case entry
}

/// A process that was prepared beforehand and waits to be let go at an instant. If this value goes away before, or this
/// process dies, it ends without having gone.
///
/// Only the thread that prepared it may let it go.
@safe public struct HeldProcess: ~Copyable {
    /// What one that is held before exec tells.
    public enum News: Equatable, Sendable {
        case waiting
        /// It went at this moment, and then executed the program.
        case released(at: Instant<Monotonic>)
        /// It woke after the latest moment that it was told, and waits for another aim.
        case late
        /// The program could not be executed.
        case failed(SystemError)
    }

    /// Its number.
    public let process: Int32
    public let hold: Hold
    private var held: clinux_held
    private var isOurs = true

    /// Prepares a program.
    ///
    /// - Throws: ENOTSUP (95) where it cannot be held in this way here: another processor than x86-64 and aarch64, or no
    ///   permission for ptrace; else why it could not be started.
    public init(_ start: ProgramStart, hold: Hold) throws(SystemError) {
        var held = unsafe clinux_held()
        let kind = hold == .entry ? CLINUX_HOLD_ENTRY : CLINUX_HOLD_BEFORE
        let result = unsafe start.withStructure { structure in
            var structure = unsafe structure
            return unsafe clinux_hold_start(&structure, Int32(kind.rawValue), &held)
        }
        try SystemError.check("exec \(start.path)", result)
        unsafe self.held = held
        unsafe process = held.process
        self.hold = hold
    }

    deinit {
        var held = unsafe held
        if isOurs { unsafe clinux_hold_cancel(&held) } else { unsafe clinux_hold_close(&held) }
    }

    /// Tells one that is held before exec when to go by itself: at `target`, unless it should wake after `latest` only.
    /// It may be told again and again until it has gone.
    ///
    /// - Returns: false if it has gone already.
    public func aim(at target: Instant<Monotonic>, latest: Instant<Monotonic>) throws(SystemError) -> Bool {
        let result = unsafe withUnsafePointer(to: held) {
            unsafe clinux_hold_aim($0, max(1, target.sinceEpoch.inNanoseconds), latest.sinceEpoch.inNanoseconds)
        }
        return try SystemError.check("aim", result) == 0
    }

    /// What one that is held before exec tells.
    public var news: News {
        let news = unsafe withUnsafePointer(to: held) { unsafe clinux_hold_news($0) }
        switch UInt32(truncatingIfNeeded: news.state) {
        case CLINUX_HELD_RELEASED.rawValue:
            // The state comes a moment before the stamp.
            guard news.released != 0 else { return .waiting }
            return .released(at: Instant(sinceEpoch: .nanoseconds(news.released)))
        case CLINUX_HELD_LATE.rawValue: return .late
        case CLINUX_HELD_FAILED.rawValue: return .failed(SystemError(call: "exec", number: news.error))
        default: return .waiting
        }
    }

    /// Keeps one that is held at its entry, and this process, on this processor, so that it need not wake another one.
    public mutating func pin() { unsafe clinux_hold_pin(&held) }
    /// Lets both go to every processor again that they might use before.
    public mutating func unpin() { unsafe clinux_hold_unpin(&held) }

    /// Lets one go that is held at its entry.
    public func release() throws(SystemError) {
        let result = unsafe withUnsafePointer(to: held) { unsafe clinux_hold_release($0) }
        try SystemError.check("ptrace", result)
    }

    /// It has gone, and is a process like any other now: nobody ends it when this value goes away.
    public mutating func letGo() { isOurs = false }

    /// Ends it without having gone.
    ///
    /// - Returns: false if it had gone already, and runs.
    public mutating func cancel() -> Bool {
        guard isOurs else { return false }
        isOurs = false
        return unsafe clinux_hold_cancel(&held) == 0
    }
}
