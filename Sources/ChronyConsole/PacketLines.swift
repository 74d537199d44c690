internal import Addresses
internal import Control
internal import TimeBase

/// What the last packet of a source said (`ntpdata`).
enum PacketLines {
    private static func mode(_ mode: UInt8) -> String {
        switch mode {
        case 1: "Symmetric active"
        case 2: "Symmetric passive"
        case 4: "Server"
        default: "Invalid"
        }
    }

    private static func stamp(_ letter: UInt8) -> String {
        switch letter {
        case UInt8(ascii: "D"): "Daemon"
        case UInt8(ascii: "K"): "Kernel"
        case UInt8(ascii: "H"): "Hardware"
        default: "Invalid"
        }
    }

    /// The ten tests in groups of three, three and four.
    private static func tests(_ tests: UInt16) -> [String] {
        let digits = (0..<10).reversed().map { tests >> UInt16($0) & 1 == 1 ? "1" : "0" }
        return [digits[0..<3].joined(), digits[3..<6].joined(), digits[6..<10].joined()]
    }

    /// An address and the four octets that stand for it.
    private static func address(_ address: SourceAddress) -> (text: String, identifier: String) {
        guard let ip = address.ip else { return (ConsoleNames.text(address), Columns.hexadecimal(0)) }
        return ("\(ip)", Columns.hexadecimal(ip.identifier))
    }

    /// Letters where a primary clock says them.
    private static func reference(_ report: NTPDataReport) -> String {
        report.stratum <= 1 ? ConsoleNames.letters(report.referenceIdentifier) : ""
    }

    private static func power(_ exponent: Int8) -> Double {
        Double(sign: .plus, exponent: Int(exponent), significand: 1)
    }

    private static func fixed(_ duration: Duration, _ decimals: Int, plus: Bool = false) -> String {
        Columns.fixed(duration.inSeconds, decimals, plus: plus)
    }

    static func lines(_ report: NTPDataReport) -> [String] {
        let remote = address(report.remoteAddress)
        let local = address(report.localAddress)
        var lines = [
            "Remote address  : \(remote.text) (\(remote.identifier))",
            "Remote port     : \(report.remotePort)",
            "Local address   : \(local.text) (\(local.identifier))",
            "Leap status     : \(report.leap.consoleWords)",
            "Version         : \(report.version)",
            "Mode            : \(mode(report.mode))",
            "Stratum         : \(report.stratum)",
            "Poll interval   : \(report.poll) (\(Columns.fixed(power(report.poll), 0)) seconds)",
            "Precision       : \(report.precision) (\(Columns.fixed(power(report.precision), 9)) seconds)",
            "Root delay      : \(fixed(report.rootDelay, 6)) seconds",
            "Root dispersion : \(fixed(report.rootDispersion, 6)) seconds",
            "Reference ID    : \(Columns.hexadecimal(report.referenceIdentifier.bits)) (\(reference(report)))",
            "Reference time  : \(Moments.sentence(report.referenceTime))",
            "Offset          : \(fixed(report.offset, 9, plus: true)) seconds",
            "Peer delay      : \(fixed(report.delay, 9)) seconds",
            "Peer dispersion : \(fixed(report.dispersion, 9)) seconds",
            "Response time   : \(fixed(report.responseTime, 9)) seconds",
            "Jitter asymmetry: \(Columns.fixed(report.jitterAsymmetry, 2, plus: true))",
            "NTP tests       : \(tests(report.tests).joined(separator: " "))",
            "Interleaved     : \(report.isInterleaved ? "Yes" : "No")",
            "Authenticated   : \(report.isAuthenticated ? "Yes" : "No")",
            "TX timestamping : \(stamp(report.transmitStamp))",
            "RX timestamping : \(stamp(report.receiveStamp))",
            "Total TX        : \(report.sentCount)",
            "Total RX        : \(report.receivedCount)",
            "Total valid RX  : \(report.validCount)",
        ]
        lines += counters(report).map { Columns.left($0, 16) + ": \($1)" }
        return lines
    }

    /// Counters that not every daemon has.
    private static func counters(_ report: NTPDataReport) -> [(String, UInt32)] {
        let all: [(String, UInt32?)] = [
            ("Total good RX", report.goodCount), ("Total kernel TX", report.kernelTransmitCount),
            ("Total kernel RX", report.kernelReceiveCount), ("Total HW TX", report.hardwareTransmitCount),
            ("Total HW RX", report.hardwareReceiveCount),
        ]
        return all.compactMap { name, count in count.map { (name, $0) } }
    }

    static func fields(_ report: NTPDataReport) -> [String] {
        let remote = address(report.remoteAddress)
        let local = address(report.localAddress)
        return [
            remote.text, remote.identifier, "\(report.remotePort)", local.text, local.identifier,
            report.leap.consoleWords, "\(report.version)", mode(report.mode), "\(report.stratum)", "\(report.poll)",
            Columns.fixed(power(report.poll), 0), "\(report.precision)", Columns.fixed(power(report.precision), 9),
            fixed(report.rootDelay, 6), fixed(report.rootDispersion, 6),
            Columns.hexadecimal(report.referenceIdentifier.bits), reference(report),
            Moments.raw(report.referenceTime), fixed(report.offset, 9), fixed(report.delay, 9),
            fixed(report.dispersion, 9), fixed(report.responseTime, 9), Columns.fixed(report.jitterAsymmetry, 2),
        ] + tests(report.tests) + [
            report.isInterleaved ? "Yes" : "No", report.isAuthenticated ? "Yes" : "No", stamp(report.transmitStamp),
            stamp(report.receiveStamp), "\(report.sentCount)", "\(report.receivedCount)", "\(report.validCount)",
        ] + counters(report).map { "\($1)" }
    }
}
