internal import Addresses
internal import Control
internal import Simulation
internal import TimeBase
internal import Timekeeping

/// A network of machines in `role island`, and what was seen of it.
struct IslandWorld {
    struct Row {
        var time: Double
        /// Of each wall clock, and of what each serves, seconds; nil for those that are off.
        var errors: [Double?]
        var served: [Double?]
        var verdicts: [Verdict]
        var bounds: [Double?]
        var agreements: [Double?]
    }

    var network: Neighbourhood
    private(set) var rows: [Row] = []
    let period: Duration

    /// - Parameters:
    ///   - count: members; each asks all, itself too, as they would with one configuration for all.
    ///   - spread: seconds between which their clocks begin.
    ///   - clockErrors: what the clocks of some show too much at the start, instead of a random part of the spread.
    ///   - clients: machines that ask all members, and belong to no island.
    init(
        _ count: Int, seed: UInt64, length: Int, wander: Double = 1e-8, spread: Double = 2, jitter: Double = 50e-6,
        clients: Int = 0, servers: [ServerSettings] = [], period: Duration = .seconds(4),
        clockErrors: [Int: Duration] = [:],
        change: (Int, inout TimekeeperSettings) -> Void = { _, _ in }
    ) {
        var random = RandomSource(seed: seed, stream: 99)
        let members = (0..<count + clients).map { index in
            let gain = (random.uniform() < 0.5 ? -1 : 1) * (5 + 45 * random.uniform())
            var settings = TimekeeperSettings()
            settings.sources = (0..<count).map { other in
                var source = SourceSettings(kind: .server, name: Neighbourhood.address(other).description)
                source.initialBurst = true
                return source
            }
            for server in servers {
                var source = SourceSettings(kind: .server, name: server.address.description)
                source.initialBurst = true
                source.maximumPoll = 6
                settings.sources.append(source)
            }
            if index < count { settings.island = IslandSettings() }
            settings.synchronisesRTC = true
            settings.acceptsManualTime = true
            change(index, &settings)
            return Neighbourhood.Member(
                OscillatorSettings(frequency: Frequency(ppm: gain), wander: wander),
                initialError: clockErrors[index] ?? Duration(clampingSeconds: spread * (random.uniform() - 0.5)),
                settings: settings)
        }
        var plan = Neighbourhood.Plan(members: members, length: .seconds(length))
        // Both ways together: a comparison is uncertain by half of what the two delays differ by.
        plan.path = NetworkPath(base: 100e-6, jitter: jitter)
        plan.servers = servers
        network = Neighbourhood(plan, seed: seed)
        self.period = period
    }

    mutating func run(until second: Int) {
        var rows: [Row] = []
        network.run(until: .seconds(second), every: period) { network in
            let all = 0..<network.count
            let states = all.map { network.state($0) }
            rows.append(
                Row(
                    time: network.now.inSeconds,
                    errors: all.map { states[$0] == nil ? nil : network.error($0) },
                    served: all.map { states[$0] == nil ? nil : network.servedError($0) },
                    verdicts: states.map { $0?.verdict ?? .unknown }, bounds: states.map { $0?.bound?.inSeconds },
                    agreements: states.map { $0?.agreement?.inSeconds }))
        }
        self.rows += rows
    }

    func rows(_ times: ClosedRange<Double>) -> [Row] { rows.filter { times.contains($0.time) } }

    /// The widest difference between what any two of some members serve.
    func widest(_ who: [Int], _ times: ClosedRange<Double>) -> Double {
        rows(times).map { row in
            let served = who.compactMap { row.served[$0] }
            return (served.max() ?? 0) - (served.min() ?? 0)
        }.max() ?? .infinity
    }

    /// How far some members are from where they are in another run of the same seed, at most.
    func moved(_ who: [Int], from other: IslandWorld, _ times: ClosedRange<Double>) -> Double {
        zip(rows(times), other.rows(times)).flatMap { one, two in
            who.map { index in
                guard let here = one.served[index], let there = two.served[index] else { return Double.infinity }
                return (here - there).magnitude
            }
        }.max() ?? .infinity
    }

    /// Moments in which another settled member was further from one than that said, with what it was: what they serve, and
    /// their wall clocks.
    func overpromised(_ who: [Int], _ times: ClosedRange<Double>) -> [String] {
        rows(times).flatMap { row in
            [row.served, row.errors].flatMap { times in
                let settled = who.filter { row.verdicts[$0] == .agreed }.compactMap { times[$0] }
                guard let low = settled.min(), let high = settled.max() else { return [String]() }
                return who.compactMap { index in
                    guard let own = times[index], let agreement = row.agreements[index] else { return nil }
                    let apart = max(high - own, own - low)
                    return apart <= agreement ? nil : "\(index) at \(row.time): \(apart) apart, \(agreement) said"
                }
            }
        }
    }

    /// Moments in which a member promised something that was not so, with what it was.
    func broken(_ who: [Int]) -> [String] {
        rows.flatMap { row in
            who.flatMap { index -> [String] in
                guard let error = row.errors[index] else { return [] }
                var found: [String] = []
                if let bound = row.bounds[index], bound < error.magnitude {
                    found.append("\(index) at \(row.time): error \(error), bound \(bound)")
                }
                if row.verdicts[index] == .right, row.bounds[index] == nil { found.append("\(index): no bound") }
                return found
            }
        }
    }
}
