/// Whether a file may be a table: owner, mode and name, as Debian's cron has it, with the reason where it may not.
enum TableRules {
    /// - Returns: cron's word for what is wrong and the reason in full; nil if nothing is.
    static func complaint(_ file: TableFile) -> (word: String, reason: String)? {
        if case .directory(let name) = file.place, let reason = nameComplaint(name) { return ("IGNORED", reason) }
        if let complaint = file.complaint { return ("CAN'T OPEN", complaint) }
        guard let facts = file.facts else { return ("CAN'T OPEN", "nothing is known of it") }
        let mode = "mode \(String(facts.mode, radix: 8))"
        switch file.place {
        case .user(let name):
            guard let user = file.user else { return ("ORPHAN", "there is no user \(name)") }
            guard facts.kind == .file else { return ("NOT A REGULAR FILE", "a table is an ordinary file, and no link") }
            guard facts.owner == user || facts.owner == 0 else {
                return ("WRONG FILE OWNER", "it belongs to user number \(facts.owner), not to \(name)")
            }
            guard facts.mode == 0o600 else { return ("INSECURE MODE", "\(mode) instead of 600") }
            guard facts.links == 1 else {
                return ("NUMBER OF HARD LINKS > 1", "it has \(facts.links) names: another may write to it")
            }
        case .system, .directory:
            guard facts.kind == .file else { return ("NOT A REGULAR FILE", "a table is an ordinary file") }
            if let owner = facts.linkOwner, owner != 0 {
                return ("WRONG SYMLINK OWNER", "the symbolic link belongs to user number \(owner), not to root")
            }
            guard facts.owner == 0 else {
                return ("WRONG FILE OWNER", "it belongs to user number \(facts.owner), not to root")
            }
            guard facts.mode & 0o022 == 0 else {
                return ("INSECURE MODE", "\(mode): its group or others can write to it")
            }
        // No count of links here: whoever can make another name for root's file would stop its jobs (CVE-2007-1856).
        }
        return nil
    }

    /// Which names in cron.d are read.
    static func nameComplaint(_ name: String) -> String? {
        let isRead = name.utf8.allSatisfy { octet in
            (octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9")) || octet == UInt8(ascii: "_")
                || octet == UInt8(ascii: "-")
                || ((octet | 0x20) >= UInt8(ascii: "a") && (octet | 0x20) <= UInt8(ascii: "z"))
        }
        return isRead && !name.isEmpty
            ? nil : "the name has something else than letters, digits, _ and -, such as a dot"
    }
}
