import BoundPage
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

    private mutating func fromPage(_ now: ClockReading) -> Duration? {
        if page == nil {
            page = try? PageReader(
                path,
                layout: PageLayout(
                    size: BoundPage.size, sequence: BoundPage.sequencePosition, body: BoundPage.bodyStart))
        }
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
