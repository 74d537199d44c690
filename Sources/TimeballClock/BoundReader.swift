public import BoundPage
internal import Linux
public import TimeBase

/// Why there is no time to be had from the page.
public enum TimeballClockError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no page, or it cannot be read; the text says why.
    case noPage(path: String, reason: String)
    /// What lies there is not a page that may be believed.
    case refused(path: String, BoundPageError)
    /// The page is being written all the time; its writer may have died over it.
    case unfinished(path: String)
    /// Its daemon has ended, and since then somebody has given the kernel's clock another rate.
    case rateChanged(path: String)
    /// The page tells nothing about now.
    case cannotTell(BoundReportError)

    /// A sentence.
    public var description: String {
        switch self {
        case .noPage(let path, let reason): "There is no time to be read from \(path): \(reason)."
        case .refused(let path, let error): "\(path) is not believed. \(error.description)"
        case .unfinished(let path): "\(path) was left half written: the daemon has ended without a word."
        case .rateChanged(let path):
            "The daemon that wrote \(path) has ended, and since then somebody has changed the rate of the clock."
        case .cannotTell(let error): error.description
        }
    }
}

/// What the page tells about one moment.
public struct BoundReading: Sendable {
    /// The page's report.
    public var report: BoundReport
    /// The moment, on CLOCK_MONOTONIC.
    public var moment: Instant<Monotonic>
    /// CLOCK_BOOTTIME - CLOCK_MONOTONIC then.
    public var suspended: Duration

    /// Where true time was at the moment.
    public func trueTime() throws(TimeballClockError) -> TrueTime {
        do throws(BoundReportError) {
            return try report.trueTime(at: moment, suspended: suspended)
        } catch {
            throw .cannotTell(error)
        }
    }
}

/// The page, mapped into memory. Opening takes system calls, reading takes none.
public final class BoundReader: Sendable {
    public let path: String
    private let page: PageReader
    private let boot: BootIdentifier

    /// Maps the page at a path.
    public init(path: String = BoundPage.defaultPath) throws(TimeballClockError) {
        self.path = path
        do throws(SystemError) {
            guard let text = try AtomicFile.read("/proc/sys/kernel/random/boot_id", atMost: 64),
                let boot = BootIdentifier(text)
            else { throw SystemError(call: "boot_id", number: SystemError.invalid) }
            self.boot = boot
            page = try PageReader(
                path,
                layout: PageLayout(
                    size: BoundPage.size, sequence: BoundPage.sequencePosition, body: BoundPage.bodyStart))
        } catch {
            throw .noPage(path: path, reason: Self.reason(error))
        }
        // A page that will never be believed is refused at once.
        _ = try read()
    }

    /// A consistent copy of the page, with the clocks of a moment at which it was valid.
    public func read() throws(TimeballClockError) -> BoundReading {
        guard let reading = page.read() else { throw .unfinished(path: path) }
        let report: BoundReport
        do throws(BoundPageError) {
            report = try BoundPage(parsing: reading.octets, boot: boot).report
        } catch {
            throw .refused(path: path, error)
        }
        if !report.isKept, report.knowledge != nil, !Self.isRate(of: report) { throw .rateChanged(path: path) }
        return BoundReading(report: report, moment: reading.monotonic, suspended: reading.suspended)
    }

    /// Whether the kernel's clock still runs at the rate that the daemon left it with; where it cannot be asked, yes.
    private static func isRate(of report: BoundReport) -> Bool {
        guard let settings = try? KernelClock().settings() else { return true }
        return Int64(settings.tick) == report.tick && Int64(settings.scaledFrequency) == report.scaledFrequency
    }

    private static func reason(_ error: SystemError) -> String {
        switch error.number {
        case SystemError.noSuchFile: "there is no such file"
        case SystemError.tooManyLinks: "a symbolic link is not followed"
        case SystemError.invalid: "it is not an ordinary file"
        case SystemError.noData: "it is shorter than \(BoundPage.size) octets"
        default: "\(error)"
        }
    }
}
