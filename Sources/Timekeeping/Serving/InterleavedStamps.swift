internal import TimeBase

/// When the last answers really left, by the receive timestamps that they bore: what a client that asks in interleaved
/// mode (RFC 9769) is told with the next answer.
///
/// A table of fixed size. A newer answer takes an older one's place, and its client is then answered in basic mode.
struct InterleavedStamps: Sendable {
    private struct Entry {
        var receive: UInt64 = 0
        var transmit: UInt64 = 0
    }

    /// Empty until the first answer.
    private var entries: [Entry] = []
    private let mask: UInt64

    /// Octets of an answer.
    static let entrySize = 16

    /// - Parameter octets: how much memory may be used; at least one answer is kept.
    init(octets: Int) {
        var count = 1
        while count * 2 * Self.entrySize <= octets { count *= 2 }
        mask = UInt64(count - 1)
    }

    /// Remembers an answer.
    mutating func insert(receive: NTPTimestamp, transmit: NTPTimestamp) {
        if entries.isEmpty { entries = Array(repeating: Entry(), count: Int(mask) + 1) }
        // Only written: to look first would wait for memory that is seldom near.
        entries[place(receive)] = Entry(receive: receive.bits, transmit: transmit.bits)
    }

    /// A better time at which an answer left.
    mutating func improve(receive: NTPTimestamp, transmit: NTPTimestamp) {
        let place = place(receive)
        guard !entries.isEmpty, entries[place].receive == receive.bits else { return }
        // The kernel's stamp follows ours by what sending takes; another belongs to another packet.
        let later = transmit.since(NTPTimestamp(bits: entries[place].transmit))
        guard later > .microseconds(-10), later < .milliseconds(100) else { return }
        entries[place].transmit = transmit.bits
    }

    /// When the answer with this receive timestamp left; nil if that is not known (any more).
    func transmit(receive: NTPTimestamp) -> NTPTimestamp? {
        guard !entries.isEmpty else { return nil }
        let entry = entries[place(receive)]
        return receive.bits != 0 && entry.receive == receive.bits ? NTPTimestamp(bits: entry.transmit) : nil
    }

    /// Answers that are held. Counted when it is asked for.
    var held: Int { entries.count { $0.receive != 0 } }

    /// Seconds that the answers held cover.
    var span: UInt64 {
        var (first, last) = (UInt64.max, UInt64.min)
        for entry in entries where entry.receive != 0 {
            first = min(first, entry.receive >> 32)
            last = max(last, entry.receive >> 32)
        }
        return last >= first ? last - first : 0
    }

    /// Nobody gains from choosing places: the receive timestamp is ours.
    private func place(_ receive: NTPTimestamp) -> Int {
        Int((receive.bits &* 0x9e37_79b9_7f4a_7c15) >> 32 & mask)
    }
}
