public import Addresses
internal import Control
public import TimeBase

/// The control requests that are about serving. The timekeeper has checked who asks; the host hands them here.
extension Responder {
    /// Answers a request that came as ``Effect/askResponder(_:from:)``.
    ///
    /// - Parameters:
    ///   - octets: the request.
    ///   - commands: who may use the control protocol over UDP; `cmdallow` and `cmddeny` change it.
    ///   - commandHits: control requests so far.
    ///   - now: the wall clock at this moment.
    /// - Returns: the reply's octets; nil if there is nothing to say.
    public mutating func control(
        _ octets: [UInt8], commands: inout AccessTable, commandHits: UInt64, now: Instant<Realtime>
    ) -> [UInt8]? {
        guard case .accept(let request, let header) = ControlRequest.receive(octets) else { return nil }
        let reply: ControlReply
        switch request {
        case .serverStatistics: reply = .serverStatistics(statistics(commandHits: commandHits))
        case .checkAccess(let subject, let address):
            guard let address = address.ip else {
                reply = .status(.invalidAddressFamily)
                break
            }
            let isAllowed = subject == .time ? access.allows(address) : address.isLoopback || commands.allows(address)
            reply = .status(isAllowed ? .accessAllowed : .accessDenied)
        case .access(let subject, let address, let bits, let allowed, let all):
            guard let subnet = Self.subnet(address, bits) else {
                reply = .status(.badSubnet)
                break
            }
            switch subject {
            case .time: access.set(subnet.value, allowed: allowed, all: all)
            case .control: commands.set(subnet.value, allowed: allowed, all: all)
            }
            reply = .status(.success)
        case .clientAccesses(let first, let count, let minimumHits, let reset):
            reply =
                log.settings.isListed
                ? .clientAccesses(clients(first, count, minimumHits, reset: reset, now)) : .status(.inactive)
        default: reply = .status(.invalid)
        }
        return reply.octets(answering: header)
    }

    /// A page of the clients from an index on. Places without a client are passed over.
    private mutating func clients(
        _ first: UInt32, _ count: UInt32, _ minimumHits: UInt32, reset: Bool, _ now: Instant<Realtime>
    ) -> ClientAccessReport {
        var report = ClientAccessReport()
        report.indexCount = UInt32(clamping: log.clients.count)
        let most = min(Int(clamping: count), ClientAccessReport.pageSize)
        var index = min(Int(clamping: first), log.clients.count)
        while index < log.clients.count, report.clients.count < most {
            let client = log.clients[index]
            let accounts = ClientService.allCases.map { client[$0] }
            if log.tags[index] != 0, accounts.contains(where: { $0.hits >= minimumHits }) {
                report.clients.append(Self.report(client, now))
                if reset { log.resetCounts(index) }
            }
            index += 1
        }
        report.next = UInt32(clamping: index)
        return report
    }

    private static func report(_ client: ClientLog.Client, _ now: Instant<Realtime>) -> ClientAccessReport.Client {
        let sixteenths = ClientLog.sixteenths(NTPTimestamp(now))
        func age(_ account: ClientLog.Account) -> UInt32? {
            account.isUsed ? (sixteenths &- account.last) / 16 : nil
        }
        func interval(_ account: ClientLog.Account) -> Int8? {
            guard account.interval >= 0 else { return nil }
            return Int8(clamping: Int(logarithm2(max(Double(account.interval), 1.0 / 16)).rounded()))
        }
        var report = ClientAccessReport.Client()
        report.address = .ip(client.address)
        report.ntpHits = client.time.hits
        report.ntpDrops = client.time.drops
        report.ntpInterval = interval(client.time)
        report.lastNTPHit = age(client.time)
        report.commandHits = client.control.hits
        report.commandDrops = client.control.drops
        report.commandInterval = interval(client.control)
        report.lastCommandHit = age(client.control)
        return report
    }

    /// A subnet from the protocol's address and number of bits; the value nil means everybody.
    private static func subnet(_ address: SourceAddress, _ bits: Int32) -> (value: Subnet?, Void)? {
        switch address {
        case .unspecified: (nil, ())
        case .ip(let address):
            bits >= 0 && bits <= address.width ? (Subnet(address, length: Int(bits)), ()) : nil
        case .unresolved: nil
        }
    }
}
