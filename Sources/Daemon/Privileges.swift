internal import CLinux
public import Linux

/// A user that a daemon runs as.
public struct RunUser: Hashable, Sendable {
    public var name: String
    public var user: UInt32
    public var group: UInt32

    /// Looks a user up.
    ///
    /// - Parameter name: the user that was asked for; nil for `timeball` where it exists.
    /// - Returns: who the daemon will be; where nobody was asked for and there is no such user, who it is now.
    public static func choose(_ name: String?) throws(StartError) -> RunUser {
        var found = RunUser(name: name ?? "timeball", user: 0, group: 0)
        let result = unsafe clinux_user(found.name, &found.user, &found.group)
        if result == 0, clinux_effective_user() == 0 || name != nil { return found }
        if let name {
            let isUnknown = result == 0 || result == -SystemError.noSuchFile
            throw StartError("There is no user \(name) to run as" + (isUnknown ? "." : ": \(errorText(-result))"))
        }
        return RunUser(name: "", user: clinux_effective_user(), group: clinux_effective_group())
    }
}

/// What this process may do.
public enum Privileges {
    /// Becomes the user for good and keeps only the right to set the clock (if it is to) and to bind low ports.
    /// Nothing happens if this process is that user already.
    public static func drop(to user: RunUser, keepsClock: Bool) throws(StartError) {
        guard user.user != clinux_effective_user() else { return }
        guard clinux_effective_user() == 0 else {
            throw StartError("Only root can become the user \(user.name); start as root, or leave out -u.")
        }
        let result = unsafe clinux_drop_privileges(user.name, user.user, user.group, keepsClock ? 1 : 0)
        guard result >= 0 else {
            throw StartError("Could not become the user \(user.name): \(errorText(-result))")
        }
    }

    /// Says what is missing, and what to do, if this process may not set the clock.
    public static func requireClock() throws(StartError) {
        // Simulators let everybody set their clock.
        if Simulator.isPreloaded { return }
        guard clinux_may_set_clock() != 1 else { return }
        throw StartError(
            "This process may not set the clock: CAP_SYS_TIME is missing. Start it as root or with that capability,"
                + " or use -x to only follow and serve, without touching the clock.")
    }

    /// Keeps all memory from being paged out.
    public static func lockMemory() throws(SystemError) {
        try SystemError.check("mlockall", clinux_lock_memory())
    }

    /// Gives memory that only starting needed back to the kernel.
    public static func trimMemory() {
        clinux_trim_memory()
    }

    /// Runs before every ordinary process (SCHED_FIFO, 1 to 99).
    public static func setRealtimePriority(_ priority: Int) throws(SystemError) {
        try SystemError.check("sched_setscheduler", clinux_realtime_priority(Int32(clamping: priority)))
    }

    /// Lets nobody else write to files that are created from now on.
    public static func setUmask() { clinux_set_umask() }
}
