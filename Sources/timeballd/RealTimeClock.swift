import Configuration
import Daemon
import Engine
import Linux
import RealTimeClock
import Recording
import TimeBase
import TimeZones
import Timekeeping

/// The real-time clock: read, watched and set as the engine asks for it, and left to others in between.
struct OpenRealTimeClock: Sendable {
    /// A device in a place where values that cannot be copied do not go.
    final class Box: @unchecked Sendable {
        let device: RealTimeClockDevice

        init(_ device: consuming RealTimeClockDevice) { self.device = device }
    }

    let path: String
    /// The zone whose local time the RTC keeps; nil = UTC.
    let zone: Zone?
    var box: Box?
    /// What a sensor said when it was opened, °C.
    var celsius: Double?
    /// Interrupts that came since it is watched; the first may be an old one.
    var interrupts = 0

    /// Local seconds that the RTC shows, as UTC.
    static func offset(in zone: Zone?, shown seconds: Int) -> Int {
        guard let zone else { return 0 }
        switch zone.resolve(local: seconds) {
        case .one(let utc), .fold(let utc, _): return seconds - utc
        case .gap(let transition): return transition.after.offset
        }
    }

    /// The zone of this machine, if the RTC keeps local time.
    init(_ options: RealTimeClockOptions) {
        path = options.device
        zone = options.keepsLocalTime ? Self.localZone : nil
    }

    private static var localZone: Zone? {
        guard let octets = try? AtomicFile.octets(of: "/etc/localtime", atMost: 1 << 20) else { return nil }
        return try? Zone(file: octets)
    }
}

extension RealTimeClockOptions {
    /// hwclock's record: the file of `hwclockfile`, or the usual one.
    var adjustmentPath: String { adjustmentFile ?? "/etc/adjtime" }

    /// Whether the RTC keeps local time: `hwclockfile` says so, or else `rtconutc`, or else /etc/adjtime.
    var keepsLocalTime: Bool {
        if adjustmentFile == nil, keepsUTC { return false }
        guard let text = try? AtomicFile.read(adjustmentPath), let record = try? AdjustmentRecord(parsing: text) else {
            return false
        }
        return record.isLocal
    }
}

extension LinuxHost {
    mutating func performOnRealTimeClock(_ effect: Effect) {
        do throws(SystemError) {
            switch effect {
            case .readRTC:
                let reading = try openRealTimeClock().device.read()
                events.append(.rtcRead(inUTC(reading), celsius: realTimeClock?.celsius))
            case .watchRTC:
                guard try openRealTimeClock().device.enableUpdates() else {
                    throw SystemError(call: "RTC_UIE_ON", number: SystemError.invalid)
                }
                realTimeClock?.interrupts = 0
                if let number = realTimeClock?.box?.device.number { pollSet.watch(number, .realTimeClock) }
            case .setRTC(let second):
                guard settings.timekeeper.controlsClock else { return }
                let local = second + OpenRealTimeClock.offset(from: realTimeClock?.zone, utc: second)
                try openRealTimeClock().device.write(second: local)
                releaseRealTimeClock()
            default: releaseRealTimeClock()
            }
        } catch {
            releaseRealTimeClock()
            events.append(.refused(effect, KernelRefusal(error)))
        }
    }

    private mutating func openRealTimeClock() throws(SystemError) -> OpenRealTimeClock.Box {
        if let box = realTimeClock?.box { return box }
        let box = OpenRealTimeClock.Box(
            try RealTimeClockDevice(path: realTimeClock?.path ?? settings.realTimeClock.device))
        if realTimeClock == nil { realTimeClock = OpenRealTimeClock(settings.realTimeClock) }
        realTimeClock?.box = box
        realTimeClock?.celsius = RealTimeClockFacts.celsius()
        return box
    }

    mutating func releaseRealTimeClock() {
        guard let box = realTimeClock?.box else { return }
        pollSet.forget(box.device.number)
        box.device.disableUpdates()
        realTimeClock?.box = nil
    }

    /// An update interrupt has come.
    mutating func takeRealTimeClockUpdate() {
        guard let box = realTimeClock?.box else { return }
        do throws(SystemError) {
            guard let (moment, count) = try box.device.waitForUpdate(.zero) else { return }
            realTimeClock?.interrupts += 1
            // The first one after it was switched on may be an old one.
            guard count == 1, realTimeClock?.interrupts ?? 0 > 1 else { return }
            guard var edge = UpdateInterrupt.edge(at: moment, reading: try box.device.read()) else { return }
            edge.seconds -= OpenRealTimeClock.offset(in: realTimeClock?.zone, shown: edge.seconds)
            let celsius = realTimeClock?.celsius
            releaseRealTimeClock()
            events.append(.rtcTurned(edge, celsius: celsius))
        } catch {
            releaseRealTimeClock()
            events.append(.refused(.watchRTC, KernelRefusal(error)))
        }
    }

    private func inUTC(_ reading: EdgeFinder.Reading) -> EdgeFinder.Reading {
        var reading = reading
        reading.seconds -= OpenRealTimeClock.offset(in: realTimeClock?.zone, shown: reading.seconds)
        return reading
    }
}

extension OpenRealTimeClock {
    /// By how many seconds the zone's local time is ahead of UTC.
    static func offset(from zone: Zone?, utc seconds: Int) -> Int { zone?.type(at: seconds).offset ?? 0 }
}
