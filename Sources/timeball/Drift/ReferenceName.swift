import Addresses
import Linux
import TimeBase

/// What stands after `--against`.
enum ReferenceName {
    static func open(_ text: String) throws -> any ClockReference {
        switch text {
        case "raw": return MachineReference(clock: .raw)
        case "monotonic": return MachineReference(clock: .monotonic)
        case "tai": return MachineReference(clock: .tai)
        default: break
        }
        if let number = device(text, "rtc") { return try RealTimeClockReference(number: number) }
        if let number = device(text, "phc") ?? device(text, "ptp") { return try HardwareReference(number: number) }
        if let number = device(text, "pps") { return try PulseReference(number: number) }
        let (host, port) = try hostAndPort(text)
        return try ServerReference(host: host, port: port)
    }

    /// The number of `rtc1`, `/dev/rtc1` or `rtc`.
    private static func device(_ text: String, _ kind: String) -> Int? {
        var rest = Substring(text)
        if rest.hasPrefix("/dev/") { rest = rest.dropFirst(5) }
        guard rest.hasPrefix(kind) else { return nil }
        rest = rest.dropFirst(kind.count)
        if rest.isEmpty { return 0 }
        guard rest.utf8.count <= 3, let number = Int(rest), number >= 0 else { return nil }
        return number
    }

    /// `host`, `host:port`, `[::1]:port`, or an IPv6 address alone.
    static func hostAndPort(_ text: String) throws -> (host: String, port: UInt16) {
        if IPAddress(text) != nil { return (text, 123) }
        var host = Substring(text)
        var port: UInt16 = 123
        if let colon = text.lastIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else {
                throw ToolError.usage("\(text): what follows the colon is not a port. Next: HOST:123")
            }
            port = number
            host = text[..<colon]
        }
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { throw ToolError.usage("\(text) names no host.") }
        return (String(host), port)
    }
}

extension ClockReference {
    var comparesAtEdges: Bool { false }

    /// Public servers are not to be hurried.
    var usualInterval: Duration {
        guard let server = self as? ServerReference, !server.endpoint.address.isLoopback else { return .seconds(2) }
        return .seconds(16)
    }
}
