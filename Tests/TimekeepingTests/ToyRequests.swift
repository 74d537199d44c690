internal import Addresses
internal import Control

/// Octets of control requests.
enum ControlRequestOctets {
    static func delete(_ address: IPAddress) -> [UInt8] {
        ControlRequest.deleteSource(.ip(address)).octets(sequence: 1)
    }
}
