internal import Control
internal import NTPWire
internal import Recording
import Testing
internal import TimeBase

@testable internal import Timekeeping

extension Bench {
    fileprivate var logged: [LogRecord] {
        effects.compactMap { if case .log(let record) = $0 { record } else { nil } }
    }

    fileprivate var measurements: [MeasurementLine] {
        logged.compactMap { if case .measurement(let line) = $0 { line } else { nil } }
    }

    fileprivate var tracking: [TrackingLine] {
        logged.compactMap { if case .tracking(let line) = $0 { line } else { nil } }
    }
}

@Suite struct LoggingTests {
    @Test("Without `log` nothing is logged; with it each kind has its lines, which read back as they are")
    func kinds() throws {
        var quiet = bench(3)
        quiet.run(for: .seconds(300))
        #expect(quiet.logged.isEmpty)
        var bench = bench(3) { $0.logs = Set(ChronyLog.allCases) }
        bench.run(for: .seconds(300))
        for kind in [ChronyLog.measurements, .statistics, .selection, .tracking] {
            #expect(bench.logged.contains { $0.log == kind }, "\(kind)")
        }
        for record in bench.logged {
            let line = record.text[...]
            switch record {
            case .measurement: #expect(try MeasurementLine(parsing: line).text == line)
            case .statistics: #expect(try StatisticsLine(parsing: line).text == line)
            case .selection: #expect(try SelectionLine(parsing: line).text == line)
            case .tracking: #expect(try TrackingLine(parsing: line).text == line)
            default: Issue.record("\(record)")
            }
        }
    }

    @Test("A measurement says when, whose, and by how much the clock was slow")
    func measurement() throws {
        var bench = bench(1, slowBy: .milliseconds(250)) { $0.logs = [.measurements] }
        bench.run(for: .seconds(1))
        let line = try #require(bench.measurements.first)
        #expect(bench.measurements.count == bench.logged.count)
        #expect(line.address == "192.0.2.1" && line.leap == "N" && line.stratum == 1)
        #expect(line.tests.allSatisfy(\.self) && line.tests.count == 10)
        #expect((line.offset - 0.25).magnitude < 1e-6 && (line.delay - 0.002).magnitude < 1e-6)
        #expect(line.kinds == ["4B", "D", "K"])
        #expect((0...1).contains(line.time - 1_790_000_100))
        #expect(line.referenceIdentifier == 0x4750_5300)
    }

    @Test("Only `rawmeasurements` has the answers of who is not synchronised, and packets that are not for us")
    func raw() throws {
        for isRaw in [false, true] {
            var bench = bench(2) {
                $0.logs = [.measurements]
                $0.logsRawMeasurements = isRaw
            }
            bench.servers[address(1)] = server { $0.leap = .unsynchronised }
            bench.servers[address(2)] = server { $0.origin = NTPTimestamp(bits: 5) }
            bench.run(for: .seconds(10))
            #expect(bench.measurements.isEmpty != isRaw)
            guard isRaw else { continue }
            let unsynchronised = try #require(bench.measurements.first { $0.address == "192.0.2.1" })
            #expect(unsynchronised.leap == "?" && unsynchronised.tests[4] == false && unsynchronised.tests[1])
            let bogus = try #require(bench.measurements.first { $0.address == "192.0.2.2" })
            #expect(bogus.tests[1] == false && bogus.offset == 0 && bogus.delay == 0)
        }
    }

    @Test("Tracking begins unsynchronised, says by how much the clock was fast, and when the reference is lost")
    func tracking() throws {
        var bench = bench(1, slowBy: .milliseconds(-40)) {
            $0.logs = [.tracking]
            $0.sources[0].maximumUnreachable = 3
        }
        bench.gain = 30e-6
        bench.run(for: .seconds(1500))
        let first = try #require(bench.tracking.first)
        #expect(first.leap == "?" && first.stratum == 0 && first.address == "0.0.0.0" && first.maximumError == 16)
        let second = bench.tracking[1]
        #expect(second.leap == "N" && second.stratum == 2 && second.combined == 1)
        #expect((second.offset - 0.04).magnitude < 1e-3, "\(second.offset)")
        let last = try #require(bench.tracking.last)
        #expect((last.frequency - 30).magnitude < 0.1 && last.skew < 5)
        #expect(last.offset.magnitude < 1e-4 && (last.maximumError ?? 16) < 0.01)
        bench.servers = [:]
        bench.forget()
        bench.run(for: .seconds(20_000))
        let lost = try #require(bench.tracking.last)
        #expect(lost.leap == "?" && lost.address == "0.0.0.0")
    }

    @Test("Selection is told of every source, with what it thinks of it")
    func selection() throws {
        var bench = bench(4) {
            $0.logs = [.selection]
            $0.sources[0].prefer = true
            $0.sources[1].noselect = true
        }
        bench.servers[address(3)] = server(fastBy: .seconds(2))
        bench.run(for: .seconds(600))
        let lines = bench.logged.suffix(4).compactMap { if case .selection(let line) = $0 { line } else { nil } }
        #expect(lines.map(\.address) == ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"])
        #expect(lines[0].options == .prefer && lines[1].options == .noselect && lines[1].state == "N")
        #expect(lines[0].reach == 0xff)
        let liar = try #require(lines[2].interval)
        // It is ahead, so by its word our clock is slow: fast by a negative number.
        #expect(((liar.lowerBound + liar.upperBound) / 2 + 2).magnitude < 0.1)
    }

    @Test("cyclelogs reaches the host")
    func cycle() {
        var bench = bench(1)
        bench.receive(.control(ControlRequestOctets.cycleLogs, from: ControlClient(number: 1), .unixSocket))
        #expect(bench.effects.contains(.cycleLogs))
    }
}
