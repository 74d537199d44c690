internal import Addresses
internal import Control
internal import Foundation
internal import Simulation
import Testing
internal import TimeBase
internal import Timekeeping

/// `role island`: machines without a reference, each with the daemon's own engine and responder, on one simulated network.
///
/// The usual run has five of them and half an hour; with `TIMEBALL_LONG=1` there are ten, and hours.
@Suite("Isolated networks, with the daemon's engine") struct IslandTests {
    private static let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] != nil
    private static let seeds: [UInt64] = isLong ? [1, 2, 3, 4] : [1]
    private static let size = isLong ? 10 : 5
    private static let everyone = Array(0..<size)
    /// When they have settled, and how long is looked at what happens then.
    private static let settled = isLong ? 3600 : 2400
    private static let after = isLong ? 3600 : 1200

    private static func server(_ condition: ServerSettings.Condition) -> ServerSettings {
        let path = NetworkPath(base: 100e-6, jitter: 50e-6)
        return ServerSettings(
            address: .v4(0xc000_0201), condition: condition, toServer: path, fromServer: path)
    }

    /// The network when it has settled, and the same when nothing happens to it.
    private static func base(_ seed: UInt64) -> (now: IslandWorld, later: IslandWorld) {
        var now = IslandWorld(size, seed: seed, length: settled + after)
        now.run(until: settled)
        var later = now
        later.run(until: settled + after)
        return (now, later)
    }

    /// Prints what Documentation/Islands.md tells, in the long run.
    private static func figure(_ what: String, _ seed: UInt64, _ values: Double...) {
        guard isLong else { return }
        print(
            "figure: \(what), seed \(seed):", values.map { "\(Int(($0 * 1e6).rounded())) us" }.joined(separator: ", "))
    }

    private static var times: ClosedRange<Double> { Double(settled)...Double(settled + after) }

    @Test(
        "What a member promises holds at every second from the first on, while all come together, and for wall clocks too",
        arguments: isLong ? [3, 5, 10] : [3])
    func promisesFromTheStart(size: Int) {
        for seed: UInt64 in 1...(Self.isLong ? 30 : 3) {
            var world = IslandWorld(size, seed: seed, length: 1500, period: .seconds(1))
            world.run(until: 1200)
            #expect(world.overpromised(Array(0..<size), 0...1200) == [], "seed \(seed)")
            let promises = world.rows(600...1200).flatMap { $0.agreements.compactMap { $0 } }
            #expect(promises.count > 600 * size / 2 && promises.allSatisfy { $0 < 5e-3 }, "seed \(seed)")
        }
    }

    @Test("A member whose clock is not steered serves the common time, and promises no more of its clock than it has")
    func watcher() throws {
        var world = IslandWorld(3, seed: 1, length: 1500) { index, settings in settings.controlsClock = index != 0 }
        world.run(until: 1200)
        let late = world.rows(900...1200)
        #expect(late.count > 50 && late.allSatisfy { $0.verdicts[0] == .agreed })
        for row in late {
            let (clock, others) = (try #require(row.errors[0]), row.errors.dropFirst().compactMap { $0 })
            let promised = try #require(row.agreements[0])
            let apart = others.map { ($0 - clock).magnitude }.max() ?? .infinity
            #expect(
                apart > 10e-3 && apart <= promised && promised < apart + 2e-3, "at \(row.time): \(apart), \(promised)")
            let served = try #require(row.served[0])
            #expect(others.allSatisfy { ($0 - served).magnitude < 1e-3 })
        }
        #expect(world.network.served(0).rootDispersion < .milliseconds(2))
    }

    @Test("Ten machines: after an hour any two agree within 100 µs, and stay so, and say so", arguments: seeds)
    func ten(seed: UInt64) {
        let end = Self.isLong ? 4 * 3600 : 4200
        var world = IslandWorld(10, seed: seed, length: end)
        world.run(until: end)
        let everyone = Array(0..<10)
        let widest = world.widest(everyone, 3600...Double(end))
        #expect(widest < 100e-6, "\(widest)")
        let promises = world.rows(3600...Double(end)).flatMap { $0.agreements.compactMap { $0 } }
        Self.figure(
            "any two members at most apart, and least and most that they promise", seed, widest, promises.min() ?? 0,
            promises.max() ?? 0)
        let late = world.rows(3600...Double(end))
        #expect(late.count > 100)
        #expect(late.allSatisfy { row in row.verdicts.allSatisfy { $0 == .agreed } })
        // What is promised holds, and is not much more than the round trip leaves open.
        #expect(world.overpromised(everyone, 3600...Double(end)) == [])
        #expect(late.allSatisfy { row in row.agreements.allSatisfy { ($0 ?? 1) < 1e-3 } })
        // Nobody knows the truth, and nobody says so.
        #expect(late.allSatisfy { row in row.bounds.allSatisfy { $0 == nil } })
        for index in everyone {
            #expect(world.network.steps(index).count <= 1)
            #expect(world.network.status(index)?.isSynchronised == false)
            #expect(world.network.status(index)?.maximumError == .seconds(16))
        }
    }

    @Test("Any four of ten end: nobody else moves by a millisecond, and they agree on", arguments: seeds)
    func some(seed: UInt64) {
        let (now, later) = Self.base(seed)
        let ended = Self.isLong ? [1, 4, 6, 8] : [1, 3]
        let rest = Self.everyone.filter { !ended.contains($0) }
        var world = now
        for index in ended { world.network.setRunning(index, false) }
        world.run(until: Self.settled + Self.after)
        #expect(world.widest(rest, Self.times) < 150e-6)
        let soon = world.moved(rest, from: later, Double(Self.settled)...Double(Self.settled + 60))
        let moved = world.moved(rest, from: later, Self.times)
        #expect(moved < 1e-3 && soon < 50e-6)
        Self.figure("four end: moved in a minute and an hour", seed, soon, moved)
    }

    @Test("A divided network heals: they slew together, and the majority hardly moves", arguments: seeds)
    func partition(seed: UInt64) {
        var world = Self.base(seed).now
        let minority = Array(0..<(2 * Self.size / 5))
        let majority = Array((2 * Self.size / 5)..<Self.size)
        let heals = Self.settled + Self.after / 2
        world.network.divide(minority, part: 1)
        world.run(until: heals)
        var divided = world
        divided.run(until: Self.settled + Self.after)
        world.network.divide(minority, part: 0)
        world.run(until: Self.settled + Self.after)
        let end = Double(Self.settled + Self.after)
        #expect(world.widest(Self.everyone, end - 100...end) < 150e-6)
        let moved = world.moved(majority, from: divided, Double(heals)...end)
        #expect(moved < 1e-3)
        Self.figure("divided 4 and 6, healed: the six are moved", seed, moved)
    }

    @Test("One crystal goes 200 ppm off at once: nobody else moves by a millisecond, and it follows", arguments: seeds)
    func runaway(seed: UInt64) {
        let (now, later) = Self.base(seed)
        var world = now
        world.network.speedUp(3, by: Frequency(ppm: 200))
        world.run(until: Self.settled + Self.after)
        let honest = Self.everyone.filter { $0 != 3 }
        let moved = world.moved(honest, from: later, Self.times)
        #expect(moved < 1e-3)
        Self.figure("one crystal goes 200 ppm off: others are moved", seed, moved)
        #expect(world.widest(honest, Self.times) < 150e-6)
        let end = Double(Self.settled + Self.after)
        #expect(world.widest(Self.everyone, end - 100...end) < 150e-6)
    }

    @Test(
        "One lies by half a second, by 400 µs, or (of ten) a microsecond more each second: no honest one moves by 1 ms")
    func liar() {
        for seed in Self.seeds {
            let (now, later) = Self.base(seed)
            for lie in Self.isLong ? [0.5, 4e-4, 0] : [0.5, 4e-4] {
                var world = now
                let begin = Double(Self.settled)
                world.network.lie(3) { Duration(clampingSeconds: lie == 0 ? ($0.inSeconds - begin) * 1e-6 : lie) }
                world.run(until: Self.settled + Self.after)
                let honest = Self.everyone.filter { $0 != 3 }
                let moved = world.moved(honest, from: later, Self.times)
                #expect(moved < 1e-3)
                Self.figure(
                    "one lies by \(lie == 0 ? "1 us more each second" : "\(lie) s"): others are moved", seed, moved)
                #expect(world.widest(honest, Self.times) < 150e-6)
            }
        }
    }

    @Test("Three machines without Internet, and a client: when true time comes, to all or one, all are Right, no step")
    func reference() throws {
        let hours = Self.isLong ? 24 : 1
        for seed in 1...3 as ClosedRange<UInt64> {
            for isAtOne in [false, true] {
                var world = IslandWorld(
                    3, seed: seed, length: hours * 3600 + 1800, clients: 1, servers: [Self.server(.dead)]
                ) { index, settings in
                    if isAtOne, index != 0 { settings.sources.removeLast() }
                }
                world.run(until: hours * 3600)
                let late = world.rows(Double(hours * 1800)...Double(hours * 3600))
                #expect(late.count > 10)
                #expect(late.allSatisfy { row in row.verdicts.allSatisfy { $0 == .agreed } })
                #expect(late.allSatisfy { row in row.agreements.allSatisfy { ($0 ?? 1) < 2e-3 } })
                #expect(late.allSatisfy { row in row.bounds.allSatisfy { $0 == nil } })
                #expect(world.overpromised([0, 1, 2], Double(hours * 1800)...Double(hours * 3600)) == [])
                let error = try #require(late.last?.errors[0]).magnitude
                #expect(error > 5e-3)
                let steps = (0..<4).map { world.network.steps($0).count }
                world.network.setServer(0, .good)
                world.run(until: hours * 3600 + 1800)
                #expect((0..<4).map { world.network.steps($0).count } == steps)
                let end = try #require(world.rows.last)
                #expect(end.verdicts.allSatisfy { $0 == .right }, "\(end)")
                #expect(end.errors.allSatisfy { ($0 ?? 1).magnitude < 500e-6 }, "\(end)")
                #expect(world.broken([0, 1, 2, 3]) == [])
            }
        }
    }

    @Test("The last reference is lost: what is known of the truth goes on, and nobody is Right by hearing the others")
    func lost() throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            // Two of four have a server; the others have what these tell them.
            var world = IslandWorld(
                4, seed: seed, length: 11_000, wander: 1e-9, servers: [Self.server(.good)]
            ) { index, settings in
                if index > 1 { settings.sources.removeLast() }
            }
            world.run(until: 2400)
            #expect(try #require(world.rows.last).verdicts.allSatisfy { $0 == .right })
            world.network.setServer(0, .dead)
            world.run(until: 9000)
            let end = try #require(world.rows.last)
            #expect(end.verdicts.allSatisfy { $0 == .agreed }, "\(end)")
            #expect(end.bounds.allSatisfy { $0 != nil })
            world.network.setServer(0, .good)
            world.run(until: 9900)
            #expect(try #require(world.rows.last).verdicts.allSatisfy { $0 == .right })
            #expect(world.broken([0, 1, 2, 3]) == [])
            for index in 0..<4 { #expect(world.network.steps(index).isEmpty) }
        }
    }

    @Test("One that had true time meets three that never had it: it goes with them, and knows how far from the truth")
    func outvoted() throws {
        var world = IslandWorld(4, seed: 3, length: 12_000, wander: 1e-9, servers: [Self.server(.good)]) {
            index, settings in
            if index > 0 { settings.sources.removeLast() }
            settings.maximumDistance = .milliseconds(5)
        }
        world.network.divide([0], part: 1)
        world.run(until: 2400)
        #expect(try #require(world.rows.last).verdicts == [.right, .agreed, .agreed, .agreed])
        // Alone it holds the time until nobody may rely on it, and is an island of its own then.
        world.network.setServer(0, .dead)
        world.run(until: 6000)
        #expect(try #require(world.rows.last).verdicts[0] == .agreed)
        world.network.divide([0], part: 0)
        world.run(until: 12_000)
        let end = try #require(world.rows.last)
        #expect(end.verdicts.allSatisfy { $0 == .agreed }, "\(end)")
        #expect(end.bounds[0] != nil && end.bounds[1] == nil)
        #expect(world.broken([0]) == [])
        #expect(world.network.steps(0).isEmpty)
    }

    @Test("The time is set by hand at one: all slew there together, at no more than 2 %, and nobody outvotes it")
    func hand() throws {
        var world = IslandWorld(4, seed: 1, length: 12_000)
        world.run(until: 2400)
        let steps = (0..<4).map { world.network.steps($0).count }
        world.network.setTime(2, error: .seconds(5))
        world.run(until: 10_000)
        let moving = world.rows(2420...10_000)
        for index in 0..<4 {
            let errors = moving.compactMap { $0.errors[index] }
            #expect(errors.count == moving.count)
            #expect(zip(errors, errors.dropFirst()).allSatisfy { ($1 - $0).magnitude < 4 * 0.021 })
        }
        let end = try #require(world.rows.last)
        #expect(end.errors.allSatisfy { ((($0 ?? 0) - 5).magnitude) < 0.15 }, "\(end)")
        #expect(end.verdicts.allSatisfy { $0 == .agreed })
        #expect(world.widest([0, 1, 2, 3], 9000...10_000) < 150e-6)
        // They go together, not one after the other.
        #expect(world.widest([0, 1, 2, 3], 2500...10_000) < 0.1)
        #expect((0..<4).map { world.network.steps($0).count } == steps)
    }

    @Test("Two islands that are seconds apart meet: the smaller one slews to the larger, which stays where it is")
    func merge() throws {
        var world = IslandWorld(5, seed: 2, length: 16_000)
        world.network.divide([0, 1], part: 1)
        world.run(until: 1200)
        world.network.setTime(0, error: .seconds(3))
        world.network.setTime(2, error: .seconds(0))
        world.run(until: 7000)
        let apart = world.widest(Array(0..<5), 6990...7000)
        #expect((2.8...3.2).contains(apart))
        let steps = (0..<5).map { world.network.steps($0).count }
        var divided = world
        divided.run(until: 13_000)
        world.network.divide([0, 1], part: 0)
        world.run(until: 13_000)
        #expect(world.widest(Array(0..<5), 12_500...13_000) < 150e-6)
        #expect(world.moved([2, 3, 4], from: divided, 7000...7600) < 1e-3)
        #expect((0..<5).map { world.network.steps($0).count } == steps)
        // It says so while it is on its way, and goes on serving, with its distance.
        let meanwhile = world.rows(7200...7800)
        #expect(meanwhile.allSatisfy { $0.verdicts[0] == .settling && ($0.agreements[0] ?? 0) > 0.5 })
    }

    @Test("Peers do as well as servers, and a machine alone serves its own time after 5 minutes")
    func otherWays() throws {
        var peers = IslandWorld(3, seed: 1, length: 4000) { index, settings in
            settings.sources.remove(at: index)
            for position in settings.sources.indices {
                settings.sources[position].kind = .peer
                settings.sources[position].minimumPoll = 4
            }
        }
        peers.run(until: 4000)
        #expect(peers.widest([0, 1, 2], 3000...4000) < 150e-6)
        #expect(try #require(peers.rows.last).verdicts.allSatisfy { $0 == .agreed })
        var alone = IslandWorld(1, seed: 1, length: 600)
        alone.run(until: 290)
        #expect(try #require(alone.rows.last).verdicts == [.unknown])
        #expect(alone.network.served(0).leap == .unsynchronised)
        alone.run(until: 340)
        #expect(try #require(alone.rows.last).verdicts == [.agreed])
        #expect(alone.network.served(0).leap == LeapIndicator.none && alone.network.served(0).stratum == 10)
        #expect(alone.network.steps(0).isEmpty)
    }

    @Test("A time before the floor is not served, and a member below it joins upwards")
    func floor() throws {
        let floor = TimeFloor(SimulatedClock.epoch - .seconds(3600), name: "the build of this program")
        func world(_ count: Int, slow: Int) -> IslandWorld {
            IslandWorld(
                count, seed: 1, length: 1200, clockErrors: [slow: .seconds(-86_400)]
            ) { _, settings in settings.floor = floor }
        }
        var alone = world(1, slow: 0)
        alone.run(until: 600)
        #expect(try #require(alone.rows.last).verdicts == [.unknown])
        #expect(alone.network.served(0).leap == .unsynchronised && alone.network.served(0).stratum == 0)
        #expect(alone.network.notes(0).contains { $0.note == .islandBelowFloor(floor) })
        var three = world(3, slow: 1)
        three.run(until: 1200)
        let end = try #require(three.rows.last)
        #expect(end.errors.allSatisfy { ($0 ?? 9999).magnitude < 3 }, "\(end)")
        #expect(end.verdicts.allSatisfy { $0 == .agreed })
    }

    @Test("A machine that has its time from an RTC does not join others that have agreed on nothing yet: they join it")
    func realTimeClock() throws {
        var world = IslandWorld(
            3, seed: 1, length: 900, clockErrors: [0: .milliseconds(200), 1: .seconds(-7000), 2: .seconds(-9000)]
        ) { index, settings in
            if index == 0 { settings.initialKnowledge = InitialKnowledge(bound: .milliseconds(500), origin: "the RTC") }
        }
        world.run(until: 900)
        let end = try #require(world.rows.last)
        #expect(end.errors.allSatisfy { ($0 ?? 9999).magnitude < 0.5 }, "\(end)")
        #expect(world.network.steps(0).isEmpty)
        #expect(world.broken([0]) == [] && end.bounds[0] != nil && end.bounds[1] == nil)
    }
}
