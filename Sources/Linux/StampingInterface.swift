internal import CLinux

/// Which packets that come in an interface stamps itself.
public enum ReceiveFilter: UInt32, CaseIterable, Sendable {
    case none = 0
    case all = 1
    case ptp = 2
    case ntp = 3
}

/// Why an interface does not stamp packets itself; a sentence.
public struct StampingError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// A network interface that stamps packets by a clock of its own (timestamping.rst).
public struct StampingInterface: ~Copyable {
    public let name: String
    public let index: UInt32
    /// Which of the packets that come in it stamps; nil for none.
    public let filter: ReceiveFilter
    /// Nanoseconds that one octet takes on its link; 0 if its speed is not known.
    public let nanosecondsPerOctet: Double
    private let clock: HardwareClockDevice

    /// The machine's interfaces.
    public static func all() -> [(index: UInt32, name: String)] {
        var list = [clinux_interface](repeating: clinux_interface(), count: 256)
        // Right because the function is told the array's own size.
        let count = unsafe list.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_interfaces(buffer.baseAddress, Int32(buffer.count))
        }
        return list.prefix(max(0, Int(count))).map { interface in
            var name = interface.name
            // Right because the name ends in a zero within its 16 octets.
            let text = unsafe withUnsafeBytes(of: &name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            return (interface.index, text)
        }
    }

    /// Has an interface stamp packets. It needs CAP_NET_ADMIN, and the device of the interface's clock.
    ///
    /// - Parameter wanted: which packets that come in; nil for NTP, or all where it can't tell NTP apart.
    public init(_ name: String, index: UInt32, wanted: ReceiveFilter?) throws(StampingError) {
        var abilities = clinux_hardware_abilities()
        let asked = unsafe clinux_hardware_abilities(name, &abilities)
        guard asked >= 0 else {
            throw StampingError(description: "\(name) does not tell what it can stamp: \(errorText(-asked))")
        }
        guard abilities.stamps_sent != 0 || abilities.stamps_received != 0 else {
            throw StampingError(description: "\(name) cannot stamp packets itself; the kernel stamps them")
        }
        guard abilities.clock >= 0 else {
            throw StampingError(
                description: "\(name) stamps packets by a clock that cannot be read (it has no /dev/ptp)")
        }
        func offers(_ filter: ReceiveFilter) -> Bool { abilities.filters & 1 << filter.rawValue != 0 }
        let filter = wanted ?? (offers(.ntp) ? .ntp : offers(.all) ? .all : .none)
        guard filter == .none || offers(filter) else {
            throw StampingError(description: "\(name) cannot stamp what the filter '\(filter)' says")
        }
        let enabled = unsafe clinux_hardware_enable(name, filter.rawValue)
        guard enabled >= 0 else {
            throw StampingError(description: "\(name) refuses to stamp packets: \(errorText(-enabled))")
        }
        do throws(SystemError) {
            clock = try HardwareClockDevice(path: "/dev/ptp\(abilities.clock)")
        } catch {
            throw StampingError(
                description: "The clock of \(name), /dev/ptp\(abilities.clock), can't be read: \(error)")
        }
        let speed = unsafe clinux_link_speed(name)
        nanosecondsPerOctet = speed > 0 ? 8000 / Double(speed) : 0
        self.name = name
        self.index = index
        self.filter = filter
    }

    /// CLOCK_MONOTONIC_RAW and the interface's clock at one moment.
    public func pair() throws(SystemError) -> (raw: Duration, clock: Duration, uncertainty: Duration) {
        try clock.rawPair()
    }
}
