internal import JobsControl
public import Scheduling
internal import TimeBase

extension Scheduler {
    /// What crontab(1) asks: no set-user-ID program writes a table, this does.
    mutating func answerTable(
        _ request: JobsRequest, _ client: ClientToken, _ peer: Peer, effects: inout [Effect]
    ) {
        func refuse(_ refusal: JobsReply.Refusal, _ text: String) {
            effects.append(.reply(.refused(refusal, text), to: client))
        }
        let user: String
        switch request {
        case .readTable(let name), .replaceTable(let name, _), .removeTable(let name), .restoreTable(let name):
            user = name
        default: return
        }
        guard peer.isRoot || peer.name == user else { return refuse(.notPermitted, "must be privileged to use -u") }
        guard Self.isUserName(user) else { return refuse(.no, "user `\(user)' unknown") }
        if !peer.isRoot, let reason = settings.access.refusal(of: user) {
            effects.append(.note(.cron(user, "AUTH", "crontab command not allowed: \(reason)", .warning)))
            return refuse(.notPermitted, "You (\(user)) are not allowed to use this program (crontab): \(reason)")
        }
        switch request {
        case .readTable:
            effects.append(.note(.cron(peer.name ?? "\(peer.user)", "LIST", user)))
            effects.append(.readTable(user: user, client: client))
        case .replaceTable(_, let text):
            if let complaint = Self.complaint(text, dialect: settings.dialect, mostEntries: settings.mostEntries) {
                return refuse(.no, complaint)
            }
            effects.append(.note(.cron(peer.name ?? "\(peer.user)", "REPLACE", user)))
            effects.append(.writeTable(user: user, text, client: client))
        case .removeTable:
            effects.append(.note(.cron(peer.name ?? "\(peer.user)", "DELETE", user)))
            effects.append(.writeTable(user: user, nil, client: client))
        case .restoreTable:
            effects.append(.note(.cron(peer.name ?? "\(peer.user)", "RESTORE", user)))
            effects.append(.restoreTable(user: user, client: client))
        default: break
        }
    }

    /// A name that is a file's name and nothing else.
    static func isUserName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 256 && name.utf8.first != UInt8(ascii: ".")
            && name.utf8.first != UInt8(ascii: "-")
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") }
    }

    /// What would not run, line by line; nil if everything would.
    static func complaint(_ text: [UInt8], dialect: Dialect, mostEntries: Int) -> String? {
        let findings = TableCheck.findings(text, dialect: dialect).filter { !$0.isAccepted }
        if findings.isEmpty { return nil }
        return findings.prefix(20).map { "\($0.line):\($0.column): \($0.message ?? "")" }.joined(separator: "\n")
    }
}

/// The lint of Scheduling, and of what only this daemon reads.
public enum TableCheck {
    /// One finding for each line of a table.
    ///
    /// - Parameter acceptsEvery: whether `@every` is to be accepted, which no other cron does.
    public static func findings(
        _ text: [UInt8], dialect: Dialect, owner: CrontabOwner = .user, acceptsEvery: Bool = true
    ) -> [Lint.Finding] {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var directive: Directive?
        return Lint(dialect: dialect, owner: owner).findings(text).map { finding in
            guard lines.indices.contains(finding.line - 1) else { return finding }
            let line = lines[finding.line - 1]
            return checked(finding, line, &directive, owner: owner, acceptsEvery: acceptsEvery)
        }
    }

    private static func checked(
        _ finding: Lint.Finding, _ line: ArraySlice<UInt8>, _ directive: inout Directive?, owner: CrontabOwner,
        acceptsEvery: Bool
    ) -> Lint.Finding {
        var finding = finding
        do throws(CrontabError) {
            let words = line.drop { CronTable.isBlank($0) }
            if Directive.isDirective(line) {
                directive = try Directive(line)
            } else if let first = words.first, first != UInt8(ascii: "#") {
                if words.starts(with: "@reboot".utf8), directive?.policy.exact != nil { throw CronTable.noInstant }
                directive = nil
            }
            var isSystem = false
            if case .system = owner { isSystem = true }
            if acceptsEvery, try CronTable.every(line, isSystem: isSystem) != nil {
                finding.isAccepted = true
                finding.message = "only timeball-jobsd knows @every: Debian's cron refuses the whole table"
            }
        } catch {
            finding.isAccepted = false
            finding.column = error.column
            finding.message = error.sentence
        }
        return finding
    }
}
