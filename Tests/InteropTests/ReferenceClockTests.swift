import Foundation
import Testing

extension Interop {
    /// Reference clocks: programs that speak to us, and devices that are made up. chronyd is shown the same, where it can be.
    @Suite("Reference clocks")
    struct ReferenceClocks {
        /// Waits until a daemon follows its reference clock, and says chronyc's row of it.
        private static func followed(_ daemon: Daemon, _ rig: Rig, as name: String) throws -> Row {
            var found: Row = []
            try wait(for: "\(daemon.program.name) to follow \(name)", within: .seconds(40)) {
                guard daemon.program.isRunning else { throw Hopeless(description: "it ended") }
                let rows = try rig.fields(daemon, "sources")
                guard let row = rows.first(where: { $0[2] == name }), row[1] == "*" else { return false }
                found = row
                return true
            }
            return found
        }

        @Test("Samples that a program sends to a socket are followed, whichever of the two was started first")
        func socket() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc, .python3)
            try Rig.with { rig in
                let path = rig.folder.appending(path: "clock.sock").path
                // The program waits for a socket that is not there yet.
                try rig.start(
                    "samples", NeededProgram.python3.path, [Places.script("socket-samples.py"), path, "0.25"])
                let line = "refclock SOCK \(path) refid GPS poll 2 delay 0.001"
                for (name, make) in [
                    ("ours", { try rig.timeballd([line]) }), ("again", { try rig.timeballd([line]) }),
                    ("chronyd", { try rig.chronyd("theirs", line) }),
                ] {
                    let daemon = try make()
                    let row = try Self.followed(daemon, rig, as: "GPS")
                    #expect(row[0] == "#", "\(name)")
                    #expect(row[3] == "0" && row[4] == "2", "\(name): \(row)")
                    // Negative: our clock is slow. By a quarter of a second, to what it takes to send a datagram.
                    row.expect(8, -0.2501 ... -0.2490, "offset that \(name) measured")
                    let tracking = try rig.chronyc(daemon, "tracking")
                    #expect(tracking.contains("47505300 (GPS)"), "\(name): \(tracking)")
                    #expect(tracking.contains(/Stratum *: 1\n/), "\(name): \(tracking)")
                    let statistics = try rig.fields(daemon, "sourcestats")
                    #expect(statistics.first?[0] == "GPS", "\(name): \(statistics)")
                    daemon.program.stop()
                }
            }
        }

        @Test("Pulses from a socket take their seconds from another clock")
        func pulses() throws {
            try Asked.need(.timeballd, .chronyc, .python3)
            try Rig.with { rig in
                let (sentences, pulses) = (rig.folder.path + "/nmea.sock", rig.folder.path + "/pps.sock")
                let script = Places.script("socket-samples.py")
                try rig.start("sentences", NeededProgram.python3.path, [script, sentences, "0.13"])
                try rig.start("pulses", NeededProgram.python3.path, [script, pulses, "-2.75", "--pulse"])
                let ours = try rig.timeballd([
                    "refclock SOCK \(sentences) refid NMEA poll 2 noselect",
                    "refclock SOCK \(pulses) refid PPS lock NMEA poll 2 rate 1",
                ])
                let row = try Self.followed(ours, rig, as: "PPS")
                row.expect(8, -0.2501 ... -0.2490, "offset")
                #expect(try rig.fields(ours, "sources").first { $0[2] == "NMEA" }?[1] == "?")
            }
        }

        @Test("gpsd reads a recorded NMEA stream, and we follow what it writes to shared memory")
        func gpsd() throws {
            try Asked.need(.timeballd, .chronyc, .python3, .gpsd, .unshare, .nsenter, root: true)
            try Rig.with { rig in
                let ours = try rig.timeballd(isolated: true, ["refclock SHM 0 refid NMEA poll 2 offset 0.1 delay 0.2"])
                let (feed, port) = (try rig.freePort(), try rig.freePort())
                let receiver = try rig.start(
                    "receiver", NeededProgram.python3.path,
                    [Places.script("nmea-server.py"), "\(feed)", Places.script("recorded.nmea"), "--late", "0.1"])
                try wait(for: "the receiver to be ready", within: .seconds(10)) { receiver.output.contains("ready") }
                // In the daemon's own shared memory, where no other gpsd writes.
                try rig.start(
                    "gpsd", NeededProgram.nsenter.path,
                    [
                        "--ipc=/proc/\(ours.program.pid)/ns/ipc", NeededProgram.gpsd.path, "-N", "-n", "-S", "\(port)",
                        "tcp://127.0.0.1:\(feed)",
                    ],
                    environment: [
                        "LD_LIBRARY_PATH": ["usr/lib", "lib"].map {
                            Places.unpacked.appending(path: "\($0)/\(machine)-linux-gnu").path
                        }.joined(separator: ":")
                    ])
                let row = try Self.followed(ours, rig, as: "NMEA")
                // The sentences are a tenth of a second late, which `offset` makes up for; a busy machine makes them later.
                row.expect(8, -0.1...0.2, "offset")
                row.expect(9, 0.1...0.4, "error bound: half of `delay`, and what is seen")
            }
        }

        @Test("A pulse of the kernel's and a PTP hardware clock, by the kernel's own requests", arguments: [0, 1])
        func devices(old: Int) throws {
            try Asked.need(.timeballd, .chronyc, .cc)
            try Rig.with { rig in
                let library = rig.folder.path + "/devices.so"
                let (status, output) = try rig.run(
                    "cc", NeededProgram.cc.path,
                    ["-shared", "-fPIC", "-o", library, Places.script("fake-devices.c"), "-ldl"])
                try #require(status == 0, "\(output)")
                let ours = try rig.timeballd(
                    environment: [
                        "LD_PRELOAD": library, "TIMEBALL_FAKE_PPS": "/dev/pps77", "TIMEBALL_FAKE_PTP": "/dev/ptp77",
                        "TIMEBALL_FAKE_AHEAD": "250000000", "TIMEBALL_FAKE_EPOCH": "37", "TIMEBALL_FAKE_OLD": "\(old)",
                    ],
                    [
                        "refclock PHC /dev/ptp77 refid PHC offset -37 poll 2 dpoll -2 noselect",
                        "refclock PPS /dev/pps77 refid PPS lock PHC poll 2",
                    ])
                let row = try Self.followed(ours, rig, as: "PPS")
                row.expect(8, -0.2501 ... -0.2499, "offset by the pulse")
                let clock = try #require(try rig.fields(ours, "sources").first { $0[2] == "PHC" })
                clock.expect(8, -0.2501 ... -0.2499, "offset by the hardware clock")
                clock.expect(9, 0...1e-4, "error bound of the hardware clock")
            }
        }

        @Test("A device that is not there is said so once, and the daemon runs on")
        func missing() throws {
            try Asked.need(.timeballd, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd(["refclock PPS /dev/pps199", "local"])
                try wait(for: "the sentence", within: .seconds(10)) {
                    ours.program.output.contains("Reference clock PPS0 can't be read: open /dev/pps199")
                }
                #expect(try rig.fields(ours, "sources").first?[1] == "?")
                #expect(ours.program.isRunning)
            }
        }

        /// Debian's name for it in paths.
        private var machine: String {
            #if arch(arm64)
                "aarch64"
            #else
                "x86_64"
            #endif
        }
    }
}
