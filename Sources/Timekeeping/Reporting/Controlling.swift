internal import TimeBase

extension Timekeeper {
    mutating func control(
        _ octets: [UInt8], from client: ControlClient, _ authority: ControlAuthority, _ now: ClockReading,
        _ effects: inout [Effect]
    ) {
    }
}
