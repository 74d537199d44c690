internal import Control

/// A page of the list of clients, gathered from the processes that answer them: each keeps a list of its own, and a page is
/// only shorter than was asked for at the end of the last one.
///
/// Each process has a range of indices; number 0 is the daemon.
public struct ClientPages: Sendable {
    /// What to do next.
    public enum Step: Equatable, Sendable {
        /// Ask this process, with a request of these octets, and ``take(_:)`` what it replies.
        case ask(process: Int, request: [UInt8])
        /// These octets answer the client.
        case answer([UInt8])
    }

    /// More places than any list of clients has.
    static let range: UInt32 = 1 << 26
    /// So many workers have ranges.
    public static let mostWorkers = 32

    private let header: ControlHeader
    private let minimumHits: UInt32
    private let isReset: Bool
    private let processes: UInt32
    private let most: Int
    private var next: UInt32
    private var clients: [ClientAccessReport.Client] = []

    /// - Parameter workers: how many processes keep lists besides the daemon.
    /// - Returns: nil if the octets are no request for such a page.
    public init?(request octets: [UInt8], workers: Int) {
        guard
            case .accept(.clientAccesses(let first, let count, let minimumHits, let reset), let header) =
                ControlRequest.receive(octets)
        else { return nil }
        self.header = header
        self.minimumHits = minimumHits
        isReset = reset
        processes = UInt32(clamping: min(max(workers, 0), Self.mostWorkers) + 1)
        most = min(Int(clamping: count), ClientAccessReport.pageSize)
        next = first
    }

    /// The first step, or the next after ``take(_:)``.
    public var step: Step {
        let process = next / Self.range
        guard process < processes, clients.count < most else {
            var report = ClientAccessReport()
            report.indexCount = processes * Self.range
            report.next = min(next, report.indexCount)
            report.clients = clients
            return .answer(ControlReply.clientAccesses(report).octets(answering: header))
        }
        let request = ControlRequest.clientAccesses(
            first: next % Self.range, count: UInt32(most - clients.count), minimumHits: minimumHits, reset: isReset)
        return .ask(process: Int(process), request: request.octets(sequence: header.sequence))
    }

    /// The process that is asked now; nil if there is nothing more to ask.
    public var asked: Int? {
        if case .ask(let process, _) = step { process } else { nil }
    }

    /// What the process that was asked replied. What is no page ends its range.
    public mutating func take(_ reply: [UInt8]?) {
        let base = next / Self.range * Self.range
        guard let reply,
            case .clientAccesses(let report) = ControlReply(reply, to: .clientAccesses, sequence: header.sequence)
        else {
            next = base + Self.range
            return
        }
        clients += report.clients.prefix(max(0, most - clients.count))
        let isEnd = report.next >= min(report.indexCount, Self.range) || report.next <= next % Self.range
        next = isEnd ? base + Self.range : base + report.next
    }
}
