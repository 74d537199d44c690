import ClockStudies
import Linux
import TimeBase

/// A pulse each second, of which the kernel says when it came by the wall clock. It numbers no seconds: the nearest one to
/// the first pulse is taken, and the others are counted from there.
struct PulseReference: ClockReference {
    private let path: String
    private let box: DeviceBox
    private var last: (stamp: Duration, second: Int, sequence: UInt32)?

    /// Descriptors do not copy.
    private final class DeviceBox {
        let device: PulseDevice
        init(_ device: consuming PulseDevice) { self.device = device }
    }

    let name: String

    init(number: Int) throws {
        path = "/dev/pps\(number)"
        name = "pps\(number)"
        do throws(Linux.SystemError) {
            box = DeviceBox(try PulseDevice(path: path))
        } catch {
            throw DeviceFailure.opening(path, error)
        }
    }

    var countsFrom1970: Bool { true }
    var endsWithBoot: Bool { false }
    var comparesAtEdges: Bool { true }
    var rateDoubt: Double? { nil }
    var facts: [Study.Fact] {
        [Study.Fact("seconds", "numbered by the nearest second of the clock at the first pulse")]
    }

    mutating func compare() throws(ReferenceFailure) -> ClockComparison {
        do throws(Linux.SystemError) {
            guard let (moment, sequence) = try box.device.wait(.seconds(3)) else {
                throw Linux.SystemError(call: "PPS_FETCH", number: Linux.SystemError.timedOut)
            }
            let stamp = moment.sinceEpoch
            let second: Int
            if let last {
                second = last.second + Int(((stamp - last.stamp) / .seconds(1)).rounded())
            } else {
                second = Int(stamp.inSeconds.rounded())
            }
            last = (stamp, second, sequence)
            return ClockComparison(reference: .seconds(second), studied: stamp)
        } catch {
            throw ReferenceFailure(
                error.number == Linux.SystemError.timedOut ? "\(path): no pulse came." : "\(path): \(error.text).")
        }
    }
}

/// A PTP hardware clock. It may count TAI or UTC or from anywhere, so that only its rate is taken.
struct HardwareReference: ClockReference {
    private let path: String
    private let box: DeviceBox

    /// Descriptors do not copy.
    private final class DeviceBox {
        let device: HardwareClockDevice
        init(_ device: consuming HardwareClockDevice) { self.device = device }
    }

    let name: String

    init(number: Int) throws {
        path = "/dev/ptp\(number)"
        let maker = MachineFacts.text("/sys/class/ptp/ptp\(number)/clock_name")
        name = "phc\(number)" + (maker.map { " (\($0))" } ?? "")
        do throws(Linux.SystemError) {
            box = DeviceBox(try HardwareClockDevice(path: path))
        } catch {
            throw DeviceFailure.opening(path, error)
        }
    }

    var countsFrom1970: Bool { false }
    var endsWithBoot: Bool { true }
    var rateDoubt: Double? { nil }
    var facts: [Study.Fact] { [] }

    func compare() throws(ReferenceFailure) -> ClockComparison {
        do throws(Linux.SystemError) {
            let pair = try box.device.pair()
            return ClockComparison(
                reference: pair.other, studied: pair.realtime.sinceEpoch, uncertainty: pair.uncertainty)
        } catch {
            throw ReferenceFailure("\(path): \(error.text).")
        }
    }
}

/// Why a device cannot be opened, for people.
enum DeviceFailure {
    static func opening(_ path: String, _ error: Linux.SystemError) -> ToolError {
        switch error.number {
        case Linux.SystemError.noSuchFile:
            .cannotTell("\(path): there is no such device. Next: ls /dev/pps* /dev/ptp* /dev/rtc*")
        case Linux.SystemError.accessDenied:
            .notPermitted("\(path): this user may not read it. Next: sudo, or a udev rule")
        default: .cannotTell("\(path): \(error.text)")
        }
    }
}
