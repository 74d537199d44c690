/// /etc/leapsecs.dat of the TAI64 programs: labels of 8 octets, one for each inserted second, in order, and nothing else.
///
/// It knows no removed seconds and no day to which it is good.
public enum LeapSecondsData {
    /// The octets of a table; nil if it has a removed second, which the file cannot say.
    public static func octets(_ history: LeapHistory) -> [UInt8]? {
        var octets: [UInt8] = []
        var previous = 10
        for change in history.changes.dropFirst() {
            guard change.difference == previous + 1 else { return nil }
            // The label of the inserted second itself.
            octets += BigEndianOctets.of(TAILabel.origin &+ UInt64(change.posix + previous))
            previous = change.difference
        }
        return octets
    }

    /// Reads such a file; an empty one is the table of clocks that know no leap seconds, and gives nil here.
    public static func history(_ octets: [UInt8], origin: String) throws(LeapTableError) -> LeapHistory? {
        if octets.isEmpty { return nil }
        guard octets.count % 8 == 0, octets.count <= 8 * 1000 else { throw .badLength(octets.count) }
        var changes = [LeapHistory.Change(posix: LeapHistory.begin, difference: 10)]
        for start in stride(from: 0, to: octets.count, by: 8) {
            let label = octets[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
            guard label > TAILabel.origin, label < TAILabel.origin + 1 << 40 else { throw .badEntry(start / 8 + 1) }
            let difference = 10 + start / 8
            let posix = Int(label - TAILabel.origin) - difference
            guard posix % 86400 == 0 else { throw .badEntry(start / 8 + 1) }
            changes.append(.init(posix: posix, difference: difference + 1))
        }
        guard let history = LeapHistory(changes: changes, expires: nil, origin: origin) else { throw .notInOrder }
        return history
    }
}

/// Why a file is no table of leap seconds.
public enum LeapTableError: Error, Hashable, Sendable {
    /// Not a whole number of labels.
    case badLength(Int)
    /// This entry, counted from 1, is no midnight.
    case badEntry(Int)
    /// Entries do not ascend, or differ by more than one second.
    case notInOrder
    /// This line, counted from 1, and column, from 1: the word, and what should stand there.
    case badLine(Int, column: Int, word: String, expected: String)
    /// The list bears no day to which it is good.
    case noExpiry
    /// The sum in the list (`#h`) does not fit its numbers: somebody has changed it.
    case badSum

    /// One sentence.
    public var sentence: String {
        switch self {
        case .badLength(let count): "\(count) octets are no table of leap seconds: a label has 8."
        case .badEntry(let number): "Entry \(number) is not the label of a leap second."
        case .notInOrder: "The leap seconds do not ascend one by one from 10 s at 1972-01-01."
        case .badLine(let line, let column, let word, let expected):
            "Line \(line), column \(column): \(word.debugDescription) where \(expected) should be."
        case .noExpiry: "The list does not say until when it is good (#@)."
        case .badSum: "The list's check sum (#h) does not fit its numbers: it was changed, or is not whole."
        }
    }
}
