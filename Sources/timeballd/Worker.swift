import Daemon
import Linux
import NTPWire
import TimeBase
import Timekeeping

/// A process that does nothing but answer clients. What it serves stands in memory that it can only read; what it has
/// counted it writes where the daemon can read it. It has no rights, and ends with the daemon.
struct Worker: ~Copyable {
    /// What the daemon asks of a worker, by the first octet of a message.
    enum Message: UInt8 {
        /// A control request that changes who is answered.
        case access = 1
        /// The daemon's number of eight octets, and a request for a page of clients; the reply bears the number, too.
        case clients = 2
    }

    private enum Watched {
        case daemon
        case server(Int)
    }

    private let link: WorkerProcess
    private let servers: [LinuxHost.Socket]
    private let served: SharedWords
    private let counts: SharedWords
    /// What workers before it had counted in its place.
    private let before: ServingCounts
    private var responder: Responder
    private var round = ServerRound()
    private var words = [UInt64](repeating: 0, count: ServedTime.wordCount)
    private var sequence: UInt64?
    private var held: (second: UInt64, count: UInt64, span: UInt64) = (0, 0, 0)
    private var scratch = [UInt8](repeating: 0, count: 256)

    init(
        _ link: consuming WorkerProcess, servers: [LinuxHost.Socket], served: SharedWords, counts: SharedWords,
        before: ServingCounts, responder: consuming Responder
    ) {
        self.link = link
        self.servers = servers
        self.served = served
        self.counts = counts
        self.before = before
        self.responder = responder
    }

    /// Works until the daemon ends.
    consuming func run() -> Never {
        do throws(SystemError) {
            // In this order: memory is mapped anew by descriptors that are closed then.
            try served.memory.giveUpWriting()
            try link.confine(keeping: servers.map { $0.socket.number })
            try work()
        } catch {
            Log.standardError.write("A worker ends: \(error)", .error)
            WorkerProcess.exit(1)
        }
        WorkerProcess.exit(0)
    }

    private mutating func work() throws(SystemError) {
        var set = PollSet<Watched>()
        set.watch(link.number, .daemon)
        for (index, server) in servers.enumerated() {
            set.watch(server.socket.number, .server(index), reports: server.socket.hasTransmitStamps)
        }
        var ready: [PollSet<Watched>.Ready] = []
        while true {
            try set.wait(isPatient: true, ready: &ready)
            readServed()
            for index in ready.indices {
                switch ready[index].tag {
                case .daemon: if try !obey() { return }
                case .server(let server):
                    if ready[index].hasErrors { takeStamps(servers[server]) }
                    if ready[index].isReadable || !ready[index].hasErrors {
                        round.serve(servers[server], &responder) { _, _, _, _ in
                            // Peers' packets come to the daemon.
                        }
                    }
                }
            }
            writeCounts()
        }
    }

    private mutating func readServed() {
        let now = served.memory.sequence
        guard sequence != now, served.memory.read(into: &words), let time = ServedTime(words: words) else { return }
        responder.served = time
        sequence = now
    }

    private mutating func writeCounts() {
        let second = KernelClock.timestamp.bits >> 32
        if held.second != second {
            let whole = responder.servingCounts()
            held = (second, whole.timestampsHeld, whole.timestampSpan)
        }
        var sum = responder.servingCounts(held: (held.count, held.span))
        sum.add(before)
        counts.memory.write(sum.words)
    }

    /// Does what the daemon asks.
    ///
    /// - Returns: false when there is no daemon any more.
    private mutating func obey() throws(SystemError) -> Bool {
        while let message = try link.receive() {
            guard let first = message.first else { return false }
            var commands = responder.access
            switch Message(rawValue: first) {
            case .access:
                _ = responder.control(
                    Array(message.dropFirst()), commands: &commands, commandHits: 0, now: KernelClock.realtime)
            case .clients:
                let reply = responder.control(
                    Array(message.dropFirst(9)), commands: &commands, commandHits: 0, now: KernelClock.realtime)
                try link.send(Array(message.prefix(9)) + (reply ?? []))
            case nil: break
            }
        }
        return true
    }

    private mutating func takeStamps(_ server: LinuxHost.Socket) {
        for _ in 0..<64 {
            guard let report = try? server.socket.receiveTransmitStamp(scratch: &scratch) else { return }
            guard let time = report.stamp, case .answer(let receive) = server.awaited(report.identifier) else {
                continue
            }
            responder.sent(receive, at: time)
        }
    }
}

/// Shared memory in a place where values that cannot be copied do not go.
final class SharedWords {
    var memory: SharedMemory

    init(count: Int) throws(SystemError) {
        memory = try SharedMemory(count: count)
    }
}
