internal import Addresses
internal import Control
internal import Estimation
internal import Recording
import Testing
internal import TimeBase

@testable internal import Timekeeping

extension Bench {
    /// The dumps that were asked for, by address.
    fileprivate var dumps: [String: String] {
        var found: [String: String] = [:]
        for case .save(.measurements(let name), let text) in effects { found[name] = text }
        return found
    }
}

@Suite struct DumpingTests {
    /// A timekeeper that ran for a while, and what it kept.
    private static func kept(
        gain: Double = 30e-6, slowBy error: Duration = .zero
    ) throws -> (bench: Bench, dumps: [IPAddress: DumpRecord]) {
        var bench = bench(2, slowBy: error) { $0.keepsMeasurements = true }
        bench.gain = gain
        bench.run(for: .seconds(2000))
        bench.forget()
        bench.finish()
        var dumps: [IPAddress: DumpRecord] = [:]
        for (name, text) in bench.dumps {
            dumps[try #require(IPAddress(name))] = try DumpRecord(parsing: text)
        }
        return (bench, dumps)
    }

    /// The timekeeper after the other, on the same clocks.
    private static func restarted(
        _ before: Bench, _ dumps: [IPAddress: DumpRecord], changing: (inout Bench) -> Void = { _ in },
        _ change: (inout TimekeeperSettings) -> Void = { _ in }
    ) -> Bench {
        var after = before
        changing(&after)
        after.forget()
        var settings = before.keeper.settings
        settings.keptMeasurements = dumps
        change(&settings)
        after.keeper = Timekeeper(
            settings: settings, at: after.now, kernelRate: after.rate, random: RandomSource(seed: 9))
        return after
    }

    @Test("A dump tells the samples by the wall clock: newest now, offsets near nothing")
    func told() throws {
        let (bench, dumps) = try Self.kept()
        #expect(dumps.count == 2)
        let record = try #require(dumps[address(1)])
        #expect(record.name == "192.0.2.1" && record.stratum == 1 && record.leap == 0 && record.reach == 0xff)
        #expect(record.samples.count >= 6)
        let last = try #require(record.samples.last)
        let age = bench.now.realtime.sinceEpoch.components.seconds - last.seconds
        #expect((0...1100).contains(age))
        for sample in record.samples { #expect(sample.offset.magnitude < 1e-3 && (sample.delay - 0.002) < 1e-5) }
    }

    @Test("After a restart the samples are there again with the first answer, and so is the frequency")
    func loaded() throws {
        let (before, dumps) = try Self.kept()
        var after = Self.restarted(before, dumps)
        after.run(for: .seconds(3))
        for index in 0..<2 {
            #expect(after.notes.contains(.dumpLoaded(source: "192.0.2.\(index + 1)")))
            let source = after.keeper.sources[index]
            #expect(source.estimate.count >= 6)
            let fit = try #require(source.estimate.estimate)
            #expect((fit.frequency - 30e-6).magnitude < 1e-6, "\(fit.frequency)")
        }
        #expect(after.keeper.reference != nil)
        #expect(after.error.magnitude < 1e-4)
        #expect((after.keeper.discipline.frequency.ppm - 30).magnitude < 1)
        let state = after.keeper.state(at: after.now)
        #expect((state.bound ?? .seconds(16)).inSeconds >= after.error.magnitude)
    }

    @Test(
        "Where somebody set the clock meanwhile, what was kept is not used, and that is said",
        arguments: [Duration.seconds(2), .seconds(-2), .milliseconds(60), .milliseconds(-60)])
    func clockSet(by step: Duration) throws {
        let (before, dumps) = try Self.kept()
        var after = Self.restarted(before, dumps, changing: { $0.wallOffset += step })
        after.run(for: .seconds(3))
        let reasons = after.notes.compactMap { if case .dumpNotLoaded(_, let reason) = $0 { reason } else { nil } }
        #expect(reasons.count == 2 && reasons.allSatisfy { $0.contains("the clock was set since") }, "\(reasons)")
        #expect(after.keeper.sources.allSatisfy { $0.estimate.count <= 3 })
        after.run(for: .seconds(600))
        #expect(after.error.magnitude < 1e-3)
        let state = after.keeper.state(at: after.now)
        #expect((state.bound ?? .zero).inSeconds >= after.error.magnitude)
    }

    @Test("Samples from before the machine's start, from the future, or across a suspend are not used")
    func useless() throws {
        let (before, dumps) = try Self.kept()
        for (expected, moved, suspended) in [
            ("since this machine was started", Int64(-10_000_000), Duration.zero), ("of the future", 10_000, .zero),
            ("suspended", 0, .seconds(5)),
        ] {
            var moving = dumps
            for address in moving.keys {
                for index in 0..<(moving[address]?.samples.count ?? 0) {
                    moving[address]?.samples[index].seconds += moved
                }
            }
            var after = Self.restarted(before, moving, changing: { $0.suspended += suspended })
            after.run(for: .seconds(3))
            let reasons = after.notes.compactMap { if case .dumpNotLoaded(_, let reason) = $0 { reason } else { nil } }
            #expect(reasons.count == 2 && reasons.allSatisfy { $0.contains(expected) }, "\(reasons)")
        }
    }

    @Test("What was not authenticated then is not taken for what must be now")
    func authentication() throws {
        var (before, dumps) = try Self.kept()
        for address in dumps.keys { dumps[address]?.isAuthenticated = true }
        before = Self.restarted(before, dumps)
        before.run(for: .seconds(3))
        #expect(
            before.notes.contains {
                if case .dumpNotLoaded(_, let why) = $0 { why.contains("authenticated") } else { false }
            })
    }

    @Test("`dump` writes at once, and says where it can't")
    func command() throws {
        var bench = bench(1) { $0.keepsMeasurements = true }
        bench.run(for: .seconds(100))
        bench.forget()
        bench.receive(.control(ControlRequestOctets.dump, from: ControlClient(number: 1), .unixSocket))
        #expect(bench.dumps.keys.sorted() == ["192.0.2.1"])
        var other = TimekeepingTests.bench(1)
        other.run(for: .seconds(100))
        other.receive(.control(ControlRequestOctets.dump, from: ControlClient(number: 1), .unixSocket))
        #expect(other.dumps.isEmpty && other.notes.contains(.noDumpDirectory))
    }
}
