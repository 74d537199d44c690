import Configuration
import Daemon
import Engine
import Linux
import RealTimeClock
import Recording
import TimeBase
import TimeZones
import Timekeeping

/// A real-time clock: read, watched and set as the engine asks for it, and left to others in between.
struct OpenRealTimeClock: Sendable {
    /// A device in a place where values that cannot be copied do not go.
    final class Box: @unchecked Sendable {
        let device: RealTimeClockDevice

        init(_ device: consuming RealTimeClockDevice) { self.device = device }
    }

    let path: String
    /// Where is kept what was learned of it.
    let file: String
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

    /// One that is not open yet.
    init(path: String, file: String, zone: Zone?) {
        self.path = path
        self.file = file
        self.zone = zone
    }
}

extension RealTimeClockOptions {
    /// hwclock's record: the file of `hwclockfile`, or the usual one.
    var adjustmentPath: String { adjustmentFile ?? "/etc/adjtime" }

    /// The zone whose local time the RTCs keep; nil = UTC.
    var zone: Zone? {
        guard keepsLocalTime, let octets = try? AtomicFile.octets(of: "/etc/localtime", atMost: 1 << 20) else {
            return nil
        }
        return try? Zone(file: octets)
    }

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
        guard let index = effect.realTimeClock, realTimeClocks.indices.contains(index) else { return }
        do throws(SystemError) {
            switch effect {
            case .readRTC:
                let reading = try openRealTimeClock(index).device.read()
                events.append(.rtcRead(index, inUTC(reading, index), celsius: realTimeClocks[index].celsius))
            case .watchRTC:
                guard try openRealTimeClock(index).device.enableUpdates() else {
                    throw SystemError(call: "RTC_UIE_ON", number: SystemError.invalid)
                }
                realTimeClocks[index].interrupts = 0
                if let number = realTimeClocks[index].box?.device.number {
                    pollSet.watch(number, .realTimeClock(index))
                }
            case .setRTC(_, let second):
                guard settings.timekeeper.controlsClock else { return }
                let local = second + OpenRealTimeClock.offset(from: realTimeClocks[index].zone, utc: second)
                try openRealTimeClock(index).device.write(second: local)
                releaseRealTimeClock(index)
            default: releaseRealTimeClock(index)
            }
        } catch {
            releaseRealTimeClock(index)
            events.append(.refused(effect, KernelRefusal(error)))
        }
    }

    private mutating func openRealTimeClock(_ index: Int) throws(SystemError) -> OpenRealTimeClock.Box {
        if let box = realTimeClocks[index].box { return box }
        let box = OpenRealTimeClock.Box(try RealTimeClockDevice(path: realTimeClocks[index].path))
        realTimeClocks[index].box = box
        realTimeClocks[index].celsius = RealTimeClockFacts.celsius()
        return box
    }

    private mutating func releaseRealTimeClock(_ index: Int) {
        guard let box = realTimeClocks[index].box else { return }
        pollSet.forget(box.device.number)
        box.device.disableUpdates()
        realTimeClocks[index].box = nil
    }

    /// An update interrupt has come.
    mutating func takeRealTimeClockUpdate(_ index: Int) {
        guard realTimeClocks.indices.contains(index), let box = realTimeClocks[index].box else { return }
        do throws(SystemError) {
            guard let (moment, count) = try box.device.waitForUpdate(.zero) else { return }
            realTimeClocks[index].interrupts += 1
            // The first one after it was switched on may be an old one.
            guard count == 1, realTimeClocks[index].interrupts > 1 else { return }
            guard var edge = UpdateInterrupt.edge(at: moment, reading: try box.device.read()) else { return }
            edge.seconds -= OpenRealTimeClock.offset(in: realTimeClocks[index].zone, shown: edge.seconds)
            let celsius = realTimeClocks[index].celsius
            releaseRealTimeClock(index)
            events.append(.rtcTurned(index, edge, celsius: celsius))
        } catch {
            releaseRealTimeClock(index)
            events.append(.refused(.watchRTC(index), KernelRefusal(error)))
        }
    }

    private func inUTC(_ reading: EdgeFinder.Reading, _ index: Int) -> EdgeFinder.Reading {
        var reading = reading
        reading.seconds -= OpenRealTimeClock.offset(in: realTimeClocks[index].zone, shown: reading.seconds)
        return reading
    }
}

extension Effect {
    /// Which RTC it is about; nil if about none.
    fileprivate var realTimeClock: Int? {
        switch self {
        case .readRTC(let index), .watchRTC(let index), .releaseRTC(let index), .setRTC(let index, _): index
        default: nil
        }
    }
}

extension OpenRealTimeClock {
    /// By how many seconds the zone's local time is ahead of UTC.
    static func offset(from zone: Zone?, utc seconds: Int) -> Int { zone?.type(at: seconds).offset ?? 0 }
}
