internal import Addresses
internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

/// What the daemon and the processes that answer clients in its place hand each other.
@Suite struct WorkerSharingTests {
    private let moment = Instant<Realtime>(sinceEpoch: .seconds(1_790_000_000))

    private func randomTime(_ random: inout RandomSource) -> ServedTime {
        func duration(_ scale: Double) -> Duration {
            Duration(clampingSeconds: (random.uniform() - 0.5) * scale) + .nanoseconds(Int64(random.next() % 9))
        }
        var served = ServedTime.unsynchronised
        served.leap = .insertSecond
        served.stratum = UInt8(truncatingIfNeeded: random.next())
        served.precision = -31
        served.rootDelay = duration(1)
        served.referenceIdentifier = ReferenceIdentifier(bits: UInt32(truncatingIfNeeded: random.next()))
        served.referenceTime = NTPTimestamp(bits: random.next())
        served.base = moment + duration(1000)
        served.rootDispersion = duration(2)
        served.dispersionRate = random.uniform() * 1e-4
        served.correction = duration(random.next() & 1 == 0 ? 1e-3 : 1e6)
        served.correctionRate = (random.uniform() - 0.5) * 0.2
        served.correctionEnds = served.base + duration(200)
        served.monotonicBase = moment + duration(1e6)
        served.monotonicRate = 1 + (random.uniform() - 0.5) * 1e-3
        served.monotonicEpoch = UInt32(truncatingIfNeeded: random.next())
        return served
    }

    @Test("A served time comes out of its words as it went in, and words of another number are none")
    func words() {
        var random = RandomSource(seed: 1)
        for _ in 0..<1000 {
            let served = randomTime(&random)
            #expect(ServedTime(words: served.words) == served)
        }
        #expect(ServedTime.unsynchronised.words.count == ServedTime.wordCount)
        #expect(ServedTime(words: Array(ServedTime.unsynchronised.words.dropLast())) == nil)
    }

    @Test("Answers tell the time that is served, to a unit of a timestamp, and no less root dispersion")
    func timestamps() {
        var random = RandomSource(seed: 2)
        for _ in 0..<5000 {
            let served = randomTime(&random)
            let wall = moment + Duration(clampingSeconds: (random.uniform() - 0.5) * 2000)
            let timestamps = ServedTimestamps(served)
            let exact = NTPTimestamp(served.time(at: wall))
            let told = timestamps.time(at: NTPTimestamp(wall))
            // The slew is told in Double: 100 s of it, to 2^-52, and three roundings down.
            #expect(exact.since(told).magnitude <= .nanoseconds(2), "\(served)")
            let dispersion = timestamps.rootDispersion(at: NTPTimestamp(wall))
            let least = NTPShort(roundingUp: served.rootDispersion(at: wall))
            #expect(dispersion.bits == least.bits || dispersion.bits == least.bits &+ 1)
        }
    }

    @Test("Counts of several processes are added up; what one held is gone with it")
    func counts() {
        var first = ServingCounts()
        (first.hits, first.drops, first.timestampsHeld, first.timestampSpan) = (10, 1, 5, 100)
        var second = ServingCounts()
        (second.hits, second.answered, second.timestampsHeld, second.timestampSpan) = (7, 6, 2, 30)
        #expect(ServingCounts(words: second.words) == second)
        #expect(second.words.count == ServingCounts.wordCount)
        var sum = first
        sum.add(second)
        #expect(sum.hits == 17 && sum.drops == 1 && sum.answered == 6)
        #expect(sum.timestampsHeld == 7 && sum.timestampSpan == 100)
        var after = first.afterEnd
        after.add(second)
        #expect(after.hits == 17 && after.timestampsHeld == 2 && after.timestampSpan == 30)
        #expect(ServingCounts(words: [1, 2]) == ServingCounts())
    }

    /// So many clients at each of so many processes.
    private func responders(_ clients: [Int]) -> [Responder] {
        clients.enumerated().map { number, count in
            var responder = Responder(rateLimit: nil, random: RandomSource(seed: UInt64(number)))
            responder.access.set(nil, allowed: true, all: false)
            for client in 0..<count {
                let octets = NTPHeader(mode: .client, transmit: NTPTimestamp(bits: 1)).octets
                var room = octets
                var span = room.mutableSpan
                let from = Endpoint(address: .v4(UInt32(number) << 16 | UInt32(client)), port: 1)
                _ = responder.answer(octets.span, from: from, received: moment, now: moment, into: &span)
            }
            return responder
        }
    }

    @Test(
        "A list that several processes keep is told whole, in full pages but for the last, no reply longer than its request",
        arguments: [[0], [5], [0, 0], [30, 0, 17], [1, 1, 1, 1, 1], [0, 100, 0, 3], [64, 64]])
    func pages(clients: [Int]) throws {
        var processes = responders(clients)
        var commands = AccessTable()
        var found: [SourceAddress] = []
        var next: UInt32 = 0
        for _ in 0..<200 {
            let request = ControlRequest.clientAccesses(first: next, count: 8, minimumHits: 1, reset: false)
                .octets(sequence: 9)
            var pages = try #require(ClientPages(request: request, workers: clients.count - 1))
            while case .ask(let process, let octets) = pages.step {
                #expect(pages.asked == process)
                let reply = processes[process].control(octets, commands: &commands, commandHits: 0, now: moment)
                pages.take(reply)
            }
            guard case .answer(let octets) = pages.step else { continue }
            #expect(octets.count <= request.count)
            guard case .clientAccesses(let page) = ControlReply(octets, to: .clientAccesses, sequence: 9) else {
                Issue.record("no page")
                return
            }
            found += page.clients.map(\.address)
            #expect(page.next > next || page.next == page.indexCount)
            next = page.next
            if next >= page.indexCount { break }
            // chronyc takes a shorter page for the last.
            #expect(page.clients.count == 8)
        }
        #expect(found.count == clients.reduce(0, +))
        #expect(Set(found).count == found.count)
    }

    @Test("A process that does not reply is passed over, and indices from nowhere end the list")
    func silence() throws {
        let request = ControlRequest.clientAccesses(first: 0, count: 8, minimumHits: 0, reset: false)
        var pages = try #require(ClientPages(request: request.octets(sequence: 1), workers: 3))
        var asked: [Int] = []
        while case .ask(let process, _) = pages.step {
            asked.append(process)
            pages.take(process == 2 ? [1, 2, 3] : nil)
        }
        #expect(asked == [0, 1, 2, 3])
        let far = ControlRequest.clientAccesses(first: .max, count: .max, minimumHits: 0, reset: true)
        let end = try #require(ClientPages(request: far.octets(sequence: 1), workers: ClientPages.mostWorkers))
        guard case .answer(let octets) = end.step,
            case .clientAccesses(let page) = ControlReply(octets, to: .clientAccesses, sequence: 1)
        else {
            Issue.record("no end")
            return
        }
        #expect(page.clients.isEmpty && page.next == page.indexCount)
        #expect(ClientPages(request: ControlRequest.tracking.octets(sequence: 1), workers: 1) == nil)
    }
}

@Suite struct DeparturePaceTests {
    private let start = NTPTimestamp(bits: 1 << 60)
    private let microsecond: UInt64 = 4295

    @Test("Answers that leave together say each when it leaves, by the quickest that was seen lately")
    func pace() {
        var pace = DeparturePace()
        #expect(pace.departure(5, after: start) == start)
        pace.learn(count: 8, from: start, to: NTPTimestamp(bits: start.bits + 8 * 3 * microsecond))
        #expect(pace.departure(0, after: start) == start)
        #expect(pace.departure(2, after: start).bits == start.bits + 2 * 3 * microsecond)
        // One that was interrupted changes next to nothing.
        pace.learn(count: 8, from: start, to: NTPTimestamp(bits: start.bits + 1 << 40))
        #expect(pace.departure(1, after: start).bits <= start.bits + 3 * microsecond + 3 * microsecond / 200)
        pace.learn(count: 8, from: start, to: NTPTimestamp(bits: start.bits + 8 * 2 * microsecond))
        #expect(pace.departure(1, after: start).bits == start.bits + 2 * microsecond)
        for _ in 0..<10_000 {
            pace.learn(count: 8, from: start, to: NTPTimestamp(bits: start.bits + 1 << 40))
        }
        // No answer claims to leave long after it does.
        #expect(pace.departure(7, after: start).bits <= start.bits + 7 * 10 * microsecond + 7)
    }

    @Test("A clock that was put back meanwhile, and a few answers, teach nothing")
    func nothing() {
        var pace = DeparturePace()
        pace.learn(count: 8, from: start, to: NTPTimestamp(bits: start.bits - 1))
        pace.learn(count: 3, from: start, to: NTPTimestamp(bits: start.bits + 30_000))
        #expect(pace.departure(7, after: start) == start)
    }
}
