/// Why a crontab line is refused: where, in cron's own words, and the reason.
public struct CrontabError: Error, Hashable, Sendable {
    /// Octets from the start of the line, from 1.
    public var column: Int

    /// What cron calls it: `bad minute`, `bad command`.
    public var word: String

    /// What is wrong, in more words; may be empty.
    public var reason: String

    public init(column: Int, word: String, reason: String) {
        self.column = column
        self.word = word
        self.reason = reason
    }

    /// `bad minute: 60 is not in 0-59`
    public var sentence: String { reason.isEmpty ? word : "\(word): \(reason)" }
}

/// What may surprise in a line that cron accepts.
public struct CrontabNote: Hashable, Sendable {
    /// Octets from the start of the line, from 1.
    public var column: Int

    /// One sentence.
    public var text: String

    /// Both crons take it and then never run the job: whoever installs a table must refuse it.
    public var isRefusal: Bool

    public init(column: Int, text: String, isRefusal: Bool = false) {
        self.column = column
        self.text = text
        self.isRefusal = isRefusal
    }
}
