/// A machine that runs BSD's `timed`, as its authors describe it (Gusella and Zatti, 1985 and 1989; timed(8)).
///
/// A master asks the slaves for their time, takes the largest set of clocks (its own among them) that lie within some
/// milliseconds, and tells everybody how far he is from their mean; everybody calls adjtime. A slave that heard no master
/// for some minutes becomes one, unless another one answers it; of two masters that meet, one becomes a slave.
/// Nobody learns a rate.
public struct TimedScale: IslandScale {
    public struct Settings: Hashable, Sendable {
        /// From one round of the master to the next.
        public var interval = 240.0
        /// Clocks that lie within it are averaged.
        public var range = 20e-3
        /// What a measurement is rounded to: ICMP timestamps count milliseconds. 0: nothing.
        public var resolution = 1e-3
        /// adjtime's on Linux.
        public var slewRate = 500e-6
        /// What is further off is set.
        public var mostSlewed = 20.0
        /// How long a slave waits for a master: somewhere in here, in intervals.
        public var patience = 1.5...3.75
        /// A slave that did not answer so many times is forgotten.
        public var mostMissed = 3

        public init() {}

        /// The same algorithm with as many and as fine comparisons as the ensemble has.
        public static var finer: Settings {
            var settings = Settings()
            settings.interval = 16
            settings.resolution = 0
            return settings
        }
    }

    public enum Message: Sendable {
        /// Is there a master?
        case question
        /// Here is one.
        case masterUp
        case slaveUp
        /// From the master to a new slave: his time.
        case set
        /// From the master: go by so much.
        case adjust(Double)
        /// From the master, at each round: is there another one?
        case loop
        /// There is: be a slave.
        case quit
    }

    private struct Slave {
        var difference: Double?
        var missed = 0
    }

    private let settings: Settings
    private var clock: SlewingClock
    private var isNew = true
    public private(set) var leads = false
    private var slaves: [Int: Slave] = [:]
    /// Whether everybody was asked since the last round.
    private var isMeasured = false
    /// What this machine waits when it waits for a master.
    private let patience: Double
    private var election: Double
    private var hasMaster = false

    /// - Parameter chance: 0 to 1, drawn for each machine: how patient it is.
    public init(at moment: Double, offset: Double, chance: Double, settings: Settings = Settings()) {
        self.settings = settings
        clock = SlewingClock(at: moment, offset: offset)
        patience =
            settings.interval
            * (settings.patience.lowerBound + chance * (settings.patience.upperBound - settings.patience.lowerBound))
        election = moment
    }

    public var comparisonInterval: Double { settings.interval }
    public var claim: Void { () }
    public func offset(at moment: Double) -> Double { clock.offset(at: moment) }

    public mutating func hear(_ peer: Int, at moment: Double, difference: Double, claim: Void) {
        isMeasured = true
        guard slaves[peer] != nil else { return }
        let unit = settings.resolution
        slaves[peer] = Slave(difference: unit > 0 ? (difference / unit).rounded() * unit : difference)
    }

    public mutating func miss(_ peer: Int, at moment: Double) {
        isMeasured = true
        guard let slave = slaves[peer] else { return }
        slaves[peer] = slave.missed + 1 >= settings.mostMissed ? nil : Slave(missed: slave.missed + 1)
    }

    public mutating func act(at moment: Double) -> [IslandMessage<Message>] {
        if leads { return isMeasured ? round(at: moment) : [] }
        guard moment >= election else { return [] }
        if isNew {
            // Whoever answers is the master; it is known at the next look.
            isNew = false
            election = moment
            return [IslandMessage(content: .question)]
        }
        guard !hasMaster else {
            hasMaster = false
            election = moment + 4
            return [IslandMessage(content: .question)]
        }
        leads = true
        isMeasured = false
        return [IslandMessage(content: .masterUp)]
    }

    /// One round of the master.
    private mutating func round(at moment: Double) -> [IslandMessage<Message>] {
        isMeasured = false
        // In a fixed order, so that sums are the same on each run.
        let answers = slaves.compactMap { number, slave in slave.difference.map { (number, $0) } }
            .sorted { $0.0 < $1.0 }
        guard !answers.isEmpty else { return [IslandMessage(content: .loop)] }
        let mean = Self.mean(answers.map(\.1) + [0], within: settings.range)
        correct(by: mean, at: moment)
        for number in Array(slaves.keys) { slaves[number]?.difference = nil }
        return answers.map { IslandMessage(receiver: $0.0, content: .adjust(mean - $0.1)) }
            + [IslandMessage(content: .loop)]
    }

    /// The mean of the largest set of values that lie within a range; of two that are as large, of the one ahead.
    static func mean(_ values: [Double], within range: Double) -> Double {
        let sorted = values.sorted()
        var best = sorted[..<0]
        var end = 0
        for begin in sorted.indices {
            while end < sorted.count, sorted[end] - sorted[begin] <= range { end += 1 }
            if end - begin >= best.count { best = sorted[begin..<end] }
        }
        return best.reduce(0, +) / Double(max(best.count, 1))
    }

    /// adjtime: what was still to do is forgotten.
    private mutating func correct(by seconds: Double, at moment: Double) {
        guard seconds.magnitude < settings.mostSlewed else { return clock.step(by: seconds, at: moment) }
        clock.slew(by: seconds, within: seconds.magnitude / settings.slewRate, at: moment)
    }

    private mutating func follow(at moment: Double) {
        leads = false
        slaves = [:]
        hasMaster = true
        election = moment + patience
    }

    public mutating func receive(
        _ message: Message, from sender: Int, at moment: Double, difference: Double
    ) -> [IslandMessage<Message>] {
        switch message {
        case .question:
            return leads ? [IslandMessage(receiver: sender, content: .masterUp)] : []
        case .masterUp:
            guard !leads else { return [IslandMessage(receiver: sender, content: .quit)] }
            isNew = false
            follow(at: moment)
            return [IslandMessage(receiver: sender, content: .slaveUp)]
        case .slaveUp:
            guard leads, slaves[sender] == nil else { return [] }
            slaves[sender] = Slave()
            return [IslandMessage(receiver: sender, content: .set)]
        case .set:
            // Also here what is not far off is slewed.
            correct(by: difference, at: moment)
        case .adjust(let seconds):
            guard !leads else { return [] }
            follow(at: moment)
            correct(by: seconds, at: moment)
        case .loop:
            guard leads else { return [] }
            slaves[sender] = Slave()
            return [IslandMessage(receiver: sender, content: .quit)]
        case .quit:
            follow(at: moment)
        }
        return []
    }
}
