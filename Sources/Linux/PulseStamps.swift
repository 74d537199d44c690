internal import CLinux
public import TimeBase

/// The kernel's stamps of a pulse, `/dev/ppsN`, looked at without waiting.
public struct PulseStamps: ~Copyable {
    private let descriptor: FileDescriptor
    private let falling: Bool
    private var last: UInt32?

    /// - Throws: ENOENT if there is none, EACCES, EOPNOTSUPP if it does not stamp the wanted edge.
    public init(path: String, falling: Bool) throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try SystemError.check("open \(path)", unsafe clinux_pulse_open(path, falling ? 1 : 0)))
        self.falling = falling
    }

    /// When the last pulse came by the wall clock; nil if none came since the last call.
    public mutating func take() throws(SystemError) -> Instant<Realtime>? {
        var stamp = clinux_time()
        var sequence: UInt32 = 0
        try SystemError.check(
            "PPS_FETCH", unsafe clinux_pulse_last(descriptor.number, falling ? 1 : 0, &stamp, &sequence))
        defer { last = sequence }
        // What came before the first look may be old.
        guard let last, sequence != last else { return nil }
        return Instant(sinceEpoch: Duration(stamp))
    }
}
