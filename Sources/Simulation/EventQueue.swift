/// What is going to happen, earliest first; of two things at one moment the one that was put in first.
struct EventQueue<Element> {
    private struct Entry {
        var moment: Duration
        var order: UInt64
        var element: Element

        func isBefore(_ other: Entry) -> Bool {
            moment != other.moment ? moment < other.moment : order < other.order
        }
    }

    /// A binary heap.
    private var entries: [Entry] = []
    private var count: UInt64 = 0

    /// When the earliest is due.
    var first: Duration? { entries.first?.moment }

    mutating func insert(_ element: Element, at moment: Duration) {
        entries.append(Entry(moment: moment, order: count, element: element))
        count += 1
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isBefore(entries[parent]) else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest out.
    mutating func next() -> (moment: Duration, element: Element)? {
        guard !entries.isEmpty else { return nil }
        entries.swapAt(0, entries.count - 1)
        let entry = entries.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2)
            where child < entries.count && entries[child].isBefore(entries[least]) {
                least = child
            }
            if least == parent { break }
            entries.swapAt(parent, least)
            parent = least
        }
        return (entry.moment, entry.element)
    }
}
