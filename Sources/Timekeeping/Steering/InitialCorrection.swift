internal import Estimation
internal import TimeBase

/// Correcting the clock once before the sources start (`initstepslew`).
public struct InitialCorrectionSettings: Equatable, Sendable {
    /// A larger offset is stepped.
    public var threshold: Duration
    /// Who is asked.
    public var names: [String]

    public init(threshold: Duration, names: [String]) {
        self.threshold = threshold
        self.names = names
    }
}

/// The time before the sources start: a few servers are asked quickly, and the clock is corrected by what they say.
struct InitialCorrection: Equatable {
    let threshold: Duration
    /// When it is over at the latest, or at once if it was done.
    var due: Instant<Monotonic>
    var isDone = false
    /// Who is asked, by the number of their lines.
    var pools: Set<Int> = []

    /// Eight requests, two seconds apart, and the time to find the servers.
    static let patience = Duration.seconds(20)
}

extension Timekeeper {
    /// What the clock's own extras begin with.
    mutating func prepareCivilTime(_ now: Instant<Monotonic>) {
        leap.table = settings.leapSeconds.table
        if settings.leapSeconds.isReadAgain, settings.purpose == .serve {
            leap.readingDue = now + LeapState.readingInterval
        }
        smoothing = settings.smoothTime.map { TimeSmoothing($0, at: now) }
        fallback = settings.fallbackDrift.map { FallbackDrift($0) }
    }

    /// Takes in who is asked first: the sources, or those that only the first correction is made by.
    mutating func addFirstSources(at now: Instant<Monotonic>) {
        guard let initial = settings.initialCorrection, !initial.names.isEmpty, settings.purpose == .serve else {
            for source in settings.sources { add(source, at: now) }
            return
        }
        initialCorrection = InitialCorrection(threshold: initial.threshold, due: now + InitialCorrection.patience)
        for name in initial.names {
            var source = SourceSettings(kind: .server, name: name)
            source.initialBurst = true
            initialCorrection?.pools.insert(nextSourceNumber)
            add(source, at: now)
        }
    }

    /// Whether the first correction is so large that it is a step.
    func shouldStepInitially(_ error: Double) -> Bool {
        guard let initialCorrection, !initialCorrection.isDone else { return false }
        return error.magnitude > initialCorrection.threshold.inSeconds
    }

    /// The first correction was made.
    mutating func noteInitialCorrection(_ now: ClockReading) {
        initialCorrection?.isDone = true
        initialCorrection?.due = now.monotonic
    }

    /// Lets those who were asked first go, and starts the sources.
    mutating func endInitialCorrectionIfDue(_ now: ClockReading, _ effects: inout [Effect]) {
        guard let initial = initialCorrection, initial.due <= now.monotonic else { return }
        initialCorrection = nil
        if !initial.isDone { effects.append(.note(.noInitialSource)) }
        for source in sources where source.pool.map({ initial.pools.contains($0) }) ?? false {
            if let exchange = source.exchange { effects.append(.close(exchange.token)) }
            filter?.remove(source.number)
        }
        sources.removeAll { $0.pool.map { initial.pools.contains($0) } ?? false }
        pools.removeAll { initial.pools.contains($0.number) }
        selected = nil
        setUnsynchronised("the sources are only starting", now, &effects, isNews: false)
        for source in settings.sources { add(source, at: now.monotonic) }
    }
}
