import Addresses
import Control
import Rendering
import TimeBase

/// What the commands ask of a daemon, in whole questions.
struct ControlSession {
    let transport: ControlTransport

    /// Asks for a report.
    ///
    /// - Throws: the daemon's refusal as a ``ToolError``.
    func report<Report>(
        _ request: ControlRequest, _ extract: (ControlReply) -> Report?
    ) throws(ToolError) -> Report {
        let reply = try transport.ask(request)
        if let report = extract(reply) { return report }
        if case .status(let status) = reply { throw refusal(status) }
        throw .cannotTell("The daemon's answer is of another kind than the question.")
    }

    /// Asks for something to be done.
    func perform(_ request: ControlRequest) throws(ToolError) {
        let status = try status(of: request)
        guard status == .success else { throw refusal(status) }
    }

    /// What becomes of a request for something to be done.
    func status(of request: ControlRequest) throws(ToolError) -> ControlStatus {
        guard case .status(let status) = try transport.ask(request) else {
            throw .cannotTell("The daemon's answer is of another kind than the question.")
        }
        return status
    }

    /// Why nothing was done, as a sentence.
    func refusal(_ status: ControlStatus) -> ToolError {
        switch status {
        case .unauthorised:
            .notPermitted(
                transport.isUnix
                    ? "The daemon does not permit it."
                    : "The daemon permits this only through its Unix socket. Next: run it there, as root (sudo).")
        case .noHostAccess: .notPermitted("This host may not ask the daemon (cmdallow).")
        default: .no("The daemon answers: \(status.words).")
        }
    }

    func tracking() throws(ToolError) -> TrackingReport {
        try report(.tracking) { if case .tracking(let report) = $0 { report } else { nil } }
    }

    func sourceCount() throws(ToolError) -> UInt32 {
        try report(.sourceCount) { if case .sourceCount(let count) = $0 { count } else { nil } }
    }

    /// The name under which a source was configured; nil if the daemon does not tell.
    func name(_ address: SourceAddress) throws(ToolError) -> String? {
        guard case .sourceName(let name) = try transport.ask(.sourceName(address)), !name.isEmpty else { return nil }
        return name
    }

    /// All sources, with what else the daemon is willing to tell about them.
    func sources(details: Bool = true, stories: Bool = false) throws(ToolError) -> [SourceRow] {
        var rows: [SourceRow] = []
        var asksSelection = details
        var asksStories = stories
        for index in 0..<min(try sourceCount(), 4096) {
            // A source may have gone between two questions.
            guard case .source(let report) = try transport.ask(.source(index: index)) else { continue }
            var row = SourceRow(report: report)
            if report.mode != .referenceClock { row.name = try name(report.address) }
            if asksSelection {
                switch try transport.ask(.selection(index: index)) {
                case .selection(let selection): row.selection = selection
                case .status(.unauthorised), .status(.invalid): asksSelection = false
                default: break
                }
            }
            if asksStories {
                switch try transport.ask(.story(index: index)) {
                case .story(let story): row.story = story
                default: asksStories = false
                }
            }
            rows.append(row)
        }
        return rows
    }

    /// The verdict: the daemon's own, or what can be derived from chronyd's reports.
    func status() throws(ToolError) -> StatusView {
        if case .statusReport(let report) = try transport.ask(.status) {
            return StatusView(report, at: Clock.realtime())
        }
        let tracking = try tracking()
        return StatusView(tracking: tracking, sources: try sources(details: false), at: Clock.realtime())
    }

    /// The sources that are meant by an address, `ADDRESS/BITS`, or a configured name; all if nothing is said.
    func selector(_ text: String?) throws(ToolError) -> SourceSelector {
        guard let text else { return .all }
        if let address = IPAddress(text) { return SourceSelector(address) }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let base = IPAddress(parts[0]), let bits = Int(parts[1]),
            (0...base.width).contains(bits)
        {
            let ones: IPAddress = base.family == .ipv4 ? .v4(.max) : .v6(.max, .max)
            return .matching(base.prefix(bits), mask: ones.prefix(bits))
        }
        switch try address(text) {
        case .ip(let address): return SourceSelector(address)
        case .unresolved(let number): return .unresolved(number)
        case .unspecified: throw .no("No source is called \(text). Next: timeball sources")
        }
    }

    /// The source of this address or configured name.
    func address(_ text: String) throws(ToolError) -> SourceAddress {
        if let address = IPAddress(text) { return .ip(address) }
        for row in try sources(details: false) where row.name == text || "\(row.report.address)" == text {
            return row.report.address
        }
        throw .no("No source is called \(text). Next: timeball sources")
    }
}
