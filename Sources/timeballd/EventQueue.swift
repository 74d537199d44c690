import Timekeeping

/// Events that came together and are handed over one by one.
struct EventQueue {
    private var events: [Event] = []
    private var first = 0

    var isEmpty: Bool { first == events.count }

    mutating func append(_ event: Event) {
        events.append(event)
    }

    mutating func removeFirst() -> Event? {
        guard !isEmpty else { return nil }
        let event = events[first]
        first += 1
        if isEmpty {
            events.removeAll(keepingCapacity: true)
            first = 0
        }
        return event
    }

    /// Takes away what belongs to a request: its socket is closed.
    mutating func forget(_ token: RequestToken) {
        events.removeSubrange(..<first)
        first = 0
        events.removeAll { event in
            switch event {
            case .datagram(let other, _, _, _, _), .sent(let other, _), .sendFailed(let other, _): other == token
            default: false
            }
        }
    }
}
