/// What a recording writes down before its first reading, and what going on with it needs.
public struct StudyHeader: Sendable, Equatable {
    /// What is studied, and the machine's facts.
    public var subject: Study.Subject
    /// As `--against` named it, so that resuming asks the same reference.
    public var against: String
    /// From the first reading to the last, in seconds.
    public var length: Double
    /// What is added to the reference to count from 1970; nil before the first reading.
    public var anchor: Duration?
    /// Names this start of the machine; a raw counter means nothing after the next one. Empty when unknown.
    public var boot: String

    /// A recording that has no reading yet.
    public init(subject: Study.Subject, against: String, length: Double, anchor: Duration? = nil, boot: String = "") {
        self.subject = subject
        self.against = against
        self.length = length
        self.anchor = anchor
        self.boot = boot
    }
}
