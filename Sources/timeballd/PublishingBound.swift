import BoundPage
import Configuration
import Daemon
import Linux
import TimeBase
import Timekeeping

/// The page from which other programs read the time.
extension LinuxHost {
    /// Creates the page. Without it the daemon runs all the same, but somebody should know.
    mutating func openPage() {
        // A simulated time would be a lie to programs that live in the real one.
        guard let path = settings.boundFile, !Simulator.isPreloaded else { return }
        let nothing = BoundReport(
            isKept: true, verdict: .unknown, leap: .unsynchronised, taiOffset: nil, reference: KernelClock.monotonic,
            validUntil: KernelClock.monotonic, suspended: .zero, wallOffset: .zero, tick: 0, scaledFrequency: 0,
            knowledge: nil)
        do throws(SystemError) {
            let boot = try Boot.identifier()
            let octets = BoundPage(
                boot: boot, session: KernelClock.monotonic.sinceEpoch.inNanoseconds, report: nothing
            ).octets
            page = try PageWriter(
                replacing: path, layout: .bound, octets: octets, farewell: BoundPage.replacedBody)
        } catch {
            log.write("Other programs cannot read the time from \(path): \(error)", .warning)
        }
    }

    mutating func publish(_ report: BoundReport) {
        if !rateIsUncertain { page?.write(BoundPage.body(report)) }
    }
}

extension PageLayout {
    static let bound = PageLayout(
        size: BoundPage.size, sequence: BoundPage.sequencePosition, body: BoundPage.bodyStart)
}

/// This start of the machine.
enum Boot {
    static func identifier() throws(SystemError) -> BootIdentifier {
        let path = "/proc/sys/kernel/random/boot_id"
        guard let text = try AtomicFile.read(path, atMost: 64), let boot = BootIdentifier(text) else {
            throw SystemError(call: "read \(path)", number: SystemError.invalid)
        }
        return boot
    }
}
