import AtSpool
import CLinux
import Daemon
import FileWatches
import JobScheduler
import JobsControl
import Linux

/// What the host does for at and incron.
extension JobsHost {
    /// Watches the directories of both, and looks at them for the first time.
    mutating func beginPlugged() {
        if let number = spool.noticeNumber { pollSet.watch(number, .spool) }
        if let number = watches.noticeNumber { pollSet.watch(number, .watchTables) }
        lookAtSpool()
        lookAtWatchTables()
    }

    mutating func lookAtSpool() {
        events.append(.spool(.access(spool.access())))
        events += spool.look(goingOn: processes.adoptedKeys)
    }

    mutating func lookAtWatchTables(isForced: Bool = false) {
        events.append(.watches(.access(watches.access())))
        events += watches.look(isForced: isForced)
    }

    mutating func perform(_ act: SpoolAct) {
        switch act {
        case .show(let name, let client): reply(spool.script(name), to: client)
        case .tellInterrupted(let job):
            guard job.file.mail != .never else { return }
            let letter = Letter(
                user: job.user, recipient: job.file.mailName, sender: job.user,
                subject: "Your job \(job.name.number) was interrupted", headers: [])
            let text =
                "Your job \(job.name.number) was interrupted: the machine or the daemon ended while it ran.\n"
                + "It is not run again. It began with:\n\n\(job.title)\n"
            processes.tell(letter, Array(text.utf8))
        case .look: lookAtSpool()
        default: events += spool.perform(act)
        }
    }

    mutating func perform(_ act: WatchAct) {
        switch act {
        case .perform(let owner, let effect):
            let (event, new) = watches.perform(owner, effect)
            if let new { pollSet.watch(new, .watched(owner)) }
            if let event { events.append(event) }
        case .forget(let owner):
            if let number = watches.forget(owner) {
                pollSet.forget(number)
                clinux_close(number)
            }
        case .readTable(let user, let client): reply(watches.read(user), to: client)
        case .writeTable(let user, let text, let client):
            reply(watches.write(user, text), to: client)
            lookAtWatchTables()
        case .readTables: lookAtWatchTables(isForced: true)
        }
    }

    /// A process of an earlier daemon has ended: if it was one of at's, its file goes.
    mutating func leftEnded(_ key: String) {
        let parts = key.split(separator: "/")
        guard parts.count == 3, parts[0] == "at", let number = UInt32(parts[1]), let minute = Int(parts[2]),
            let name = SpoolName(queue: .running, number: number, seconds: minute * 60)
        else { return }
        events.append(.spool(.leftEnded(name)))
    }
}
