internal import ArgumentParser
internal import Control
internal import Glibc
internal import Simulation
internal import TimeBase
internal import Timekeeping

/// "Cut the cable": what a clock that knows how wrong it can be does when its network goes.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch the clock settle, throw out a liar, lose the network, and get it back.",
        discussion: """
            Prints the true error beside the published bound. Exits with 1 if the truth ever left the bound.
            """)

    @Option(help: "Simulated seconds per second; 0 = as fast as possible. Default: 600 on a terminal, else 0.")
    var speed: Double?

    @Option(help: "The seed: the same one gives the same run.")
    var seed: UInt64 = 1

    func validate() throws {
        if let speed, !(speed >= 0 && speed.isFinite) { throw ValidationError("--speed must not be negative.") }
    }

    func run() throws {
        let scenario = Scenario.cutTheCable
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let speed = self.speed ?? (isTerminal ? 600 : 0)
        var story = DemoStory(scenario, isTerminal: isTerminal)
        let result = simulate(scenario, seed: seed) { sample, host in
            story.tell(sample, host.notes)
            if speed > 0 { usleep(UInt32(min(1e6, 1e6 / speed))) }
        }
        story.end(result)
        guard result.bounded > 0, result.inside == result.bounded else { throw ExitCode(1) }
    }
}

/// Tells a run as it goes on: news as lines, and the state in between.
struct DemoStory {
    private let scenario: Scenario
    private let isTerminal: Bool
    private var notes = 0
    private var verdict: Verdict?
    private var wasConnected = true
    /// Width of the picture in columns on each side of zero.
    private static let half = 24

    init(_ scenario: Scenario, isTerminal: Bool) {
        self.scenario = scenario
        self.isTerminal = isTerminal
        print("Four servers; one of them lies by 250 ms. The clock starts 50 ms fast, its crystal 50 ppm fast.")
        print("     time      error      bound   [ the bound, and where the truth is in it ]")
    }

    mutating func tell(_ sample: Sample, _ all: [TimedNote]) {
        let connected = scenario.connectivity.isConnected(at: sample.moment)
        var news: [String] = []
        if connected != wasConnected { news.append(connected ? "The cable is back." : "The cable is cut.") }
        wasConnected = connected
        news += all[notes...].map(\.note.text)
        notes = all.count
        let seconds = sample.moment.components.seconds
        for line in news { show("\(Self.time(seconds))  * \(line)", stays: true) }
        let interval: Int64 = seconds < 60 ? 5 : seconds < 600 ? 60 : 300
        let stays = seconds.isMultiple(of: interval) || sample.verdict != verdict || !sample.isInside
        verdict = sample.verdict
        if stays || isTerminal { show(Self.line(sample, seconds), stays: stays) }
    }

    func end(_ result: RunResult) {
        let most = String(result.worstUseOfBound * 100, decimals: 0)
        if result.bounded == 0 {
            print("The clock never said how wrong it can be.")
        } else if result.inside == result.bounded {
            print("The truth was inside the bound in all \(result.bounded) seconds; it used \(most) % of it at most.")
        } else {
            print("BROKEN PROMISE: the truth left the bound in \(result.bounded - result.inside) seconds.")
        }
    }

    private func show(_ line: String, stays: Bool) {
        guard isTerminal else {
            print(line)
            return
        }
        print("\u{1b}[2K\r" + line, terminator: stays ? "\n" : "")
        fflush(nil)
    }

    private static func line(_ sample: Sample, _ seconds: Int64) -> String {
        let error = (sample.error < 0 ? "" : "+") + String(seconds: sample.error)
        let bound = sample.bound.map { "±" + String(seconds: $0) } ?? "-"
        return time(seconds) + error.padded(to: -11) + bound.padded(to: -11) + "   " + picture(sample) + " "
            + sample.verdict.word + (sample.isInside ? "" : "  OUTSIDE")
    }

    /// The bound as a pair of brackets that open with its logarithm, and the true error at its place between them.
    private static func picture(_ sample: Sample) -> String {
        func columns(_ seconds: Double) -> Int {
            // 10 µs is one column, 10 s the last.
            let magnitude = seconds.magnitude
            guard magnitude > 1e-5 else { return 0 }
            return min(half, Int((log10(magnitude / 1e-5) * Double(half) / 6).rounded(.up)))
        }
        var cells = [Character](repeating: " ", count: 2 * half + 3)
        let middle = half + 1
        cells[middle] = "."
        if let bound = sample.bound {
            let width = columns(bound) + 1
            cells[middle - width] = "["
            cells[middle + width] = "]"
        }
        cells[middle + (sample.error < 0 ? -1 : 1) * columns(sample.error)] = "o"
        return String(cells)
    }

    private static func time(_ seconds: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "  \(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
