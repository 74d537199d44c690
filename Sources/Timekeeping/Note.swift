public import TimeBase

/// Something worth a line in the log. Engines hand notes out as values, so that tests compare values and not words.
public enum Note: Equatable, Sendable {
    case selected(source: String)
    case falseticker(source: String)
    case cannotSynchronise(reason: String)
    case sourceReplaced(old: String, new: String)
    case kissOfDeath(code: String, source: String)
    case stepped(by: Duration)
    case initialOffset(Duration, willStep: Bool)
    case largeChange(Duration)
    case changeTooLarge(Duration, limit: Duration, exiting: Bool)
    /// -Q or -q: what was found. Positive: to be added to our clock.
    case clockWrong(by: Duration)
    case steppedByOthers(by: Duration)
    case suspended(for: Duration)
    case frequencyRead(Frequency, skew: Frequency)
    case refused(KernelRefusal, consequence: String)
    case unresolved(name: String)
    case sourceOnline(String, Bool)
    case sourceAdded(String)
    case sourceRemoved(String)
    /// The kernel's CLOCK_TAI was told.
    case taiOffsetSet(seconds: Int)
    /// The table of leap seconds is too old.
    case leapTableExpired(origin: String, at: Instant<Realtime>)
    /// A time was entered by hand: by how much our clock was fast, and the frequency that follows.
    case manualTime(fast: Duration, frequency: Frequency)
    /// Without sources, the average frequency over so many seconds is used.
    case fallbackDrift(Frequency, over: Duration)
    /// `initstepslew` heard nobody.
    case noInitialSource
    case temperatureUnreadable
    case temperatureOutOfRange(correction: Frequency)
    case temperatureImplausible(celsius: Double)
    case timedOut
    case noSources
    case dumpLoaded(source: String)
    case dumpNotLoaded(source: String, reason: String)
    case noDumpDirectory
    /// What a reference clock's `offset` should be, by comparison with a better source.
    case referenceClockOffset(clock: String, needed: Duration, deviation: Duration, samples: Int, against: String)
    /// The machine belongs to an island, of which so many others answer.
    case islandSettled(members: Int)
    /// Most members of the island are this far away.
    case islandOutvoted(by: Duration)
    /// The common time was beyond what an RTC allows, and is moved by this much, by slewing.
    case islandPulled(by: Duration, name: String)
    case islandBelowFloor(TimeFloor)
    case realTimeClockFailed(name: String, reason: String)
    /// Somebody else put an RTC forward by this.
    case realTimeClockSet(name: String, by: Duration)
    /// An RTC went on alone while the machine was off.
    case realTimeClockKept(name: String, error: Duration, bound: Duration)

    public enum Severity: Hashable, Sendable {
        case information
        case warning
        case error
    }

    public var severity: Severity {
        switch self {
        case .cannotSynchronise, .falseticker, .changeTooLarge, .steppedByOthers, .unresolved, .kissOfDeath,
            .largeChange, .suspended, .leapTableExpired, .noInitialSource, .dumpNotLoaded, .noDumpDirectory,
            .temperatureUnreadable, .temperatureOutOfRange, .temperatureImplausible, .realTimeClockFailed,
            .realTimeClockSet, .islandOutvoted, .islandBelowFloor, .islandPulled:
            .warning
        case .refused, .timedOut, .noSources: .error
        default: .information
        }
    }

    /// The line as it is logged. Where chrony has a text that people search for, it is that text.
    public var text: String {
        switch self {
        case .selected(let source): "Selected source \(source)"
        case .falseticker(let source): "Detected falseticker \(source)"
        case .cannotSynchronise(let reason): "Can't synchronise: \(reason)"
        case .sourceReplaced(let old, let new): "Source \(old) replaced with \(new)"
        case .kissOfDeath(let code, let source): "Received KoD \(code) from \(source)"
        case .stepped(let duration): "System clock was stepped by \(Self.seconds(duration)) seconds"
        case .initialOffset(let offset, let step):
            "System's initial offset : \(Self.seconds(offset.magnitude)) seconds "
                + "\(offset < .zero ? "fast" : "slow") of true (\(step ? "step" : "slew"))"
        case .largeChange(let offset):
            "System clock wrong by \(Self.seconds(offset)) seconds"
        case .changeTooLarge(let offset, let limit, let exiting):
            "Adjustment of \(Self.seconds(offset)) seconds exceeds the allowed maximum of "
                + "\(Self.seconds(limit)) seconds (\(exiting ? "exiting" : "ignored"))"
        case .clockWrong(let offset): "System clock wrong by \(Self.seconds(offset)) seconds"
        case .steppedByOthers(let step):
            "Another program stepped the clock by \(Self.seconds(step)) seconds; the step is being undone"
        case .suspended(let duration):
            "The machine was suspended for \(Self.seconds(duration)) seconds; measuring anew before trusting the clock"
        case .frequencyRead(let frequency, let skew):
            "Frequency \(Self.fixed(frequency.ppm, 3)) +/- \(Self.fixed(skew.ppm, 3)) ppm read from the drift file"
        case .refused(let refusal, let consequence):
            "\(refusal.call) failed: \(refusal.text). \(consequence)"
        case .unresolved(let name): "Could not resolve \(name); it will be tried again"
        case .sourceOnline(let source, let online): "Source \(source) \(online ? "online" : "offline")"
        case .sourceAdded(let source): "Added source \(source)"
        case .sourceRemoved(let source): "Removed source \(source)"
        case .taiOffsetSet(let offset): "System clock TAI offset set to \(offset) seconds"
        case .leapTableExpired(let origin, let end):
            "The table of leap seconds \(origin) expired on \(CivilDate(end).dateText): leap seconds are known only from "
                + "what the sources announce, and the TAI offset is not set. Install a newer one"
        case .manualTime(let fast, let frequency):
            "The time was entered by hand: the clock was \(Self.fixed(fast.inSeconds, 2)) seconds fast, "
                + "its frequency is \(Self.fixed(frequency.ppm, 3)) ppm"
        case .fallbackDrift(let frequency, let span):
            "Without sources the average frequency of the last \(span.components.seconds) s is used: "
                + "\(Self.fixed(frequency.ppm, 3)) ppm"
        case .noInitialSource: "No suitable source for initstepslew"
        case .temperatureUnreadable:
            "The temperature could not be read; the last compensation stays. Next: look at the file that the configuration names"
        case .temperatureOutOfRange(let correction):
            "Temperature compensation of \(Self.fixed(correction.ppm, 3)) ppm is beyond 10 ppm; the reading is ignored"
        case .temperatureImplausible(let celsius):
            "A temperature of \(Self.fixed(celsius, 1)) degrees Celsius is ignored; the file has to tell thousandths of a degree"
        case .timedOut: "Timeout reached"
        case .islandSettled(let members):
            "Without a reference, the clock follows the common time of an island; "
                + "\(members) other member\(members == 1 ? " answers" : "s answer")"
        case .islandPulled(let change, let name):
            "The common time of the island is beyond all that \(Self.clock("the", name)) can be off: it is moved by "
                + "\(Self.seconds(change)) seconds, and all members with it"
        case .islandOutvoted(let distance):
            "Other members of the island are up to \(Self.seconds(distance)) seconds away; the clock slews to them"
        case .islandBelowFloor(let floor):
            "The clock shows a time before \(floor.name), \(CivilDate(floor.time).dateText), which has certainly passed: it "
                + "is not served. Next: enter it (chronyc settime TIME)"
        case .realTimeClockFailed(let name, let reason): "\(Self.clock("The", name)) cannot be measured: \(reason)"
        case .realTimeClockSet(let name, let step):
            "Another program set \(Self.clock("the", name)), by \(Self.seconds(step)) seconds"
        case .realTimeClockKept(let name, let error, let bound):
            "Over the time without power \(Self.clock("the", name)) went \(Self.seconds(error)) seconds ahead of its prediction, "
                + "which was good to \(Self.seconds(bound)) seconds"
        case .noSources: "No suitable source for synchronisation"
        case .dumpLoaded(let source): "Loaded dump file for \(source)"
        case .dumpNotLoaded(let source, let reason): "Could not load dump file for \(source): \(reason)"
        case .noDumpDirectory: "A dump was asked for, but the configuration names no dumpdir; nothing was written"
        case .referenceClockOffset(let clock, let needed, let deviation, let samples, let against):
            "The offset of reference clock \(clock) should be \(Self.fixed(needed.inSeconds, 6)) "
                + "(+/- \(Self.fixed(2 * deviation.inSeconds, 6)) seconds, \(samples) samples, compared with \(against))"
        }
    }

    /// "the RTC rtc1".
    private static func clock(_ article: String, _ name: String) -> String {
        name.isEmpty ? "\(article) RTC" : "\(article) RTC \(name)"
    }

    /// Seconds with nine decimals, as chrony prints them.
    static func seconds(_ duration: Duration) -> String { fixed(duration.inSeconds, 9) }

    /// A number with so many decimals, without Foundation.
    static func fixed(_ number: Double, _ decimals: Int) -> String {
        guard number.isFinite, number.magnitude < 1e9 else { return "\(number)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = Int64((number.magnitude * scale).rounded())
        let sign = number < 0 && scaled != 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(scaled)" }
        let digits = String(scaled % Int64(scale))
        let zeros = String(repeating: "0", count: decimals - digits.count)
        return "\(sign)\(scaled / Int64(scale)).\(zeros)\(digits)"
    }
}
