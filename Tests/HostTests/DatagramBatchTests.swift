import Addresses
import Linux
import Testing
import TimeBase

@Suite struct DatagramBatchTests {
    private func pair(_ address: IPAddress, stamps: Bool = false) throws -> (server: Box, asked: Endpoint) {
        let server = try DatagramSocket(family: address.family, stamps: stamps ? .some : .none)
        let anywhere: IPAddress = address.family == .ipv4 ? .v4(0) : .v6(0, 0)
        try server.bind(to: Endpoint(address: anywhere, port: 0))
        let asked = Endpoint(address: address, port: try server.localEndpoint().port)
        return (Box(server), asked)
    }

    private final class Box {
        let socket: DatagramSocket
        init(_ socket: consuming DatagramSocket) { self.socket = socket }
    }

    @Test(
        "What waits is taken together, with the kernel's stamps, and each is answered from the address that was asked",
        arguments: [IPAddress.v4(0x7f00_0203), .v6(0, 1)], [1, 4, 64])
    func answers(_ address: IPAddress, capacity: Int) throws {
        let (server, asked) = try pair(address)
        try awaitStamps()
        let client = try DatagramSocket(family: address.family, transmitStamps: false)
        try client.connect(to: asked)
        var batch = DatagramBatch(capacity: capacity, size: 64)
        #expect(try batch.receive(from: server.socket) == 0)
        let before = KernelClock.timestamp
        for number in 0..<10 as Range<UInt8> { try client.send([number, 1, 2, 3, 4], count: 1 + Int(number) % 5) }
        var taken = 0
        while true {
            let count = try batch.receive(from: server.socket)
            if count == 0 { break }
            #expect(count == min(capacity, 10 - taken))
            for index in 0..<count {
                let arrival = batch.arrival(index)
                #expect(arrival.source.endpoint == (try client.localEndpoint()))
                #expect(arrival.count == 1 + taken % 5 && !arrival.isTruncated)
                #expect(batch.destination(index).address == address)
                let stamp = try #require(arrival.stamp)
                #expect(!stamp.isBefore(before) && !KernelClock.timestamp.isBefore(stamp))
                let length = batch.withDatagram(index) { request, reply in
                    #expect(reply.count == request.count)
                    reply[0] = request[0] &+ 100
                    return 1
                }
                // One in two is answered.
                if taken % 2 == 0 { batch.answer(index, count: length, stamped: false) }
                taken += 1
            }
            batch.send(by: server.socket)
        }
        #expect(taken == 10)
        var buffer = [UInt8](repeating: 0, count: 64)
        var replies: [UInt8] = []
        while let reply = try client.receive(into: &buffer) {
            #expect(reply.count == 1)
            replies.append(buffer[0])
        }
        #expect(replies == [100, 102, 104, 106, 108])
    }

    @Test("A datagram that is too long is told so, and the kernel reports only of those answers that were marked")
    func marks() throws {
        let (server, asked) = try pair(.v4(0x7f00_0001), stamps: true)
        let client = try DatagramSocket(family: .ipv4, transmitStamps: false)
        try client.connect(to: asked)
        var batch = DatagramBatch(capacity: 8, size: 16)
        for length in [16, 17, 3] { try client.send([UInt8](repeating: 7, count: length), count: length) }
        #expect(try batch.receive(from: server.socket) == 3)
        #expect((0..<3).map { batch.arrival($0).isTruncated } == [false, true, false])
        #expect((0..<3).map { batch.arrival($0).count } == [16, 16, 3])
        for index in 0..<3 { batch.answer(index, count: 1, stamped: index == 2) }
        batch.send(by: server.socket)
        #expect((0..<3).allSatisfy { batch.wasSent($0) })
        var buffer = [UInt8](repeating: 0, count: 64)
        guard server.socket.hasTransmitStamps else { return }
        let report = try #require(try server.socket.receiveTransmitStamp(scratch: &buffer))
        #expect(report.identifier == 0 && report.stamp != nil)
        #expect(try server.socket.receiveTransmitStamp(scratch: &buffer) == nil)
    }

    @Test(
        "A port that is shared out: a client is always the same worker's, whatever its port; symmetric packets are number 0's",
        arguments: [IPAddress.v4(0x7f00_0001), .v6(0, 1)])
    func sharedPort(_ address: IPAddress) throws {
        let first = try DatagramSocket(family: address.family, transmitStamps: false)
        try first.joinPort()
        try first.bind(to: Endpoint(address: address, port: 0))
        let asked = try first.localEndpoint()
        var group = [Box(first)]
        for _ in 0..<5 {
            let socket = try DatagramSocket(family: address.family, transmitStamps: false)
            try socket.joinPort()
            try socket.bind(to: asked)
            group.append(Box(socket))
        }
        try group[0].socket.shareOut(among: 5, key: 12345)
        var buffer = [UInt8](repeating: 0, count: 64)
        func takers() throws -> [Int] {
            var takers: [Int] = []
            for (index, box) in group.enumerated() {
                while try box.socket.receive(into: &buffer) != nil { takers.append(index) }
            }
            return takers
        }
        func send(_ octets: [UInt8], from local: IPAddress) throws {
            let client = try DatagramSocket(family: local.family, transmitStamps: false)
            try client.bind(to: Endpoint(address: local, port: 0))
            try client.connect(to: asked)
            try client.send(octets, count: octets.count)
        }
        for mode in [0, 3, 4, 5, 6, 7] as [UInt8] {
            for _ in 0..<10 { try send([0x20 | mode, 1, 2, 3], from: address) }
        }
        let clients = try takers()
        #expect(clients.count == 60 && Set(clients).count == 1 && clients[0] != 0)
        for octets in [[0x21], [0x22], []] as [[UInt8]] { try send(octets, from: address) }
        #expect(try takers() == [0, 0, 0])
        guard address.family == .ipv4 else { return }
        for client in 1...200 as ClosedRange<UInt32> { try send([0x23], from: .v4(0x7f00_0100 + client)) }
        let all = try takers()
        #expect(all.count == 200 && Set(all) == [1, 2, 3, 4, 5])
    }

    @Test("Words that are shared come back whole, and change the sequence")
    func shared() throws {
        var memory = try SharedMemory(count: 3)
        var words: [UInt64] = [9, 9, 9]
        #expect(memory.read(into: &words) && words == [0, 0, 0])
        let before = memory.sequence
        memory.write([1, .max, 3])
        #expect(memory.sequence == before + 2)
        #expect(memory.read(into: &words) && words == [1, .max, 3])
        // For good: the memory is mapped anew, and is the same.
        try memory.giveUpWriting()
        words = [0, 0, 0]
        #expect(memory.read(into: &words) && words == [1, .max, 3])
    }
}
