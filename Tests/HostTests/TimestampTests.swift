import Addresses
import Linux
import Testing
import TimeBase

private let loopback = IPAddress.v4(0x7f00_0001)

@Suite struct TimestampTests {
    var buffer = [UInt8](repeating: 0, count: 2048)

    @Test(
        "The kernel says when a datagram left and when it came in, in this order and while we waited",
        arguments: [loopback, IPAddress.v6(0, 1)])
    mutating func stamps(_ address: IPAddress) throws {
        let server = try DatagramSocket(family: address.family, transmitStamps: false)
        try server.bind(to: Endpoint(address: address, port: 0))
        try awaitStamps()
        let client = try DatagramSocket(family: address.family, transmitStamps: true)
        try client.connect(to: try server.localEndpoint())
        for packet in 0..<3 as Range<UInt32> {
            let before = KernelClock.realtime
            try client.send([1, 2, 3, 4], count: 3)
            let received = try #require(try server.receive(into: &buffer))
            let after = KernelClock.realtime
            let sent = try #require(try client.receiveTransmitStamp(scratch: &buffer))
            let left = try #require(sent.stamp)
            let came = try #require(received.stamp)
            #expect(sent.identifier == packet)
            #expect(before <= left)
            #expect(left <= came)
            #expect(came <= after)
            #expect(received.count == 3)
            #expect(received.source.endpoint == (try client.localEndpoint()))
        }
        #expect(try client.receiveTransmitStamp(scratch: &buffer) == nil)
        #expect(try server.receive(into: &buffer) == nil)
    }

    @Test("A socket that listens everywhere knows to which address it was asked, and answers from there")
    mutating func destination() throws {
        let server = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try server.bind(to: Endpoint(address: .v4(0), port: 0))
        let asked = Endpoint(address: .v4(0x7f00_0203), port: try server.localEndpoint().port)
        let client = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try client.connect(to: asked)
        try client.send([7], count: 1)
        let request = try #require(try server.receive(into: &buffer))
        #expect(request.destination.address == asked.address)
        try server.send([8, 9], count: 2, to: request.source, from: request.destination)
        let reply = try #require(try client.receive(into: &buffer), "only an answer from there reaches the client")
        #expect(reply.source.endpoint == asked)
        #expect(buffer.prefix(reply.count) == [8, 9])
    }

    @Test("A datagram longer than the buffer is marked")
    mutating func truncation() throws {
        let server = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try server.bind(to: Endpoint(address: loopback, port: 0))
        let client = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try client.connect(to: try server.localEndpoint())
        try client.send([UInt8](repeating: 1, count: 100), count: 100)
        try client.send([UInt8](repeating: 1, count: 16), count: 16)
        var small = [UInt8](repeating: 0, count: 16)
        let long = try #require(try server.receive(into: &small))
        let short = try #require(try server.receive(into: &small))
        #expect(long.isTruncated && long.count == 16)
        #expect(!short.isTruncated && short.count == 16)
    }

    @Test("A port at which nobody listens is an error with the kernel's words")
    mutating func refused() throws {
        let listener = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try listener.bind(to: Endpoint(address: loopback, port: 0))
        let taken = try listener.localEndpoint()
        let other = try DatagramSocket(family: .ipv4, transmitStamps: false)
        // EADDRINUSE
        #expect(throws: SystemError(call: "bind", number: 98)) { try other.bind(to: taken) }

        let closed = try closedEndpoint()
        let client = try DatagramSocket(family: .ipv4, transmitStamps: true)
        try client.connect(to: closed)
        try client.send([1], count: 1)
        _ = try client.receiveTransmitStamp(scratch: &buffer)
        do throws(SystemError) {
            _ = try client.receive(into: &buffer)
            Issue.record("the refusal was not reported")
        } catch {
            #expect(error == SystemError(call: "recvmsg", number: SystemError.connectionRefused))
            #expect(error.text == "Connection refused")
        }
    }
}

/// A port of this machine that was free a moment ago.
func closedEndpoint() throws -> Endpoint {
    let socket = try DatagramSocket(family: .ipv4, transmitStamps: false)
    try socket.bind(to: Endpoint(address: loopback, port: 0))
    return try socket.localEndpoint()
}
