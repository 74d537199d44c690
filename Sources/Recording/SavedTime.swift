public import TimeBase

/// The time as it is saved for the next start of a machine that has no real-time clock: one line, seconds since 1970 and
/// by how many seconds that may be wrong.
public struct SavedTime: Equatable, Sendable {
    /// True time when it was saved, by the best estimate.
    public var time: Instant<Realtime>
    /// How far it could be off then.
    public var bound: Duration

    /// A time to be saved.
    public init(time: Instant<Realtime>, bound: Duration) {
        self.time = time
        self.bound = bound
    }

    /// No earlier than this it is, from then on.
    public var earliest: Instant<Realtime> { time - bound }

    /// Why a text is not taken; a sentence.
    public struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Reads the line.
    public init(parsing text: String) throws(Mistake) {
        let words = text.split { $0.isWhitespace }
        guard words.count == 2, words.allSatisfy({ $0.utf8.allSatisfy { "0123456789.".utf8.contains($0) } }),
            let seconds = Double(words[0]).flatMap({ Duration(checkedSeconds: $0) }),
            let bound = Double(words[1]).flatMap({ Duration(checkedSeconds: $0) })
        else {
            throw Mistake(description: "line 1 is not a time and a bound: two numbers of seconds")
        }
        self.init(time: Instant(sinceEpoch: seconds), bound: bound)
    }

    /// The line.
    public var text: String {
        let seconds = LogColumn.fixed(time.sinceEpoch.inSeconds, width: 0, decimals: 3)
        return "\(seconds) \(LogColumn.fixed(max(bound, .zero).inSeconds, width: 0, decimals: 6))\n"
    }
}
