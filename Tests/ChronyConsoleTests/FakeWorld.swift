import Addresses
import ChronyConsole
import Control
import TimeBase

/// A daemon that answers what a test says, and a terminal that remembers what was printed.
struct FakeWorld: ConsoleWorld {
    /// A reference, because printing does not change a world.
    final class Terminal {
        var printed: [String] = []
        var complaints: [String] = []
    }

    let terminal = Terminal()
    var answer: (ControlRequest) -> ControlReply?
    var asked: [ControlRequest] = []
    var hosts: [String: IPAddress] = [:]

    init(_ answer: @escaping (ControlRequest) -> ControlReply?) {
        self.answer = answer
    }

    mutating func ask(_ request: ControlRequest, _ options: ConsoleOptions) -> ControlReply? {
        asked.append(request)
        return answer(request)
    }

    func addresses(of name: String, _ family: AddressFamily?) -> [IPAddress] {
        hosts[name].map { [$0] } ?? []
    }

    func name(of address: IPAddress) -> String? { hosts.first { $0.value == address }?.key }

    func instant(_ date: TypedDate) -> Instant<Realtime>? {
        let day = date.day.map { CivilDate.daysSince1970(year: $0.year, month: $0.month, day: $0.day) } ?? 20_000
        return Instant(sinceEpoch: .seconds(day * 86_400 + date.hour * 3600 + date.minute * 60 + date.second))
    }

    func pause(_ duration: Duration) -> Bool { true }
    func secret(octets: Int) -> [UInt8] { [UInt8](repeating: 0xab, count: octets) }
    func print(_ line: String) { terminal.printed.append(line) }
    func complain(_ line: String) { terminal.complaints.append(line) }
}

/// A console whose daemon has two servers, one with a long name, a reference clock, and a source without an address.
func console(
    _ options: ConsoleOptions = ConsoleOptions(), status: ControlStatus = .success
) -> Console<FakeWorld> {
    let addresses: [SourceAddress] = [
        .ip(.v4(0xcb00_7101)), .ip(.v6(0x2001_0db8_1111_2222, 0x3333_4444_5555_6666)), .ip(.v4(0x4750_5300)),
        .unresolved(7),
    ]
    let world = FakeWorld { request in
        switch request {
        case .sourceCount: return .sourceCount(4)
        case .source(let index):
            guard index < 4 else { return .status(.noSuchSource) }
            var report = SourceReport()
            report.address = addresses[Int(index)]
            report.mode = index == 2 ? .referenceClock : .client
            report.state = index == 0 ? .selected : .combined
            (report.stratum, report.poll, report.reach) = (2, 6, 0o377)
            report.lastSampleAge = .seconds(23)
            report.adjustedOffset = .microseconds(923)
            report.originalOffset = .microseconds(924)
            report.errorBound = .milliseconds(43)
            return .source(report)
        case .sourceName(.ip(.v4)): return .sourceName("foo.example.net")
        case .sourceName: return .sourceName("a-very-long-name-of-a-server.example.org")
        case .tracking:
            var report = TrackingReport()
            report.referenceIdentifier = ReferenceIdentifier(bits: 0x55c7_d662)
            report.address = .ip(.v4(0x55c7_d662))
            (report.stratum, report.leap) = (2, .none)
            report.referenceTime = Instant(sinceEpoch: .seconds(1_618_322_817))
            report.correction = .nanoseconds(61_683)
            report.lastOffset = .nanoseconds(186_714)
            report.rmsOffset = .nanoseconds(6_821_306)
            report.frequency = Frequency(ppm: 5.973)
            report.residualFrequency = Frequency(ppm: -0.110)
            report.skew = Frequency(ppm: 4.849)
            report.rootDelay = .nanoseconds(14_099_105)
            report.rootDispersion = .nanoseconds(11_558_208)
            report.lastUpdateInterval = .milliseconds(130_200)
            return .tracking(report)
        default: return .status(status)
        }
    }
    return Console(world, options: options)
}

extension Console where World == FakeWorld {
    /// Obeys a line; what was printed, and what was complained of.
    mutating func say(_ line: String) -> (outcome: ConsoleOutcome, printed: [String], complaints: [String]) {
        world.terminal.printed = []
        world.terminal.complaints = []
        world.asked = []
        let outcome = obey(line)
        return (outcome, world.terminal.printed, world.terminal.complaints)
    }
}
