internal import Addresses
internal import Estimation
internal import NTPWire
internal import TimeBase

/// One exchange that is under way.
struct Exchange: Equatable {
    var token: RequestToken
    /// The random number that stands for our transmit time; only who saw the request can repeat it.
    var cookie: NTPTimestamp
    /// When it left, as well as is known yet.
    var sent: Stamp
    /// When waiting for the answer ends.
    var deadline: Instant<Monotonic>
    var isWarmUp: Bool
    /// The random number that an interleaved answer repeats in place of the cookie; nil where none is asked for.
    var alias: NTPTimestamp?
}

/// What is known of an exchange when it is over: all but, until the next interleaved answer, when the reply really left.
struct Passage: Equatable {
    /// T1 and T4.
    var sent: Instant<Oscillator>
    var came: Instant<Oscillator>
    var sentKind: StampKind
    var cameKind: StampKind
    /// T2
    var receive: NTPTimestamp
    /// T3
    var transmit: NTPTimestamp
    /// Whether it gave a sample already.
    var isMeasured = false
}

/// A quick series of requests.
struct Burst: Equatable {
    /// Good samples still wanted.
    var wanted: Int
    /// Requests still allowed.
    var left: Int
}

/// The last reply that was understood, for reports.
struct LastReply: Equatable {
    var header: NTPHeader
    var local: IPAddress?
    /// What the wall clock lacked by this sample.
    var wallOffset: Double
    var referenceTime: Instant<Realtime>?
    var delay: Double
    var dispersion: Double
    var responseTime: Double
    var sentKind: StampKind
    var receivedKind: StampKind
    /// Tests 1 2 3 5 6 7 A B C D from bit 9 down: set where passed.
    var tests: UInt16
    /// Whether it told when the reply before it left.
    var isInterleaved = false
}

/// One association: when it is asked, what it answered, what is thought of it.
struct Source {
    /// Never used twice in a run of the program.
    let number: Int
    var settings: SourceSettings
    /// Which `pool` line it belongs to.
    let pool: Int?
    /// Where it is asked; nil until its name is resolved.
    var endpoint: Endpoint?
    var isOnline: Bool

    var poll: Int
    /// The interval that the prediction allows, between those that the configuration names.
    var planned: Duration?
    /// Samples of the start that were scheduled apart from the poll interval.
    var startSteps = 0
    /// Fraction of a step of the poll interval.
    var pollScore = 0.0
    /// When the next request is due; nil while there is nothing to ask.
    var due: Instant<Monotonic>?
    var exchange: Exchange?
    var burst: Burst?
    /// Whether the exchange ahead of this measurement was made already.
    var warmedUp = false
    /// The last exchange, for interleaved mode.
    var passage: Passage?
    /// Packets to a peer before the last one that it did not answer yet.
    var earlier: [Exchange] = []
    /// Whether a peer answered anything since our last packet.
    var hasHeard = false
    /// How far its served time is ahead of its clock that is never set, by field F323.
    var monotonic: MonotonicMoment?
    /// What a peer sent last.
    var peer: PeerMemory?
    /// When our last packet to a peer left, by the time that we serve and the kernel's stamp, if the peer has answered it
    /// once since.
    var leftBefore: NTPTimestamp?
    /// When the last request left.
    var lastSent: Instant<Monotonic>?

    /// One bit per exchange, newest lowest: set where a valid reply came.
    var reach: UInt8 = 0
    /// Exchanges in a row without a valid reply.
    var failures = 0
    /// How many of these came while other sources answered: then it is the source that is silent, not the network.
    var missedAlone = 0
    /// Whether any valid reply came from this address.
    var hasAnswered = false
    /// Selections in a row that found it unusable for reasons other than silence.
    var badSelections = 0
    /// Whether the log says already that it is a falseticker.
    var isKnownLiar = false
    /// When it was last replaced or resolved anew because it did not work.
    var lastReplacement: Instant<Monotonic>?

    var estimate: Regression
    var path = PathModel()
    /// The moment of the last sample that went into the filter.
    var lastFed = -Double.infinity
    /// The first sample since the way turned out to be much shorter than was thought; those before it were all congested.
    var shortSince = -Double.infinity
    var delayQuantile: QuantileTracker?
    var lastSample: Instant<Monotonic>?
    var lastReply: LastReply?
    var leap = LeapIndicator.unsynchronised
    var stratum = 16
    var referenceIdentifier = ReferenceIdentifier.none
    /// What it says of itself as a member of an island; nil if it is none.
    var island: EnsembleScale.Claim?

    var outcomes = InlineArray<22, UInt32>(repeating: 0)
    var requests: UInt32 = 0
    var replies: UInt32 = 0
    var validReplies: UInt32 = 0
    var kernelSent: UInt32 = 0
    var kernelReceived: UInt32 = 0
    var hardwareSent: UInt32 = 0
    var hardwareReceived: UInt32 = 0

    var selection = SelectionState.noSamples
    /// Why selection thinks so: measured value and limit.
    var story = "It was not asked yet."
    var score = 1.0
    /// Updates to wait before it is combined again after it was distant.
    var distantFor = 0
    /// The interval of the last selection, offset and distance carried to that moment.
    var lastInterval: (offset: Double, distance: Double)?
    /// Root delay and dispersion of the sample that confines the truth most.
    var bestSample: Sample?
    /// How its samples confine the truth, oldest first.
    var confinements: [Confinement] = []

    init(number: Int, settings: SourceSettings, pool: Int?, endpoint: Endpoint?, precision: Double) {
        self.number = number
        self.settings = settings
        self.pool = pool
        self.endpoint = endpoint
        isOnline = !settings.offline
        poll = settings.minimumPoll
        estimate = Regression(
            limits: Regression.Limits(
                minimumSamples: settings.minimumSamples, maximumSamples: settings.maximumSamples, precision: precision,
                minimumDelay: settings.minimumDelay?.inSeconds, asymmetry: settings.asymmetry))
        if settings.maximumDelayQuantile > 0 {
            delayQuantile = QuantileTracker(quantile: settings.maximumDelayQuantile, step: precision / 2)
        }
    }

    /// Whether it can be heard: it has an address, or needs none.
    var isWithinReach: Bool { endpoint != nil || settings.kind == .referenceClock }

    /// How people know it: the address, with the configured name where that differs.
    var label: String {
        guard let endpoint else { return settings.name }
        let address = endpoint.address.description
        return address == settings.name ? address : "\(address) (\(settings.name))"
    }

    /// The interval between polls.
    var interval: Duration { planned ?? .poll(poll) }

    /// Sets the interval between polls; `poll` becomes the binary logarithm that is nearest from above.
    mutating func plan(_ interval: Duration) {
        planned = interval
        poll = settings.minimumPoll
        while poll < settings.maximumPoll, .poll(poll) < interval { poll += 1 }
        pollScore = 0
    }

    /// The interval between the requests of a burst: 2 s, or a quarter of the poll interval if that is shorter.
    var burstInterval: Duration { min(.seconds(2), .poll(poll - 2)) }

    mutating func count(_ outcome: ReplyOutcome) {
        outcomes[outcome.rawValue] &+= 1
    }

    /// Starts afresh at an address.
    mutating func moveTo(_ endpoint: Endpoint?, at now: Instant<Monotonic>) {
        self.endpoint = endpoint
        estimate.reset()
        path.reset()
        lastFed = -.infinity
        shortSince = -.infinity
        planned = nil
        startSteps = 0
        reach = 0
        failures = 0
        missedAlone = 0
        hasAnswered = false
        badSelections = 0
        isKnownLiar = false
        lastSample = nil
        lastReply = nil
        passage = nil
        monotonic = nil
        peer = nil
        leftBefore = nil
        earlier = []
        poll = settings.minimumPoll
        pollScore = 0
        leap = .unsynchronised
        stratum = 16
        lastInterval = nil
        bestSample = nil
        confinements = []
        selection = .noSamples
        burst = settings.initialBurst && settings.kind != .peer ? Burst(wanted: 4, left: 8) : nil
        due = endpoint == nil || !isOnline ? nil : now
        lastReplacement = now
        story = endpoint == nil ? "Its name has no known address yet." : "It was not asked yet."
    }

    /// What was measured means nothing any more: it is another time that the source tells now.
    mutating func forgetSamples() {
        estimate.reset()
        path.reset()
        lastFed = -.infinity
        planned = nil
        startSteps = 0
        lastInterval = nil
        bestSample = nil
        confinements = []
    }

    /// Moves the poll interval by whole steps as the score has gathered them.
    mutating func adjustPoll(by change: Double) {
        planned = nil
        pollScore += change
        if pollScore >= 1 {
            let steps = Int(min(pollScore, 30))
            poll += steps
            pollScore -= Double(steps)
        } else if pollScore < 0 {
            let steps = Int((-pollScore).clamped(to: 0...30).rounded(.up))
            poll -= steps
            pollScore += Double(steps)
        }
        if poll < settings.minimumPoll {
            poll = settings.minimumPoll
            pollScore = 0
        } else if poll > settings.maximumPoll {
            poll = settings.maximumPoll
            pollScore = 0.999
        }
    }
}

extension Double {
    func clamped(to range: ClosedRange<Double>) -> Double {
        isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
