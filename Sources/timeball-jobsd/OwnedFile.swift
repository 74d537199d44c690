internal import CLinux
internal import Linux

/// A file that belongs to a user, put in the place of the old one at once: whole, synced, and theirs from the start.
enum OwnedFile {
    static func replace(_ name: String, in folder: String, with text: [UInt8], of account: Account) throws(SystemError)
    {
        let file = try AtomicFile(replacing: "\(folder)/\(name)", permissions: 0o600)
        do throws(SystemError) {
            try file.write(text)
            let aside = "\(folder)/.\(name).new"
            let owned = unsafe clinux_change_owner(aside, account.user, account.group)
            if owned < 0 { throw SystemError(call: "chown \(aside)", number: -owned) }
            try file.sync()
            try file.replace()
        } catch {
            file.abandon()
            throw error
        }
    }
}
