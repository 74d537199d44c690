/// Reads a whole table and says of each line whether cron takes it, and what will surprise.
public struct Lint: Sendable {
    /// What there is to say of a line.
    public struct Finding: Hashable, Sendable {
        /// From 1.
        public var line: Int
        /// Octets from the start of the line, from 1.
        public var column: Int
        /// Whether the line does what it says: false if cron refuses it, or would take it and never run it.
        public var isAccepted: Bool
        /// Nil if there is nothing to say.
        public var message: String?
    }

    public var dialect: Dialect
    public var owner: CrontabOwner

    public init(dialect: Dialect = .debian, owner: CrontabOwner = .user) {
        self.dialect = dialect
        self.owner = owner
    }

    /// One finding for each line of a table.
    public func findings(_ table: [UInt8]) -> [Finding] {
        let newline = UInt8(ascii: "\n")
        var lines = table.split(separator: newline, omittingEmptySubsequences: false)
        let endsInNewline = lines.last?.isEmpty ?? true
        if endsInNewline, !lines.isEmpty { lines.removeLast() }
        return lines.enumerated().map { index, text in
            finding(text, number: index + 1, hasNewline: endsInNewline || index < lines.count - 1)
        }
    }

    private func finding(_ text: ArraySlice<UInt8>, number: Int, hasNewline: Bool) -> Finding {
        do {
            var (line, notes) = try CrontabLine.read(text, dialect: dialect, owner: owner)
            if line != .ignored, !hasNewline {
                notes.append(
                    CrontabNote(
                        column: text.count + 1,
                        text: "missing newline before the end of the file: cron ignores the line or the whole table",
                        isRefusal: true))
            }
            if case .entry(let entry) = line { notes += Traps.notes(entry, length: text.count) }
            let isAccepted = !notes.contains { $0.isRefusal }
            let first = notes.first { $0.isRefusal } ?? notes.first
            let message = notes.isEmpty ? nil : notes.map(\.text).joined(separator: "; ")
            return Finding(line: number, column: first?.column ?? 1, isAccepted: isAccepted, message: message)
        } catch {
            return Finding(line: number, column: error.column, isAccepted: false, message: error.sentence)
        }
    }
}
