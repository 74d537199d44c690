import CLinux
import Foundation
import Linux
import Testing

@testable import Daemon

@Suite struct ControlSocketTests {
    private let user = RunUser(name: "", user: clinux_effective_user(), group: clinux_effective_group())
    private var buffer = [UInt8](repeating: 0, count: 1024)

    @Test("A directory open to others is refused with a sentence", arguments: [0o777, 0o775, 0o771, 0o1770])
    func permissions(mode: Int) throws {
        let scratch = try Scratch()
        try scratch.permit(mode)
        let path = scratch.file("sock")
        #expect(
            throws: StartError(
                "Wrong permissions on \(scratch.path): mode \(String(mode, radix: 8)) goes beyond 770."
                    + " Disabled command socket \(path).")
        ) { try ControlSocket.prepareDirectory(of: path, for: user) }
    }

    @Test("A directory of somebody else is refused with a sentence")
    func owner() throws {
        let scratch = try Scratch()
        var other = user
        other.user += 1
        #expect(throws: StartError.self) { try ControlSocket.prepareDirectory(of: scratch.file("sock"), for: other) }
        var group = user
        group.group += 1
        #expect(throws: StartError.self) { try ControlSocket.prepareDirectory(of: scratch.file("sock"), for: group) }
        try ControlSocket.prepareDirectory(of: scratch.file("sock"), for: user)
    }

    @Test("A missing directory is made, closed to others")
    func creation() throws {
        let scratch = try Scratch()
        let path = scratch.file("run/sock")
        try ControlSocket.prepareDirectory(of: path, for: user)
        let attributes = try FileManager.default.attributesOfItem(atPath: scratch.file("run"))
        #expect(attributes[.posixPermissions] as? Int == 0o770)
        try ControlSocket.prepareDirectory(of: path, for: user)
    }

    @Test("A request comes in with its sender's path, and the answer finds the way back")
    mutating func conversation() throws {
        let scratch = try Scratch()
        let control = try ControlSocket(path: scratch.file("sock"))
        let client = try UnixDatagramSocket()
        try client.bind(to: scratch.file("client"))
        try client.send([1, 2, 3], to: scratch.file("sock"))
        let received = control.receive(into: &buffer)
        let request = try #require(received)
        #expect(request.sender == scratch.file("client"))
        #expect(buffer.prefix(request.count) == [1, 2, 3])
        control.send([4, 5], to: request.sender)
        let reply = try #require(try client.receive(into: &buffer))
        #expect(buffer.prefix(reply.count) == [4, 5])
        let more = control.receive(into: &buffer)
        #expect(more == nil)
        control.remove()
        #expect(scratch.names == ["client"])
    }

    @Test("A client without an address of its own is heard, and not answered")
    mutating func anonymous() throws {
        let scratch = try Scratch()
        let control = try ControlSocket(path: scratch.file("sock"))
        let client = try UnixDatagramSocket()
        try client.send([9], to: scratch.file("sock"))
        let received = control.receive(into: &buffer)
        let request = try #require(received)
        #expect(request.sender.isEmpty)
        control.send([4, 5], to: request.sender)
        let answer = try client.receive(into: &buffer)
        #expect(answer == nil)
    }

    @Test("A live daemon is not disturbed, a dead one's socket is replaced, and a file is left alone")
    func stale() throws {
        let scratch = try Scratch()
        let path = scratch.file("sock")
        do {
            let first = try ControlSocket(path: path)
            do throws(StartError) {
                _ = try ControlSocket(path: path)
                Issue.record("the second took the first one's place")
            } catch {
                #expect(error.sentence == "Another daemon answers at \(path); it was not disturbed.")
            }
            #expect(first.path == path)
        }
        // The first is gone without having removed its path, as when it was killed.
        #expect(scratch.names == ["sock"])
        let second = try ControlSocket(path: path)
        second.remove()
        try scratch.write("a file", to: "sock")
        #expect(throws: StartError.self) { _ = try ControlSocket(path: path) }
        #expect(try scratch.text(of: "sock") == "a file")
    }
}
