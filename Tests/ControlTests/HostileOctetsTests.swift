import Testing
import TimeBase

@testable import Control

/// Nothing that comes in may end the program: a trap would end the test run. What is recorded as an issue is that
/// what comes out makes no sense.
struct HostileOctetsTests {
    private static func spoil(_ octets: [UInt8], _ draw: inout Draw) -> [UInt8] {
        var octets = octets
        for _ in 0..<Int(draw.random.next() % 12) {
            octets[Int(draw.random.next() % UInt64(octets.count))] = draw.one([0, 0xff, 0x7f, 0x80, draw.integer()])
        }
        if draw.random.next() % 8 == 0 { octets.removeLast(Int(draw.random.next() % UInt64(octets.count))) }
        if draw.random.next() % 8 == 0 { octets += (0..<Int(draw.random.next() % 99)).map { _ in draw.integer() } }
        return octets
    }

    @Test("A daemon survives 100,000 spoilt requests, and answers none with more octets than it got")
    func requests() {
        var draw = Draw(seed: 7)
        let reports = draw.exchanges().map(\.1)
        var accepted = 0
        for _ in 0..<40 {
            for request in draw.commands() + draw.exchanges().map(\.0) {
                let whole = request.octets(sequence: 1)
                for _ in 0..<45 {
                    var octets = Self.spoil(whole, &draw)
                    // Most keep the head that lets them pass the first checks.
                    if draw.random.next() % 4 != 0, octets.count >= 4 {
                        octets.replaceSubrange(0..<4, with: whole[0..<4])
                    }
                    let reply: [UInt8]
                    switch ControlRequest.receive(octets) {
                    case .drop: continue
                    case .reject(let status, let header):
                        reply = ControlReply.status(status).octets(answering: header)
                    case .accept(let request, let header):
                        accepted += 1
                        reply = draw.one(reports).octets(answering: header)
                        if request.octets(sequence: 1).count != request.command.requestLength {
                            Issue.record("cannot be said again: \(request)")
                        }
                    }
                    if reply.count > octets.count { Issue.record("\(reply.count) for \(octets.count)") }
                }
            }
        }
        #expect(accepted > 30_000)
    }

    @Test("A client survives 100,000 spoilt replies")
    func replies() {
        var draw = Draw(seed: 8)
        var read = 0
        for _ in 0..<60 {
            for (request, reply) in draw.exchanges() {
                let header = ControlHeader(
                    command: request.command.rawValue, sequence: 1, length: request.command.requestLength)
                let whole = reply.octets(answering: header)
                for _ in 0..<100 {
                    var octets = Self.spoil(whole, &draw)
                    if draw.random.next() % 4 != 0, octets.count >= 20 {
                        octets.replaceSubrange(0..<20, with: whole[0..<20])
                    }
                    guard let back = ControlReply(octets, to: request.command, sequence: 1) else { continue }
                    read += 1
                    let again = back.octets(answering: header)
                    if again.count > header.length { Issue.record("cannot be said again: \(back)") }
                }
            }
        }
        #expect(read > 30_000)
    }

    @Test("Octets from nowhere are survived in both directions, whatever command or report they claim to be")
    func noise() {
        var draw = Draw(seed: 9)
        let noise: [UInt8] = (0..<4096).map { _ in draw.integer() }
        var accepted = 0
        var read = 0
        for command in ControlCommand.allCases {
            for _ in 0..<300 {
                let start = Int(draw.random.next() % 3000)
                let number = [
                    UInt8(truncatingIfNeeded: command.rawValue >> 8), UInt8(truncatingIfNeeded: command.rawValue),
                ]
                let request = [6, 1, 0, 0] + number + noise[start..<start + 800]
                if case .accept = ControlRequest.receive(request) { accepted += 1 }
                let code = command.replyCode.rawValue
                let reply =
                    [6, 2, 0, 0] + number + [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)]
                    + Array(repeating: 0, count: 20) + noise[start..<start + 800]
                if ControlReply(reply, to: command, sequence: 0) != nil { read += 1 }
            }
        }
        #expect(accepted > 5000)
        #expect(read > 5000)
    }
}
