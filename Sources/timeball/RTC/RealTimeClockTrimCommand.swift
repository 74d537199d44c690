import ArgumentParser
import Control
import Linux
import Recording
import Rendering

struct RealTimeClockTrimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trim", abstract: "Have timeballd set it by true time, and measure it anew.",
        discussion: "That is the main one (rtcdevice); others are set by timeball rtc write --rtc DEVICE.")

    @OptionGroup var connection: Connection
    @OptionGroup var options: RealTimeClockOptionGroup

    func run() throws {
        if let rtc = options.rtc, let main = mainClock, RealTimeClockFiles.clock(of: rtc) != main {
            throw ToolError.no(
                "timeballd sets \(main), and only watches \(rtc). Next: timeball rtc write --rtc \(rtc)")
        }
        let session = try connection.session()
        switch try session.status(of: .trimRTC) {
        case .success: return
        case .noRTC:
            throw ToolError.no(
                "timeballd drives no RTC. Next: `rtcfile \(options.rtcfile)` in its configuration; timeball rtc write "
                    + "sets one by the system clock")
        case .failed: throw ToolError.no(try reason(session))
        case let status: throw session.refusal(status)
        }
    }

    /// Why the daemon could not set it just now.
    private func reason(_ session: ControlSession) throws -> String {
        // What the file says is as old as its last saving.
        _ = try session.status(of: .writeRTC)
        if record?.isWrittenByKernel ?? false {
            return "The kernel sets the RTC every 11 minutes while the clock is synchronised (rtcsync), so timeballd "
                + "does not. Next: timeball rtc data tells how far it is off; `rtcautotrim` without rtcsync lets "
                + "timeballd set it"
        }
        let report = try session.status().report
        guard let bound = report.bound else {
            return "The true time is not known, so the RTC is not set by it. \(report.reason) Next: timeball status"
        }
        return "True time is known to +/-\(HumanText.size(bound)), but the RTC is just being read or set. Next: the "
            + "same again in a minute"
    }

    /// The RTC that the daemon's rtcfile speaks of; the first one where it does not say.
    private var mainClock: String? {
        if let device = record?.device, !device.isEmpty { return device }
        return RealTimeClockFacts.all().first?.clock
    }

    /// What the daemon's rtcfile says.
    private var record: RealTimeClockRecord? {
        let text = (try? AtomicFile.read(options.rtcfile, atMost: 1 << 18)) ?? nil
        return text.flatMap { (try? RealTimeClockRecord.read($0)) ?? nil }
    }
}
