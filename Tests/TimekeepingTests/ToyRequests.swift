internal import Addresses
internal import Control

/// Octets of control requests.
enum ControlRequestOctets {
    static func delete(_ address: IPAddress) -> [UInt8] {
        ControlRequest.deleteSource(.ip(address)).octets(sequence: 1)
    }

    static let dump = ControlRequest.dump.octets(sequence: 1)
    static let cycleLogs = ControlRequest.cycleLogs.octets(sequence: 1)
}
