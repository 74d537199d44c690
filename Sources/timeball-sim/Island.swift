internal import ArgumentParser
internal import Simulation

struct Island: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep machines without a reference together: ours beside BSD's timed and chrony's orphan mode.",
        discussion: """
            Crystals are 5 to 50 ppm off and wander by 1e-8 per square root of a second; a comparison has 50 µs of \
            noise. The same networks meet the same incidents by each scheme. Each figure is the median over the \
            seeds, and the worst of them behind it.
            """)

    @Option(help: "Number of seeds.")
    var seeds = 20

    @Option(help: "The first seed.")
    var firstSeed: UInt64 = 1

    @Option(help: "Members of the network.")
    var members = 10

    @Option(
        help:
            "A scheme (\(IslandScheme.allCases.map(\.rawValue).joined(separator: ", "))); may be given several times. Without it: all."
    )
    var scheme: [String] = []

    @Flag(help: "Print one JSON object instead of tables.")
    var json = false

    @Option(help: "Runs at a time.")
    var jobs = 2

    func validate() throws {
        for name in scheme where IslandScheme(rawValue: name) == nil {
            throw ValidationError("There is no scheme \"\(name)\". See: timeball-sim island --help")
        }
        guard (1...100_000).contains(seeds) else { throw ValidationError("--seeds must be 1 to 100000.") }
        guard (2...100).contains(members) else { throw ValidationError("--members must be 2 to 100.") }
        guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be 1 to 1024.") }
    }

    func run() async {
        let work = (scheme.isEmpty ? IslandScheme.allCases : scheme.compactMap(IslandScheme.init)).flatMap { scheme in
            (0..<seeds).map { IslandStudy(scheme, members: members, seed: firstSeed &+ UInt64($0)) }
        }
        var results: [IslandResult] = []
        await withTaskGroup(of: IslandResult.self) { group in
            var waiting = work.makeIterator()
            func start() {
                guard let study = waiting.next() else { return }
                group.addTask { IslandResult(study) }
            }
            for _ in 0..<jobs { start() }
            for await result in group {
                results.append(result)
                start()
            }
        }
        let report = IslandReport(results.sorted { $0.seed < $1.seed })
        print(json ? report.json : report.text)
    }
}

/// All that one network does by one scheme.
struct IslandResult: Sendable {
    var scheme: IslandScheme
    var seed: UInt64
    var calm: IslandCourse
    var withBadCrystal: IslandCourse
    var outcomes: [IslandIncident: IslandOutcome]

    init(_ study: IslandStudy) {
        scheme = study.scheme
        seed = study.seed
        calm = study.course()
        withBadCrystal = study.course(badCrystal: true)
        outcomes = [:]
        for incident in IslandIncident.allCases { outcomes[incident] = study.outcome(of: incident) }
    }
}
