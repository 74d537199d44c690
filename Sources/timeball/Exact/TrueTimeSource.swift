import BoundPage
import ExactStarts
import Linux
import TimeBase
import TimeballClock

/// True time, as well as it can be had here: by timeballd's page, else by the kernel's clock.
final class TrueTimeSource {
    private let path: String
    private var reader: BoundReader?
    private var clock = KernelClock()
    /// Opening takes a while; a page that is not there is looked for again after a second, not in the last microseconds.
    private var nextOpening = Instant<Monotonic>(sinceEpoch: .zero)
    /// Why the page tells nothing; nil while it does.
    private(set) var problem: TimeballClockError?

    init(path: String) {
        self.path = path
    }

    /// What is known now.
    func know() -> KnownTime {
        if reader == nil, KernelClock.monotonic < nextOpening { return fromKernel() }
        do throws(TimeballClockError) {
            let known = try fromPage()
            problem = nil
            return known
        } catch {
            problem = error
            if case .cannotTell = error { return fromKernel() }
            // A daemon that was started again has put a new page there.
            nextOpening = KernelClock.monotonic + (reader == nil ? .seconds(1) : .zero)
            reader = nil
            return fromKernel()
        }
    }

    private func fromPage() throws(TimeballClockError) -> KnownTime {
        let reader: BoundReader
        if let known = self.reader { reader = known } else { reader = try BoundReader(path: path) }
        self.reader = reader
        let reading = try reader.read()
        let time = try reading.trueTime()
        return KnownTime(
            moment: reading.moment, estimate: time.estimate, bound: time.bound,
            growth: reading.report.knowledge?.growth ?? 0, rate: reading.report.knowledge?.rate ?? 0, source: .page)
    }

    private func fromKernel() -> KnownTime {
        let now = clock.read()
        var bound: Duration?
        // After a sleep the kernel goes on with the maxerror of before, though the real-time clock told it the time.
        var hasSlept = false
        if case .cannotTell(.suspended) = problem { hasSlept = true }
        if !hasSlept, let status = try? clock.settings().status, status.isSynchronised { bound = status.maximumError }
        return KnownTime(
            moment: now.monotonic, estimate: Instant(sinceEpoch: now.realtime.sinceEpoch), bound: bound,
            // By which the kernel lets maxerror grow (MAXFREQ, 500 ppm).
            growth: 500e-6, source: .kernel)
    }
}
