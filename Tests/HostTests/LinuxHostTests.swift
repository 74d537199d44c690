import Addresses
import Configuration
import Daemon
import Linux
import NTPWire
import Testing
import TimeBase
import Timekeeping

@testable import timeballd

private let loopback = IPAddress.v4(0x7f00_0001)

/// What a host does with the timekeeper's effects, and what it tells of the machine, on a real kernel.
@Suite struct LinuxHostTests {
    private func host(_ change: (inout DaemonSettings) -> Void = { _ in }) throws -> LinuxHost {
        var settings = DaemonSettings()
        settings.serverPort = 0
        settings.commandPort = 0
        settings.commandSocket = nil
        settings.timekeeper.controlsClock = false
        change(&settings)
        return try LinuxHost(settings: settings, log: .standardError, random: RandomSource(seed: 1))
    }

    /// A claim about the next event; a host cannot be copied into the macro.
    private func expectEvent(
        _ host: inout LinuxHost, before deadline: Instant<Monotonic>, _ expected: Event?,
        at location: SourceLocation = #_sourceLocation
    ) {
        let event = host.next(before: deadline)
        #expect(event == expected, sourceLocation: location)
    }

    private func soon() -> Instant<Monotonic> { KernelClock.monotonic + .seconds(5) }

    @Test("A request's kernel stamp of leaving comes before its answer, and both lie in the right order")
    func exchange() throws {
        var host = try host()
        try awaitStamps()
        let server = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try server.bind(to: Endpoint(address: loopback, port: 0))
        let endpoint = try server.localEndpoint()
        var buffer = [UInt8](repeating: 0, count: 100)
        let token = RequestToken(number: 5)
        let before = KernelClock.realtime
        host.perform(.send(token, octets: [1, 2, 3], to: endpoint))
        let request = try #require(try server.receive(into: &buffer))
        try server.send([4, 5, 6, 7], count: 4, to: request.source)

        let first = host.next(before: soon())
        guard case .sent(token, let left) = first else {
            Issue.record("\(String(describing: first)) is not the stamp of leaving")
            return
        }
        let second = host.next(before: soon())
        guard case .datagram(token, let octets, let from, let to, let came) = second else {
            Issue.record("\(String(describing: second)) is not the answer")
            return
        }
        #expect(left.kind == .kernel && came.kind == .kernel)
        #expect(before <= left.time && left.time < came.time && came.time <= KernelClock.realtime)
        #expect(octets == [4, 5, 6, 7])
        #expect(from == endpoint)
        #expect(to == loopback)
    }

    @Test("After its socket is closed nothing comes by a request, not even what has come already")
    func close() throws {
        var host = try host()
        let server = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try server.bind(to: Endpoint(address: loopback, port: 0))
        var buffer = [UInt8](repeating: 0, count: 100)
        let tokens = [1, 2].map { RequestToken(number: $0) }
        for token in tokens { host.perform(.send(token, octets: [1], to: try server.localEndpoint())) }
        while let request = try server.receive(into: &buffer) { try server.send([2], count: 1, to: request.source) }
        host.perform(.close(tokens[0]))
        var seen: [RequestToken] = []
        while let event = host.next(before: KernelClock.monotonic) {
            switch event {
            case .datagram(let token, _, _, _, _), .sent(let token, _): seen.append(token)
            default: Issue.record("\(event)")
            }
        }
        #expect(seen == [tokens[1], tokens[1]])
    }

    @Test("Each request has a port of its own")
    func ports() throws {
        var host = try host()
        let server = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try server.bind(to: Endpoint(address: loopback, port: 0))
        var buffer = [UInt8](repeating: 0, count: 100)
        for number in 0..<5 as Range<UInt64> {
            host.perform(.send(RequestToken(number: number), octets: [1], to: try server.localEndpoint()))
        }
        var ports: Set<UInt16> = []
        while let request = try server.receive(into: &buffer) { ports.insert(request.source.endpoint?.port ?? 0) }
        #expect(ports.count == 5)
    }

    @Test("A server that is not there is reported with the kernel's words")
    func unreachable() throws {
        var host = try host()
        let token = RequestToken(number: 9)
        host.perform(.send(token, octets: [1], to: try closedEndpoint()))
        var events: [Event] = []
        while let event = host.next(before: KernelClock.monotonic + .milliseconds(50)) { events.append(event) }
        let refusal = KernelRefusal(
            call: "recvmsg", number: SystemError.connectionRefused, text: "Connection refused")
        #expect(events.last == .sendFailed(token, refusal))
        #expect(events.count == 2)
    }

    @Test("A wait ends at its deadline, not before, and then there is no event")
    func deadline() throws {
        var host = try host()
        for nanoseconds in [0, 50_000, 2_000_000] {
            let deadline = KernelClock.monotonic + .nanoseconds(nanoseconds)
            expectEvent(&host, before: deadline, nil)
            #expect(KernelClock.monotonic >= deadline)
        }
    }

    @Test("Names are resolved while the host waits, and addresses at once")
    func resolution() throws {
        var host = try host { _ in }
        host.perform(.resolve(ResolutionToken(number: 1), name: "192.0.2.7", family: nil))
        expectEvent(&host, before: soon(), .resolved(ResolutionToken(number: 1), [.v4(0xc000_0207)]))
    }

    @Test("A client is answered with its own transmit time and the kernel's receive time, if it is allowed")
    func serving() throws {
        let endpoint = try closedEndpoint()
        var host = try host { settings in
            settings.serverPort = endpoint.port
            settings.serverAddresses = [loopback]
            settings.access.set(Subnet(loopback, length: 32), allowed: true, all: false)
        }
        try host.openServers()
        try awaitStamps()
        var served = ServedTime.unsynchronised
        served.leap = .none
        served.stratum = 3
        host.perform(.serve(served))
        let client = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try client.connect(to: endpoint)
        var octets = [UInt8](repeating: 0, count: NTPHeader.size)
        octets[0] = 0x23
        octets[47] = 77
        let before = KernelClock.realtime
        // More than are answered before the engine has its turn.
        for _ in 0..<70 { try client.send(octets, count: octets.count) }
        let sent = KernelClock.realtime
        expectEvent(&host, before: KernelClock.monotonic + .milliseconds(20), nil)
        var buffer = [UInt8](repeating: 0, count: 100)
        for _ in 0..<70 {
            let reply = try #require(try client.receive(into: &buffer))
            #expect(reply.count == NTPHeader.size)
            let parsed = NTPHeader(buffer.span)
            let header = try #require(parsed)
            #expect(header.mode == .server && header.stratum == 3)
            #expect(header.origin == NTPTimestamp(bits: 77))
            let received = header.receive.instant(near: before)
            // The precision served is 2^-20 s, and the bits below are left to chance.
            #expect(received > before - .microseconds(2) && received < sent + .microseconds(2))
            #expect(header.transmit.since(header.receive) > .microseconds(-2))
        }
        #expect(try client.receive(into: &buffer) == nil)

        // From elsewhere than allowed.
        let stranger = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try stranger.bind(to: Endpoint(address: .v4(0x7f00_0002), port: 0))
        try stranger.connect(to: endpoint)
        try stranger.send(octets, count: octets.count)
        expectEvent(&host, before: KernelClock.monotonic + .milliseconds(20), nil)
        let answer = try stranger.receive(into: &buffer)
        #expect(answer == nil)
        let counts = host.responder.counts
        #expect(counts[ServingOutcome.answered.rawValue] == 70)
        #expect(counts[ServingOutcome.denied.rawValue] == 1)
    }

    @Test("Where nobody is allowed no server's port is open")
    func closedServer() throws {
        let endpoint = try closedEndpoint()
        var host = try host { $0.serverPort = endpoint.port }
        try host.openServers()
        let count = host.servers.count
        #expect(count == 0)
    }

    @Test("A control request by UDP is answered through the same door, and never with more than it had")
    func control() throws {
        let endpoint = try closedEndpoint()
        var host = try host { settings in
            settings.commandPort = endpoint.port
            settings.commandAddresses = [loopback]
        }
        host.openCommands()
        let client = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try client.connect(to: endpoint)
        var buffer = [UInt8](repeating: 0, count: 100)
        for (answer, arrives) in [([5, 6] as [UInt8], true), ([5, 6, 7, 8], false)] {
            try client.send([1, 2, 3], count: 3)
            guard case .control([1, 2, 3], let number, .loopback) = host.next(before: soon()) else {
                Issue.record("no control request from this machine")
                return
            }
            host.perform(.reply(answer, to: number))
            let reply = try client.receive(into: &buffer)
            #expect((reply != nil) == arrives)
            // Once is enough.
            host.perform(.reply([5], to: number))
            #expect(try client.receive(into: &buffer) == nil)
        }
    }

    @Test("A host that must not touch the clock does not")
    func follower() throws {
        var host = try host()
        let before = try KernelClock().settings()
        host.perform(.setRate(KernelRate(tick: before.tick, scaledFrequency: before.scaledFrequency + 655)))
        host.perform(.step(by: .seconds(0)))
        #expect(try KernelClock().settings().scaledFrequency == before.scaledFrequency)
        expectEvent(&host, before: KernelClock.monotonic, nil)
    }

    @Test("What the kernel refuses comes back as an event")
    func refusal() throws {
        var host = try host { settings in settings.driftFile = "/nowhere/at/all/drift" }
        let effect = Effect.save(.drift, "1 2\n")
        host.perform(effect)
        guard case .refused(effect, let refusal) = host.next(before: KernelClock.monotonic) else {
            Issue.record("the refusal got lost")
            return
        }
        #expect(refusal.number == SystemError.noSuchFile)
    }

    @Test("An effect can end the loop, with a status")
    func stop() throws {
        var host = try host()
        let before = host.isStopping
        host.perform(.stop(status: 3))
        let after = host.isStopping
        let status = host.exitStatus
        #expect(!before && after && status == 3)
        let event = host.next(before: soon())
        #expect(event == nil)
    }
}
