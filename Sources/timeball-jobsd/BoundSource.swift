import BoundPage
import ExactStarts
import Linux
import TimeBase

/// How wrong the wall clock can be: from timeballd's page, or, without one, from what the kernel is told.
struct BoundSource: ~Copyable {
    private let path: String
    private let boot: BootIdentifier?
    private var page: PageReader?

    init(_ path: String) {
        self.path = path
        let text = ((try? AtomicFile.read("/proc/sys/kernel/random/boot_id", atMost: 64)) ?? nil) ?? ""
        boot = BootIdentifier(String(text.prefix { !$0.isWhitespace }))
    }

    /// - Returns: nil if nothing is known.
    mutating func read(_ clock: inout KernelClock) -> Duration? {
        if let found = fromPage(clock.read()) { return found }
        guard let status = try? clock.settings().status, status.isSynchronised else { return nil }
        return status.maximumError
    }

    /// True time, as well as it is known now: by timeballd's page, else by the kernel's clock and its maxerror.
    mutating func know(_ clock: inout KernelClock) -> KnownTime {
        var hasSlept = false
        if let reading = pageReading() {
            do throws(BoundReportError) {
                let time = try reading.report.trueTime(at: reading.moment, suspended: reading.suspended)
                let knowledge = reading.report.knowledge
                return KnownTime(
                    moment: reading.moment, estimate: time.estimate, bound: time.bound,
                    growth: knowledge?.growth ?? 0, rate: knowledge?.rate ?? 0, source: .page)
            } catch {
                // The kernel goes on with the maxerror of before, though the real-time clock told it the time.
                if case .suspended = error { hasSlept = true }
            }
        }
        let now = clock.read()
        var bound: Duration?
        if !hasSlept, let status = try? clock.settings().status, status.isSynchronised { bound = status.maximumError }
        // By which the kernel lets maxerror grow (MAXFREQ, 500 ppm).
        return KnownTime(
            moment: now.monotonic, estimate: Instant(sinceEpoch: now.realtime.sinceEpoch), bound: bound,
            growth: 500e-6, source: .kernel)
    }

    /// What the page says, if there is one to be believed.
    private mutating func pageReading() -> (report: BoundReport, moment: Instant<Monotonic>, suspended: Duration)? {
        openPage()
        guard let reading = page?.read() else { return nil }
        do throws(BoundPageError) {
            let report = try BoundPage(parsing: reading.octets, boot: boot).report
            // The daemon has ended, and the kernel's clock has another rate since.
            if !report.isKept, let settings = try? KernelClock().settings(),
                Int64(settings.tick) != report.tick || Int64(settings.scaledFrequency) != report.scaledFrequency
            {
                page = nil
                return nil
            }
            return (report, reading.monotonic, reading.suspended)
        } catch {
            page = nil
            return nil
        }
    }

    private mutating func openPage() {
        guard page == nil else { return }
        page = try? PageReader(
            path,
            layout: PageLayout(
                size: BoundPage.size, sequence: BoundPage.sequencePosition, body: BoundPage.bodyStart))
    }

    private mutating func fromPage(_ now: ClockReading) -> Duration? {
        openPage()
        guard let reading = page?.read() else { return nil }
        do {
            let content = try BoundPage(parsing: reading.octets, boot: boot)
            let time = try content.report.trueTime(at: reading.monotonic, suspended: reading.suspended)
            let (offset, bound) = time.error(of: now.realtime + (reading.monotonic - now.monotonic))
            return (offset < .zero ? .zero - offset : offset) + bound
        } catch {
            // A page that an ended daemon left; a new one may have another in its place.
            page = nil
            return nil
        }
    }
}
