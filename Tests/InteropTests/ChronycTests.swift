import Foundation
import Testing

extension Interop {
    /// Debian's chronyc 4.3, asking timeballd and a real chronyd that follows the same servers.
    @Suite("chronyc reads timeballd as it reads chronyd")
    struct Chronyc {
        /// What chronyc asks for, and what the answer says if all is well.
        static let commands: [(command: String, isSane: @Sendable ([Row]) throws -> Void)] = [
            (
                "tracking",
                { rows in
                    let row = try #require(rows.first)
                    #expect(row.columns.count == 14)
                    #expect(row[0].count == 8 && row[0] != "00000000")
                    #expect(row[2] == "2" && row[13] == "Normal")
                    let now = Date().timeIntervalSince1970
                    row.expect(3, now - 120...now + 1, "reference time")
                    for column in 4...6 { row.expect(column, -0.05...0.05, "offset") }
                    for column in 7...8 { row.expect(column, -600...600, "frequency") }
                    row.expect(9, 0...2000, "skew")
                    for column in 10...11 { row.expect(column, 0...0.05, "root delay and dispersion") }
                    row.expect(12, 0...100, "update interval")
                }
            ),
            (
                "sources",
                { rows in
                    #expect(rows.count == 3 && rows.filter { $0[1] == "*" }.count == 1)
                    for row in rows {
                        #expect(row[0] == "^" && row[3] == "1")
                        row.expect(4, 0...2, "poll")
                        row.expect(5, 1...377, "reach")
                        row.expect(6, 0...60, "last sample")
                        row.expect(7, -0.05...0.05, "offset")
                        row.expect(9, 0...0.1, "error")
                    }
                }
            ),
            (
                "sourcestats",
                { rows in
                    #expect(rows.count == 3)
                    for row in rows {
                        #expect(row[0].hasPrefix("127.0.0."))
                        row.expect(1, 3...64, "samples")
                        row.expect(2, 1...64, "runs")
                        row.expect(3, 0...120, "span")
                        row.expect(7, 0...0.05, "standard deviation")
                    }
                }
            ),
            (
                "activity",
                { rows in
                    let row = try #require(rows.first)
                    // Online, or in a burst on their way to it.
                    let online = try row.number(0) + row.number(2)
                    #expect(row.columns.count == 5 && online == 3 && row[1] == "0" && row[4] == "0")
                }
            ),
            (
                "selectdata",
                { rows in
                    #expect(Set(rows.map { $0[1] }) == ["127.0.0.2", "127.0.0.3", "127.0.0.4"])
                    #expect(rows.count == 3 && rows.filter { $0[0] == "*" }.count == 1)
                }
            ),
            (
                "ntpdata",
                { rows in
                    #expect(rows.count == 3)
                    for row in rows {
                        #expect(row[0].hasPrefix("127.0.0."))
                        row.expect(2, 1...65535, "port")
                        #expect(row[5] == "Normal" && row[6] == "4" && row[7] == "Server" && row[8] == "1")
                    }
                }
            ),
            (
                "serverstats",
                { rows in
                    let row = try #require(rows.first)
                    #expect(row.columns.count == 11 && row.columns.allSatisfy { UInt64($0) != nil })
                    row.expect(2, 1...1e6, "control requests before this one")
                }
            ),
        ]

        @Test("Every report has the shape that chronyd gives it and sane values, over both transports")
        func reports() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let sources = honest.map { "\($0.line) iburst minpoll 0 maxpoll 0" }.joined(separator: "\n")
                let ours = try rig.timeballd(
                    sources, "opencommands \(Self.commands.map(\.command).joined(separator: " "))")
                // Asked over its Unix socket only: chrony 4.3 cannot be told to answer all of them over UDP.
                let theirs = try rig.chronyd("theirs", sources)
                try rig.waitUntilMeasured(ours, sources: 3)
                try rig.waitUntilMeasured(theirs, sources: 3)

                for (command, isSane) in Self.commands {
                    var expected = shape(try rig.chronyc(theirs, command))
                    var (socket, udp) = try (
                        shape(rig.chronyc(ours, command)), shape(rig.chronycOverUDP(ours, command))
                    )
                    // On a busy machine chronyc may give up on one of its questions, of either daemon.
                    for _ in 0..<3 where socket != expected || udp != expected {
                        expected = shape(try rig.chronyc(theirs, command))
                        (socket, udp) = try (
                            shape(rig.chronyc(ours, command)), shape(rig.chronycOverUDP(ours, command))
                        )
                    }
                    #expect(socket == expected, "\(command), Unix socket")
                    #expect(udp == expected, "\(command), UDP")
                    try isSane(try rig.fields(ours, command))
                }
                #expect(
                    try shape(rig.chronyc(ours, "sources", "-v")) == shape(rig.chronyc(theirs, "sources", "-v")))
            }
        }

        @Test("Commands that change something are refused over UDP, and obeyed over the Unix socket")
        func authority() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let ours = try rig.timeballd(
                    honest.map { "\($0.line) iburst minpoll 0 maxpoll 2" }.joined(separator: "\n"))
                try rig.waitUntilFollowing(ours, sources: 3)
                for command in ["offline", "makestep", "shutdown", "delete 127.0.0.2"] {
                    let (status, output) = try rig.run(
                        .chronyc,
                        ["-n", "-h", "127.0.0.1", "-p", "\(ours.controlPort)"]
                            + command.split(separator: " ").map(String.init))
                    #expect(status == 1 && output.contains("501 Not authorised"), "\(command): \(output)")
                }
                func activity() throws -> (online: Double, offline: Double) {
                    let row = try #require(try rig.fields(ours, "activity").first)
                    return try (row.number(0) + row.number(2), row.number(1) + row.number(3))
                }
                #expect(try activity() == (3, 0))
                _ = try rig.chronyc(ours, "offline")
                #expect(try activity() == (0, 3))
                _ = try rig.chronyc(ours, "online")
                #expect(try activity() == (3, 0))
                _ = try rig.chronyc(ours, "delete", "127.0.0.2")
                #expect(try activity() == (2, 0))
                _ = try rig.chronyc(ours, "add", "server", "127.0.0.2", "port", "\(honest[0].port)", "iburst")
                #expect(try rig.fields(ours, "sources").contains { $0[2] == "127.0.0.2" })
                _ = try rig.chronyc(ours, "shutdown")
                #expect(try ours.program.exitStatus(within: .seconds(5)) == 0)
            }
        }
    }
}

/// What stays of a report when its values are taken out: the headings, the labels, and the number of lines.
private func shape(_ report: String) -> [String] {
    report.split(separator: "\n").map { line in
        if line.hasPrefix("^") || line.hasPrefix("#") { return "a source" }
        if let colon = line.range(of: ": ") { return line[..<colon.lowerBound].trimmingCharacters(in: .whitespaces) }
        if line.contains(/127\.0\.0\.[0-9]/) { return "a line about a source" }
        return String(line).replacing(/^[0-9]+\s/, with: "N ")
    }
}
