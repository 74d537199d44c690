import Addresses
import ChronyConsole
import Control
import Glibc
import TimeBase

/// The world of a console on this machine: a daemon behind a socket, the system's resolver, standard output.
struct ChronycWorld: ConsoleWorld {
    let servers: [ControlServer]
    private var transport: ControlTransport?

    init(servers: [ControlServer]) {
        self.servers = servers
    }

    mutating func ask(_ request: ControlRequest, _ options: ConsoleOptions) -> ControlReply? {
        let transport = transport ?? ControlTransport(servers: servers)
        transport.timeouts = (0...options.retries).map { options.timeout * (1 << $0) }
        self.transport = transport
        do throws(ToolError) {
            return try transport.ask(request)
        } catch {
            complain(error.sentence)
            // The next question tries all of them again.
            self.transport = nil
            return nil
        }
    }

    func addresses(of name: String, _ family: AddressFamily?) -> [IPAddress] {
        Resolver.addresses(name).filter { family == nil || $0.family == family }
    }

    func name(of address: IPAddress) -> String? { Resolver.name(of: address) }

    func instant(_ date: TypedDate) -> Instant<Realtime>? {
        var fields = unsafe tm()
        if let day = date.day {
            unsafe fields.tm_year = Int32(clamping: day.year - 1900)
            unsafe fields.tm_mon = Int32(clamping: day.month - 1)
            unsafe fields.tm_mday = Int32(clamping: day.day)
        } else {
            var now = time(nil)
            if date.isUTC { unsafe gmtime_r(&now, &fields) } else { unsafe localtime_r(&now, &fields) }
        }
        let day = unsafe fields.tm_mday
        unsafe fields.tm_hour = Int32(clamping: date.hour)
        unsafe fields.tm_min = Int32(clamping: date.minute)
        unsafe fields.tm_sec = Int32(clamping: date.second)
        unsafe fields.tm_isdst = -1
        let seconds = unsafe date.isUTC ? timegm(&fields) : mktime(&fields)
        // The 31st of a shorter month would become another day.
        guard unsafe fields.tm_mday == day || date.second == 60 else { return nil }
        return Instant(sinceEpoch: .seconds(seconds))
    }

    func pause(_ duration: Duration) -> Bool {
        let deadline = Clock.monotonic() + duration
        while !Interruption.hasCome {
            let left = deadline - Clock.monotonic()
            guard left > .zero else { return true }
            Waiting.pause(for: min(left, .seconds(3600)))
        }
        return false
    }

    func secret(octets: Int) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<octets).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    func print(_ line: String) { Swift.print(line) }
    func complain(_ line: String) { Output.complain(line) }
}
