internal import CLinux

/// Clock simulators put a library of theirs before libc (LD_PRELOAD) and fake its calls.
public enum Simulator {
    /// Whether something is preloaded. Then what simulators do not know is left out: watching for steps by others,
    /// child processes, and timers set from signal handlers.
    public static var isPreloaded: Bool { environment("LD_PRELOAD").map { !$0.isEmpty } ?? false }
}

/// The value of an environment variable; nil if it is not set.
public func environment(_ name: String) -> String? {
    // Right because nobody changes the environment while it is copied: there is one thread.
    unsafe clinux_environment(name).map { unsafe String(cString: $0) }
}
