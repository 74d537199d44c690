internal import Control
internal import NTPWire
import Testing
internal import TimeBase

@testable internal import Timekeeping

@Suite struct SmoothingTests {
    @Test("Every course ends at rest, keeps both limits, and jumps neither in offset nor in frequency")
    func courses() {
        var random = RandomSource(seed: 3)
        for _ in 0..<500 {
            let offset = (random.uniform() - 0.5) * 2
            let limit = 1e-6 + random.uniform() * 1e-3
            let wander = 1e-9 + random.uniform() * 1e-6
            let frequency = (random.uniform() - 0.5) * 4 * limit
            let course = SmoothingCourse(
                offset: offset, frequency: frequency, maximumFrequency: limit, maximumWander: wander)
            #expect(course.length.isFinite && course.length >= 0)
            let step = course.length / 1000
            var last = course.state(after: 0)
            #expect((last.offset - offset).magnitude < 1e-12 && (last.frequency - frequency).magnitude < 1e-15)
            for index in 1...1001 {
                let state = course.state(after: Double(index) * step)
                #expect(state.offset == course.offset(after: Double(index) * step))
                #expect(state.frequency.magnitude <= max(limit, frequency.magnitude) * (1 + 1e-9))
                #expect((state.frequency - last.frequency).magnitude <= wander * step * (1 + 1e-6) + 1e-12)
                let way = (state.frequency.magnitude + last.frequency.magnitude) / 2 * step + wander * step * step
                #expect((state.offset - last.offset).magnitude <= way * (1 + 1e-6) + 1e-12)
                last = state
            }
            #expect(last.offset == 0 && last.frequency == 0)
        }
    }

    @Test("By chrony's suggested numbers a leap second is hidden within 17 hours and a half, by larger ones sooner")
    func lengths() {
        func hours(_ frequency: Double, _ wander: Double) -> Double {
            SmoothingCourse(offset: 1, frequency: 0, maximumFrequency: frequency * 1e-6, maximumWander: wander * 1e-6)
                .length / 3600
        }
        #expect((hours(400, 0.001) - 17.57).magnitude < 0.01)
        // At 400 ppm most of the way: 2500 s, and the time to get there and back.
        #expect((hours(400, 1) - (2500 + 400) / 3600).magnitude < 0.001)
    }

    @Test("Whatever jumps and bends the estimate makes, what is served jumps and bends at no moment")
    func continuity() {
        var random = RandomSource(seed: 9)
        let start = Instant<Monotonic>(sinceEpoch: .seconds(100))
        var smoothing = TimeSmoothing(
            SmoothTimeSettings(maximumFrequency: Frequency(ppm: 100), maximumWander: Frequency(ppm: 0.1)), at: start)
        var line = EstimateLine(base: .zero, time: 0, offset: 0, frequency: 0)
        smoothing.follow(line, skew: .zero, at: 0, start)
        var time = 0.0
        func served(_ at: Double) -> Double {
            let course = smoothing.course(at: at).map { $0.course.offset(after: $0.elapsed) } ?? 0
            return line.offset - line.frequency * (at - line.time) + line.base.inSeconds + course
        }
        for round in 0..<500 {
            time += 1000 * random.uniform()
            let before = (served(time), served(time) - served(time - 1e-3))
            if round % 50 == 49 {
                // A leap second in mode slew: true time jumps, and with it the base.
                line.base += .seconds(round % 100 == 49 ? -1 : 1)
                smoothing.pass(.seconds(round % 100 == 49 ? -1 : 1), isSmoothed: true, at: time, start)
            } else {
                let here = line.offset - line.frequency * (time - line.time)
                line.time = time
                line.offset = here + (random.uniform() - 0.5) * 0.01
                line.frequency += (random.uniform() - 0.5) * 1e-5
                smoothing.follow(line, skew: .zero, at: time, start)
            }
            #expect((served(time) - before.0).magnitude < 1e-9, "round \(round)")
            #expect((served(time + 1e-3) - served(time) - before.1).magnitude < 1e-9, "round \(round)")
        }
    }

    @Test("A correction reaches clients slowly, and while it does they are told so")
    func correction() {
        var bench = bench(2) {
            $0.smoothTime = SmoothTimeSettings(maximumFrequency: Frequency(ppm: 100), maximumWander: Frequency(ppm: 1))
        }
        bench.run(for: .seconds(4000))
        bench.servers = [:]
        _ = bench.command(.changeOffset(.milliseconds(-20)))
        func error() -> Double {
            guard let served = bench.keeper.servedState else { return .nan }
            return (served.time(at: bench.now.realtime) - bench.trueTime).inSeconds
        }
        var last = error()
        #expect(last.magnitude < 1e-4)
        for second in 0..<1000 {
            bench.run(for: .seconds(1))
            let now = error()
            #expect((now - last).magnitude < 110e-6)
            last = now
            guard let served = bench.keeper.servedState else { continue }
            let wall = bench.now.realtime
            let header = served.header(
                version: 4, mode: .server, poll: 6, at: wall, origin: .unknown, receive: .unknown, transmit: .unknown)
            if second < 100 { #expect(header.referenceIdentifier == .smoothed) }
            if second > 600 { #expect(header.referenceIdentifier != .smoothed) }
            let known = served.rootDelay.inSeconds / 2 + served.rootDispersion(at: wall).inSeconds
            #expect(known >= served.smoothingOffset(at: wall).magnitude - 1e-15)
        }
        #expect((last - 0.02).magnitude < 1e-3)
    }

    @Test("Before the clock is steady nothing is smoothed, unless somebody says that it shall be")
    func activation() {
        var bench = bench(1) {
            $0.smoothTime = SmoothTimeSettings(
                maximumFrequency: Frequency(ppm: 100), maximumWander: Frequency(ppm: 1e-6))
        }
        bench.run(for: .seconds(10))
        #expect(bench.smoothing?.isActive == false)
        #expect(bench.command(.smoothTime(.activate)) == .status(.success))
        #expect(bench.smoothing?.isActive == true)
        #expect(bench.smoothing?.isLeapOnly == false)
    }

    @Test("smoothing tells what is under way, reset ends it, and without smoothtime both are not enabled")
    func commands() throws {
        var bench = bench(2) {
            $0.smoothTime = SmoothTimeSettings(maximumFrequency: Frequency(ppm: 10), maximumWander: Frequency(ppm: 1))
        }
        bench.run(for: .seconds(4000))
        #expect(bench.command(.changeOffset(.milliseconds(-500))) == .status(.success))
        bench.run(for: .seconds(10))
        let report = try #require(bench.smoothing)
        // True time is 0.5 s further on now, and clients are still told what they were.
        #expect((report.offset.inSeconds + 0.5).magnitude < 1e-3)
        #expect(report.frequency.ppm > 0 && report.frequency.ppm <= 10.001)
        #expect(report.remainingTime > .seconds(1000) && report.lastUpdateAge <= .seconds(10))
        #expect(bench.command(.smoothTime(.reset)) == .status(.success))
        #expect(bench.smoothing?.offset == .zero)
        var plain = Bench(settings(1))
        plain.run(for: .seconds(10))
        #expect(plain.command(.smoothing) == .status(.notEnabled))
        #expect(plain.command(.smoothTime(.reset)) == .status(.notEnabled))
    }
}

extension Bench {
    /// Asks by the Unix socket.
    mutating func command(_ request: ControlRequest) -> ControlReply? {
        forget()
        receive(.control(request.octets(sequence: 7), from: ControlClient(number: 3), .unixSocket))
        for case .reply(let octets, ControlClient(number: 3)) in effects {
            return ControlReply(octets, to: request.command, sequence: 7)
        }
        return nil
    }

    fileprivate var smoothing: SmoothingReport? {
        var copy = self
        guard case .smoothing(let report)? = copy.command(.smoothing) else { return nil }
        return report
    }
}
