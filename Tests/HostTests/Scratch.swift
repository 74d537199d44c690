import Addresses
import Foundation
import Linux
import Testing
import TimeBase

/// A directory of its own for one test, with mode 0770; removed with all that is in it when the test ends.
final class Scratch {
    let path: String

    init() throws {
        path = "/tmp/timeball-test-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try permit(0o770)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func permit(_ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    }

    func text(of name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: file(name))), as: UTF8.self)
    }

    /// Names of the files, sorted.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// Waits until the kernel stamps packets as they come in: while no socket wants that it does not, and the first one has
/// to wait a moment. Some socket that does must be open.
func awaitStamps() throws {
    let server = try DatagramSocket(family: .ipv4, transmitStamps: false)
    try server.bind(to: Endpoint(address: .v4(0x7f00_0001), port: 0))
    let client = try DatagramSocket(family: .ipv4, transmitStamps: false)
    try client.connect(to: try server.localEndpoint())
    var buffer: [UInt8] = [0, 0, 0, 0]
    let isEarly = eventually {
        guard (try? client.send(buffer, count: 1)) != nil else { return false }
        let sent = KernelClock.realtime
        guard let datagram = try? server.receive(into: &buffer), let stamp = datagram.stamp else { return false }
        return stamp < sent
    }
    try #require(isEarly, "the kernel does not stamp what comes in")
}

/// Waits until something is true, for at most so many seconds.
func eventually(within seconds: Double = 5, _ condition: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
        if condition() { return true }
        Thread.sleep(forTimeInterval: 0.002)
    }
    return condition()
}
