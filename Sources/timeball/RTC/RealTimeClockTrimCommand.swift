import ArgumentParser
import Control
import Linux
import Recording

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
        try connection.session().perform(.trimRTC)
    }

    /// The RTC that the daemon's rtcfile speaks of; the first one where it does not say.
    private var mainClock: String? {
        let text = (try? AtomicFile.read(options.rtcfile, atMost: 1 << 18)) ?? nil
        let record = text.flatMap { (try? RealTimeClockRecord.read($0)) ?? nil }
        if let device = record?.device, !device.isEmpty { return device }
        return RealTimeClockFacts.all().first?.clock
    }
}
