internal import Addresses
internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct PurposeTests {
    @Test("-Q says by how much the clock is wrong, touches nothing, and ends with status 0", arguments: [-2.5, 0.003])
    func measureOnce(error: Double) throws {
        var bench = bench(3, slowBy: Duration(clampingSeconds: error)) { settings in
            settings.purpose = .measureOnce
            settings.controlsClock = false
            settings.timeout = .seconds(30)
        }
        bench.run(for: .seconds(60))
        #expect(bench.exitStatus == 0)
        #expect(bench.steps == [])
        #expect(bench.rate == .nominal)
        var found: [Duration] = []
        for case .clockWrong(let offset) in bench.notes { found.append(offset) }
        #expect(found.count == 1)
        #expect((try #require(found.first).inSeconds - error).magnitude < 1e-5)
        #expect(bench.monotonic < .seconds(120))
    }

    @Test("-Q and -q work without `iburst` in the line, and do not take minutes")
    func withoutBurst() {
        for purpose in [TimekeeperSettings.Purpose.measureOnce, .setOnce] {
            var settings = settings(1) { $0.purpose = purpose }
            settings.sources[0].initialBurst = false
            var bench = Bench(settings, slowBy: .milliseconds(20))
            bench.servers[address(1)] = server()
            bench.run(for: .seconds(30))
            #expect(bench.exitStatus == 0)
        }
    }

    @Test("-Q and -q end with status 1 when nobody answers, and say so")
    func nobodyAnswers() {
        for purpose in [TimekeeperSettings.Purpose.measureOnce, .setOnce] {
            var bench = Bench(settings(2) { $0.purpose = purpose })
            bench.run(for: .seconds(200))
            #expect(bench.exitStatus == 1)
            #expect(bench.notes.contains(.noSources))
            #expect(bench.monotonic < .seconds(200))
        }
    }

    @Test("-Q ends with status 1 when the sources contradict each other")
    func contradiction() {
        var bench = bench(2) { $0.purpose = .measureOnce }
        bench.servers[address(2)] = server(fastBy: .seconds(5))
        bench.run(for: .seconds(200))
        #expect(bench.exitStatus == 1)
        #expect(!bench.notes.contains { if case .clockWrong = $0 { true } else { false } })
    }

    @Test("-q steps what its rule steps, and ends", arguments: [10.0, -10])
    func setOnce(error: Double) {
        var bench = bench(3, slowBy: Duration(clampingSeconds: error)) { settings in
            settings.purpose = .setOnce
            settings.makeStep = MakeStep(threshold: .milliseconds(100), limit: 1)
        }
        bench.run(for: .seconds(60))
        #expect(bench.exitStatus == 0)
        #expect(bench.steps.count == 1)
        #expect(bench.error.magnitude < 1e-4)
    }

    @Test("-q waits until a slew is done, and then ends")
    func setOnceBySlew() {
        var bench = bench(1, slowBy: .milliseconds(50)) { $0.purpose = .setOnce }
        bench.run(for: .seconds(120))
        #expect(bench.exitStatus == 0)
        #expect(bench.error.magnitude < 1e-4)
    }

    @Test("-t ends a measurement with status 1 and a daemon with status 0, when its time is over")
    func timeout() {
        for (purpose, status) in [(.measureOnce, 1), (.serve, 0)] as [(TimekeeperSettings.Purpose, Int32)] {
            var bench = Bench(
                settings(1) { settings in
                    settings.purpose = purpose
                    settings.timeout = .seconds(3)
                })
            bench.run(for: .seconds(60))
            #expect(bench.exitStatus == status)
            #expect(bench.notes.contains(.timedOut))
            #expect((bench.monotonic - .seconds(103)).magnitude < .milliseconds(1))
        }
    }
}

@Suite struct LocalReferenceTests {
    private func local(
        _ count: UInt32, changing: (inout LocalReferenceSettings) -> Void = { _ in }
    ) -> Bench {
        var local = LocalReferenceSettings()
        changing(&local)
        return bench(count) { $0.local = local }
    }

    @Test("Without a source, `local` serves stratum 10 as 127.127.1.1, and calls it Agreed, not Right")
    func alone() throws {
        var bench = local(0)
        bench.run(for: .seconds(1))
        let served = try #require(bench.keeper.servedState)
        #expect(served.leap == .none)
        #expect(served.stratum == 10)
        #expect(served.referenceIdentifier.bits == 0x7f7f_0101)
        #expect(served.referenceTime != .unknown)
        #expect(bench.keeper.state(at: bench.now).verdict == .agreed)
    }

    @Test(
        "It waits as long as it is told to, and with orphan 300 s",
        arguments: [(nil, false, 0), (nil, true, 300), (20, false, 20)])
    func waits(wait: Int?, orphan: Bool, expected: Int) {
        var bench = Bench(
            settings(1) { settings in
                var local = LocalReferenceSettings()
                local.orphan = orphan
                local.waitUnsynchronised = wait.map { .seconds($0) }
                settings.local = local
            })
        if expected > 0 {
            bench.run(for: .seconds(expected) - .milliseconds(500))
            #expect(bench.keeper.servedState?.leap == .unsynchronised)
        }
        bench.run(for: .seconds(1))
        #expect(bench.keeper.servedState?.stratum == 10)
        #expect(bench.keeper.servedState?.leap == LeapIndicator.none)
    }

    @Test("A source that answers ends it, and a source that is lost brings it back when the distance is passed")
    func comesAndGoes() {
        var bench = local(1) { $0.distance = .milliseconds(100) }
        bench.run(for: .seconds(100))
        #expect(bench.keeper.servedState?.stratum == 2)
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
        bench.servers = [:]
        // At some ppm it takes hours until the root distance is 0.1 s.
        bench.run(for: .seconds(1500))
        #expect(bench.keeper.servedState?.stratum == 2)
        bench.run(for: .seconds(100_000))
        #expect(bench.keeper.servedState?.stratum == 10)
        bench.servers[address(1)] = server()
        bench.run(for: .seconds(5000))
        #expect(bench.keeper.servedState?.stratum == 2)
    }

    @Test("With `activate` it is not used before the clock was once that good")
    func activate() {
        var bench = Bench(
            settings(1) { settings in
                var local = LocalReferenceSettings()
                local.activateDistance = .milliseconds(50)
                local.distance = .milliseconds(60)
                settings.local = local
            })
        bench.run(for: .seconds(1000))
        #expect(bench.keeper.servedState?.leap == .unsynchronised)
        bench.servers[address(1)] = server()
        bench.run(for: .seconds(3000))
        bench.servers = [:]
        bench.run(for: .seconds(100_000))
        #expect(bench.keeper.servedState?.stratum == 10)
    }

    @Test("Of orphans the one with the smaller address is followed, and the smallest of all follows nobody")
    func orphans() {
        // We are 203.0.113.1, which is larger than 192.0.2.x and smaller than 233.252.0.1 (RFC 6676).
        for (other, isFollowed) in [(address(1), true), (IPAddress.v4(0xe9fc_0001), false)] {
            var settings = TimekeeperSettings()
            var source = SourceSettings(kind: .server, name: other.description)
            source.initialBurst = true
            settings.sources = [source]
            var local = LocalReferenceSettings()
            local.orphan = true
            settings.local = local
            var bench = Bench(settings)
            bench.servers[other] = server(fastBy: .milliseconds(100)) { header in
                header.stratum = 10
                header.referenceIdentifier = .local
            }
            bench.run(for: .seconds(400))
            #expect(bench.keeper.servedState?.stratum == (isFollowed ? 11 : 10))
            #expect((bench.error + (isFollowed ? 0.1 : 0)).magnitude < 1e-4)
        }
    }
}

@Suite struct SelectionTests {
    @Test("Two of five lie: they are falsetickers, are never followed, and the bound holds")
    func liars() throws {
        var bench = bench(5)
        bench.servers[address(2)] = server(fastBy: .milliseconds(300))
        bench.servers[address(4)] = server(fastBy: .milliseconds(310))
        bench.run(for: .seconds(1000))
        #expect(bench.keeper.sources[1].selection == .falseticker)
        #expect(bench.keeper.sources[3].selection == .falseticker)
        #expect(bench.notes.count { $0 == .falseticker(source: "192.0.2.2") } == 1)
        #expect(bench.error.magnitude < 1e-5)
        let state = bench.keeper.state(at: bench.now)
        #expect(state.verdict == .right)
        #expect(try #require(state.bound).inSeconds > bench.error.magnitude)
        #expect(!bench.notes.contains(.selected(source: "192.0.2.2")))
    }

    @Test("Without a majority nothing is followed, and the verdict is not Right")
    func noMajority() {
        var bench = bench(3)
        for number in 1...3 as ClosedRange<UInt32> {
            bench.servers[address(number)] = server(fastBy: .seconds(Int(number)))
        }
        bench.run(for: .seconds(1000))
        #expect(bench.error.magnitude < 1e-9)
        #expect(bench.keeper.reference == nil)
        #expect(bench.notes.contains(.cannotSynchronise(reason: "no majority (only 1 of 3 sources agree)")))
        let state = bench.keeper.state(at: bench.now)
        #expect(state.verdict == .settling)
        #expect(state.bound == nil)
        #expect(bench.keeper.servedState?.leap == .unsynchronised)
    }

    @Test("A majority that is lost later leaves the clock where it was, and the old bound grows")
    func majorityLost() throws {
        var bench = bench(3)
        bench.run(for: .seconds(2000))
        bench.servers[address(1)] = server(fastBy: .seconds(1))
        bench.servers[address(2)] = server(fastBy: .seconds(2))
        bench.run(for: .seconds(20_000))
        let state = bench.keeper.state(at: bench.now)
        #expect(state.verdict == .holding)
        #expect(bench.error.magnitude < 0.1)
        #expect(try #require(state.bound).inSeconds > bench.error.magnitude)
        #expect(bench.keeper.servedState?.leap == .unsynchronised)
    }

    @Test("noselect is asked but not followed, prefer is followed, and minsources is waited for")
    func options() {
        var settings = settings(3)
        settings.sources[0].noselect = true
        settings.sources[2].prefer = true
        var bench = Bench(settings)
        bench.servers[address(1)] = server(fastBy: .seconds(9))
        bench.servers[address(2)] = server(fastBy: .microseconds(100))
        bench.servers[address(3)] = server()
        bench.run(for: .seconds(500))
        #expect(bench.keeper.sources.map(\.selection) == [.noselect, .notPreferred, .selected])
        #expect(bench.error.magnitude < 2e-6)
        settings.minimumSources = 4
        var lonely = Bench(settings)
        lonely.servers = bench.servers
        lonely.run(for: .seconds(500))
        #expect(lonely.keeper.reference == nil)
    }

    @Test("A source that says itself that it is not synchronised, or is too far away, is not selectable")
    func unselectable() {
        let faults: [(SelectionState, (inout NTPHeader) -> Void)] = [
            (.noSamples, { $0.leap = .unsynchronised }),
            (.tooDistant, { $0.rootDelay = NTPShort(roundingUp: .seconds(8)) }),
        ]
        for (expected, fault) in faults {
            var bench = bench(1)
            bench.servers[address(1)] = server(changing: fault)
            bench.run(for: .seconds(1000))
            #expect(bench.keeper.sources[0].selection == expected)
            #expect(bench.keeper.reference == nil)
            #expect(bench.keeper.state(at: bench.now).verdict != .right)
        }
    }

    @Test("A source that was followed and says that it is not synchronised any more is left, and the bound grows on")
    func losesItsReference() throws {
        var bench = bench(1)
        bench.run(for: .seconds(1000))
        bench.servers[address(1)] = server { header in
            header.leap = .unsynchronised
            header.stratum = 0
            header.referenceIdentifier = .none
        }
        bench.run(for: .seconds(5000))
        #expect(bench.keeper.sources[0].selection == .unsynchronised)
        #expect(bench.keeper.servedState?.leap == .unsynchronised)
        let state = bench.keeper.state(at: bench.now)
        #expect(state.verdict == .holding)
        #expect(try #require(state.bound) > .milliseconds(10))
        #expect(!bench.notes.contains { if case .kissOfDeath = $0 { true } else { false } })
        bench.servers[address(1)] = server()
        bench.run(for: .seconds(5000))
        #expect(bench.keeper.state(at: bench.now).verdict == .right)
    }
}
