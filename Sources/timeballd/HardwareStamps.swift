import Configuration
import Daemon
import Estimation
import Linux
import TimeBase
import Timekeeping

/// Stamps that network interfaces take by their own clocks, told by the wall clock.
struct HardwareStamps {
    private final class Interface {
        let device: StampingInterface
        let settings: HardwareStampSettings
        var tracker: InterfaceClockTracker

        init(_ device: consuming StampingInterface, _ settings: HardwareStampSettings) {
            self.device = device
            self.settings = settings
            tracker = InterfaceClockTracker(
                fewest: settings.minimumSamples, most: settings.maximumSamples,
                precision: settings.precision.inSeconds)
        }

        /// Compares the interface's clock with the steady one.
        func read() {
            guard let pair = try? device.pair() else { return }
            tracker.add(raw: pair.raw, clock: pair.clock, uncertainty: pair.uncertainty)
        }
    }

    private var interfaces: [UInt32: Interface] = [:]
    /// How much faster than the steady clock the wall clock runs.
    var rate = 0.0

    /// None.
    init() {}

    var isEmpty: Bool { interfaces.isEmpty }

    /// Has the interfaces stamp packets that the configuration names, as root. Which don't, and why, is said.
    init(_ settings: DaemonSettings, _ log: Log) {
        guard !settings.hardwareStamps.isEmpty else { return }
        let all = StampingInterface.all()
        for wanted in settings.hardwareStamps where wanted.interface != "*" {
            guard let found = all.first(where: { $0.name == wanted.interface }) else {
                log.write("hwtimestamp: there is no interface \(wanted.interface); the kernel stamps packets", .warning)
                continue
            }
            enable(found.name, found.index, wanted, log, .warning)
        }
        guard let others = settings.hardwareStamps.first(where: { $0.interface == "*" }) else { return }
        for found in all where !settings.hardwareStamps.contains(where: { $0.interface == found.name }) {
            // That some can't is what the star is for.
            enable(found.name, found.index, others, log, .debug)
        }
        if isEmpty {
            let names = all.map(\.name).joined(separator: ", ")
            log.write("hwtimestamp: no interface of \(names) stamps packets itself; the kernel stamps them", .warning)
        }
    }

    private mutating func enable(
        _ name: String, _ index: UInt32, _ wanted: HardwareStampSettings, _ log: Log, _ severity: Log.Severity
    ) {
        do throws(StampingError) {
            let device = try StampingInterface(name, index: index, wanted: wanted.filter.map(ReceiveFilter.init))
            let filter = device.filter
            let interface = Interface(device, wanted)
            interface.read()
            interfaces[index] = interface
            log.write("Enabled hardware timestamping on \(name) (filter \(filter))")
        } catch {
            log.write("hwtimestamp: \(error.description)", severity)
        }
    }

    /// When a packet passed its interface, on the wall clock; nil if no interface stamped it, or its clock is not
    /// understood yet.
    ///
    /// - Parameters:
    ///   - isSent: whether it left, or came in.
    ///   - near: another stamp of it.
    func moment(of packet: DatagramInformation, isSent: Bool, near: Instant<Realtime>) -> Instant<Realtime>? {
        guard let stamp = packet.hardware, let interface = interface(packet.interface),
            let now = try? ClockPair.read(.raw, attempts: 3)
        else { return nil }
        let age = now.other - (interface.tracker.lastReading ?? .zero)
        if interface.tracker.lastReading == nil || age >= .poll(interface.settings.minimumPoll) { interface.read() }
        let settings = interface.settings
        // A stamp is taken where a packet begins; what it was sent for has come where it ends (four octets are its code).
        let length = Duration(
            clampingSeconds: Double(packet.wireOctets + 4) * interface.device.nanosecondsPerOctet * 1e-9)
        let corrected =
            isSent
            ? stamp + settings.transmitCompensation
            : stamp + (packet.wireOctets > 0 ? length : .zero) - settings.receiveCompensation
        guard let raw = interface.tracker.raw(at: corrected) else { return nil }
        let past = now.other - raw
        let moment = now.realtime - past - Duration(clampingSeconds: past.inSeconds * rate)
        // A clock that is wrong by so much is not the one that stamped this packet.
        return (moment - near).magnitude < .seconds(1) ? moment : nil
    }

    private func interface(_ index: UInt32) -> Interface? {
        if let known = interfaces[index] { return known }
        return index == 0 && interfaces.count == 1 ? interfaces.first?.value : nil
    }
}

extension ReceiveFilter {
    fileprivate init(_ filter: HardwareStampSettings.Filter) {
        switch filter {
        case .none: self = .none
        case .ntp: self = .ntp
        case .ptp: self = .ptp
        case .all: self = .all
        }
    }
}

extension LinuxHost {
    /// The best stamp of a packet that came in.
    func stamp(of datagram: DatagramInformation, now: Instant<Realtime>) -> Stamp {
        let near = datagram.stamp ?? now
        if !hardware.isEmpty, let moment = hardware.moment(of: datagram, isSent: false, near: near) {
            return Stamp(time: moment, kind: .hardware)
        }
        return Stamp(time: near, kind: datagram.stamp == nil ? .daemon : .kernel)
    }

    /// What a report of a packet that left says.
    func stamps(ofSent report: DatagramInformation) -> Stamp? {
        if report.hardware != nil, !hardware.isEmpty,
            let moment = hardware.moment(of: report, isSent: true, near: KernelClock.realtime)
        {
            return Stamp(time: moment, kind: .hardware)
        }
        return report.stamp.map { Stamp(time: $0, kind: .kernel) }
    }
}
