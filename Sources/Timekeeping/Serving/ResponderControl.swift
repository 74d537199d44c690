public import Addresses
internal import Control

/// The control requests that are about serving. The timekeeper has checked who asks; the host hands them here.
extension Responder {
    /// Answers a request that came as ``Effect/askResponder(_:from:)``.
    ///
    /// - Parameters:
    ///   - octets: the request.
    ///   - commands: who may use the control protocol over UDP; `cmdallow` and `cmddeny` change it.
    ///   - commandHits: control requests so far.
    /// - Returns: the reply's octets; nil if there is nothing to say.
    public mutating func control(
        _ octets: [UInt8], commands: inout AccessTable, commandHits: UInt64
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
        case .clientAccesses:
            // There is no log of clients in this version.
            reply = .status(.inactive)
        default: reply = .status(.invalid)
        }
        return reply.octets(answering: header)
    }

    private func statistics(commandHits: UInt64) -> ServerStatisticsReport {
        var report = ServerStatisticsReport()
        var hits: UInt64 = 0
        var drops: UInt64 = 0
        for outcome in [ServingOutcome.answered, .denied, .rateLimited, .kissed, .badAuthentication] {
            hits &+= counts[outcome.rawValue]
        }
        report.ntpHits = hits
        for outcome in [ServingOutcome.rateLimited, .denied, .badAuthentication] {
            drops &+= counts[outcome.rawValue]
        }
        report.ntpDrops = drops
        report.keyExchangeHits = 0
        report.keyExchangeDrops = 0
        report.commandHits = commandHits
        report.commandDrops = 0
        report.logDrops = 0
        report.authenticatedHits = authenticated
        report.interleavedHits = interleaved
        report.timestampsHeld = UInt64(stamps.held)
        report.timestampSpan = stamps.span
        report.daemonReceiveStamps = daemonStamps
        report.daemonTransmitStamps = counts[ServingOutcome.answered.rawValue]
        report.kernelReceiveStamps = kernelStamps
        report.kernelTransmitStamps = 0
        report.hardwareReceiveStamps = 0
        report.hardwareTransmitStamps = 0
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
