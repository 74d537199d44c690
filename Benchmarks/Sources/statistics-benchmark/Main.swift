import CReference
import ClockStatistics

/// Times a statistic over all octaves against a plain C loop, on white phase noise, and prints
/// `name count seconds c_seconds ratio`: the best of five runs each, taken in turn. Arguments: names and counts.
@main
struct StatisticsBenchmark {
    static func main() {
        var arguments = CommandLine.arguments.dropFirst()[...]
        if arguments.isEmpty { arguments = ["oadev", "10000000", "mdev", "10000000", "mtie", "1000000"] }
        while let name = arguments.popFirst() {
            if name == "import", let count = arguments.popFirst().flatMap({ Int($0) }) {
                readFile(count)
                continue
            }
            guard let statistic = Statistic(rawValue: name), [.oadev, .mdev, .mtie].contains(statistic),
                let count = arguments.popFirst().flatMap({ Int($0) }), count > 3
            else { fatalError("usage: statistics-benchmark [oadev|mdev|mtie|import COUNT]...") }
            let phases = whiteNoise(count)
            let series = ClockSeries(phases: phases, interval: 1)
            let factors = statistic.octaves(of: count)
            var scratch = [Double](repeating: 0, count: statistic == .mtie ? 2 * count : 0)
            var best = Double.infinity
            var bestOfC = Double.infinity
            for _ in 0..<5 {
                var own = 0.0
                best = min(best, seconds { own = total(series, statistic, factors) })
                var reference = 0.0
                bestOfC = min(bestOfC, seconds { reference = inC(statistic, phases, &scratch) })
                precondition((own - reference).magnitude <= 1e-9 * own.magnitude, "The two must agree.")
            }
            print(statistic.rawValue, count, best, bestOfC, best / bestOfC)
        }
    }

    /// Prints `import lines seconds`: a file of `time,value` that lies in memory.
    static func readFile(_ count: Int) {
        var octets: [UInt8] = []
        for (index, value) in whiteNoise(count).enumerated() {
            octets.append(contentsOf: "\(1_367_834_856 + index),\((value * 1e9).rounded() / 1e9)\n".utf8)
        }
        var best = Double.infinity
        for _ in 0..<5 {
            var taken = 0
            best = min(best, seconds { taken = ReadingFile(parsing: octets.span, interval: 1).values.count })
            precondition(taken == count, "Every line must be taken.")
        }
        print("import", count, best)
    }

    /// Uniform, from Knuth's 64-bit congruential generator.
    static func whiteNoise(_ count: Int) -> [Double] {
        var state: UInt64 = 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
    }

    /// Variances for oadev and mdev, deviations for mtie, as the C loops add them up; with intervals and all.
    static func total(_ series: ClockSeries, _ statistic: Statistic, _ factors: [Int]) -> Double {
        guard let points = try? series.stability(statistic, factors: factors) else { return .nan }
        return points.reduce(0) { sum, point in
            let deviation = point.deviation ?? .nan
            return sum + (statistic == .mtie ? deviation : deviation * deviation)
        }
    }

    static func inC(_ statistic: Statistic, _ phases: [Double], _ scratch: inout [Double]) -> Double {
        // The loops stay within the count that they are given, and scratch is twice as long.
        unsafe phases.withUnsafeBufferPointer { x in
            switch statistic {
            case .oadev: unsafe creference_oadev(x.baseAddress, x.count)
            case .mdev: unsafe creference_mdev(x.baseAddress, x.count)
            default:
                unsafe scratch.withUnsafeMutableBufferPointer {
                    unsafe creference_mtie(x.baseAddress, x.count, $0.baseAddress)
                }
            }
        }
    }

    static func seconds(_ work: () -> Void) -> Double {
        let time = ContinuousClock().measure(work)
        return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }
}
