internal import Addresses
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Simulation

@Suite struct NetworkTests {
    /// Mean and smallest delay of many packets, and how many came per packet.
    private func measure(_ path: NetworkPath, at moment: Duration = .zero) -> (mean: Double, least: Double, per: Double)
    {
        var random = RandomSource(seed: 11)
        var all: [Double] = []
        for _ in 0..<20000 { all += path.delays(at: moment, random: &random).map(\.inSeconds) }
        return (all.reduce(0, +) / Double(all.count), all.min() ?? 0, Double(all.count) / 20000)
    }

    @Test("Delays begin at the base and exceed it by the jitter on average")
    func jitter() {
        let (mean, least, per) = measure(NetworkPath(base: 10e-3, jitter: 1e-3))
        #expect((mean - 11e-3).magnitude < 3e-5)
        #expect(least >= 10e-3 && least < 10e-3 + 1e-6)
        #expect(per == 1)
    }

    @Test("Spikes add their mean to their share of packets")
    func spikes() {
        var path = NetworkPath(base: 10e-3, jitter: 1e-3)
        path.spikes = .init(probability: 0.2, mean: 50e-3)
        #expect((measure(path).mean - 21e-3).magnitude < 8e-4)
    }

    @Test("Congestion is there in the first part of each period only")
    func congestion() {
        var path = NetworkPath(base: 10e-3, jitter: 1e-3)
        path.congestion = .init(period: 10800, duration: 3600, base: 40e-3, jitter: 20e-3)
        #expect((measure(path, at: .seconds(10800 + 3599)).mean - 71e-3).magnitude < 6e-4)
        #expect((measure(path, at: .seconds(10800 + 3600)).mean - 11e-3).magnitude < 3e-5)
    }

    @Test("Losses and doubles come as often as they should")
    func lossAndDuplication() {
        var path = NetworkPath(base: 10e-3, jitter: 1e-3)
        path.loss = 0.3
        #expect((measure(path).per - 0.7).magnitude < 0.01)
        path.loss = 0
        path.duplication = 0.25
        #expect((measure(path).per - 1.25).magnitude < 0.01)
    }

    @Test("There is a network exactly when it was said that there is")
    func connectivity() {
        let periodic = Connectivity.periodic(period: .seconds(10000), connected: .seconds(1200))
        #expect(periodic.isConnected(at: .seconds(20000)))
        #expect(periodic.isConnected(at: .seconds(21199.999)))
        #expect(!periodic.isConnected(at: .seconds(21200)))
        #expect(Connectivity.until(.seconds(5)).isConnected(at: .seconds(4.9)))
        #expect(!Connectivity.until(.seconds(5)).isConnected(at: .seconds(5)))
        let outage = Connectivity.outage(from: .seconds(5), to: .seconds(6))
        #expect(outage.isConnected(at: .seconds(4.9)))
        #expect(!outage.isConnected(at: .seconds(5)))
        #expect(outage.isConnected(at: .seconds(6)))
    }

    private let request = NTPHeader(mode: .client, poll: 6, transmit: NTPTimestamp(bits: 0x1234_5678_9abc_def0)).octets

    private func reply(of answer: SimulatedServer.Answer) -> NTPHeader? {
        guard case .reply(let octets) = answer else { return nil }
        return NTPHeader(octets.span)
    }

    @Test("A good server gives true time and returns the origin; a falseticker lies by its error")
    func serverTime() throws {
        let path = NetworkPath(base: 1e-3, jitter: 0)
        let phases = [ServerSettings.Phase(from: .seconds(100), .falseticker(.milliseconds(-30)))]
        var server = SimulatedServer(
            ServerSettings(address: .v4(1), later: phases, toServer: path, fromServer: path))
        let honest = try #require(reply(of: server.answer(request, at: .seconds(99))))
        #expect(honest.origin.bits == 0x1234_5678_9abc_def0)
        #expect(honest.mode == .server && honest.stratum == 1 && honest.leap == .none)
        #expect(honest.receive == NTPTimestamp(SimulatedClock.epoch + .seconds(99)))
        #expect(honest.transmit > honest.receive)
        let lying = try #require(reply(of: server.answer(request, at: .seconds(100))))
        #expect(lying.receive == NTPTimestamp(SimulatedClock.epoch + .milliseconds(99970)))
        #expect(server.answer(Array(request.dropLast()), at: .seconds(101)) == .silence)
        #expect(server.answer(honest.octets, at: .seconds(101)) == .silence)
    }

    @Test("A server that limits its rate says RATE to whoever is too quick")
    func rateLimit() throws {
        let path = NetworkPath(base: 1e-3, jitter: 0)
        var server = SimulatedServer(
            ServerSettings(
                address: .v4(1), condition: .rateLimiting(.seconds(10)), toServer: path, fromServer: path))
        #expect(reply(of: server.answer(request, at: .seconds(1)))?.kissCode == nil)
        #expect(reply(of: server.answer(request, at: .seconds(10.9)))?.kissCode == "RATE")
        #expect(reply(of: server.answer(request, at: .seconds(21)))?.stratum == 1)
    }

    @Test("Dead, refusing and unsynchronised servers behave as they are called")
    func failures() throws {
        let path = NetworkPath(base: 1e-3, jitter: 0)
        func answer(_ condition: ServerSettings.Condition) -> SimulatedServer.Answer {
            var server = SimulatedServer(
                ServerSettings(address: .v4(1), condition: condition, toServer: path, fromServer: path))
            return server.answer(request, at: .seconds(1))
        }
        #expect(answer(.dead) == .silence)
        #expect(answer(.refusing) == .portUnreachable)
        let header = try #require(reply(of: answer(.unsynchronised)))
        #expect(header.leap == .unsynchronised)
        #expect(header.kissCode == nil)
    }
}

extension NTPTimestamp {
    fileprivate static func > (left: NTPTimestamp, right: NTPTimestamp) -> Bool { left.since(right) > .zero }
}
