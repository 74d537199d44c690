import Foundation
import Testing

extension Interop {
    /// timeball by the name hwclock, beside util-linux's. No RTC is needed, and none is touched.
    @Suite("hwclock")
    struct HardwareClockTests {
        private func ours(_ rig: Rig) throws -> String {
            let link = rig.folder.appending(path: "hwclock").path
            if !FileManager.default.fileExists(atPath: link) {
                try FileManager.default.createSymbolicLink(
                    atPath: link, withDestinationPath: NeededProgram.timeball.path)
            }
            return link
        }

        @Test("What the RTC will show is predicted as util-linux predicts it, to the microsecond, in every zone")
        func predict() throws {
            try Asked.need(.timeball, .hwclock)
            try Rig.with { rig in
                let ours = try ours(rig)
                var number = 0
                for factor in ["2.0", "-3.5647", "0.000001", "-1987.25"] {
                    for rest in ["0.0", "0.25", "-0.9999"] {
                        for kind in ["UTC", "LOCAL"] {
                            let file = try rig.write("adjtime", "\(factor) 1700000000 \(rest)\n1700000000\n\(kind)\n")
                            for (date, zone) in [
                                ("2023-11-14 22:13:20", "UTC"), ("2024-07-01 00:00:00", "Europe/Berlin"),
                                ("2033-11-14 22:13:20", "America/New_York"), ("2020-02-29 12:30:00", "Asia/Kolkata"),
                            ] {
                                let arguments = ["--predict", "--date", date, "--adjfile", file]
                                let theirs = try rig.run(
                                    .hwclock, arguments, environment: ["TZ": zone])
                                let answer = try rig.run(
                                    "hwclock", ours, arguments, environment: ["TZ": zone])
                                #expect(theirs.status == 0 && answer.status == 0)
                                #expect(answer.output == theirs.output, "\(factor) \(rest) \(kind) \(date) \(zone)")
                                number += 1
                            }
                        }
                    }
                }
                #expect(number == 96)
            }
        }

        @Test("Records that are missing or damaged mean nothing is known, for both")
        func damaged() throws {
            try Asked.need(.timeball, .hwclock)
            try Rig.with { rig in
                let ours = try ours(rig)
                for (name, text) in [("missing", nil), ("garbage", "not a record\nat all\nX\n")] {
                    let file = rig.folder.appending(path: name).path
                    if let text { try text.write(toFile: file, atomically: true, encoding: .utf8) }
                    let arguments = ["--predict", "--date", "2023-11-14 22:13:20", "--adjfile", file]
                    let theirs = try rig.run(.hwclock, arguments, environment: ["TZ": "UTC"])
                    let answer = try rig.run("hwclock", ours, arguments, environment: ["TZ": "UTC"])
                    #expect(theirs.status == 0 && answer.status == 0)
                    #expect(answer.output.contains("2023-11-14 22:13:20.000000+00:00"), "\(answer.output)")
                    #expect(theirs.output.contains("2023-11-14 22:13:20.000000+00:00"))
                }
            }
        }

        @Test(
            "What it does not do together is refused, with 1, by both",
            arguments: [
                ["-r", "-w"], ["--utc", "--localtime"], ["--noadjfile"], ["--predict"], ["--set"], ["--bogus"],
                ["--update-drift", "-r"], ["surplus"], ["--predict", "--date", "someday"],
            ])
        func refused(arguments: [String]) throws {
            try Asked.need(.timeball, .hwclock)
            try Rig.with { rig in
                #expect(try rig.run(.hwclock, arguments).status == 1)
                let answer = try rig.run("hwclock", try ours(rig), arguments)
                #expect(answer.status == 1 && answer.output.contains("hwclock: "), "\(answer.output)")
            }
        }

        @Test("Without an RTC every function that needs one says so and ends with 1")
        func absent() throws {
            try Asked.need(.timeball)
            try Rig.with { rig in
                for function in ["-r", "--get", "-s", "-w", "-a"] {
                    let answer = try rig.run(
                        "hwclock", try ours(rig),
                        [function, "--rtc", "\(rig.folder.path)/rtc7", "--test", "--noadjfile", "--utc"])
                    #expect(answer.status == 1 && answer.output.contains("no such real-time clock"), "\(answer.output)")
                }
            }
        }

        @Test("The daemon saves the time when it stops, and with -s the next one says what it goes by")
        func saved() throws {
            try Asked.need(.timeballd, .chronyd)
            try Rig.with { rig in
                let server = try rig.chronyd("server", address: "127.0.0.5", "local stratum 1", "allow all")
                let file = "\(rig.folder.path)/state/time"
                let ours = try rig.timeballd(
                    "\(server.line) iburst minpoll 0 maxpoll 0", "timefile \(file)",
                    "rtcfile \(rig.folder.path)/state/rtc", "rtcdevice \(rig.folder.path)/rtc7")
                try rig.waitUntilFollowing(ours, sources: 1)
                #expect(ours.program.output.contains("There is no RTC to be measured"), "\(ours.program.output)")
                ours.program.send(SIGTERM)
                #expect(try ours.program.exitStatus(within: .seconds(10)) == 0)
                let words = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
                let values = words.compactMap { Double($0) }
                #expect(values.count == 2 && abs(values[0] - Date().timeIntervalSince1970) < 30 && values[1] < 1)

                let again = try rig.start(
                    "again", NeededProgram.timeballd.path,
                    ["-d", "-x", "-s"] + rig.ourUser + [
                        "timefile \(file)", "rtcdevice \(rig.folder.path)/rtc7", "port 0", "cmdport 0", "pidfile /",
                        "bindcmdaddress /", "boundfile /",
                    ])
                try wait(for: "its reasons", within: .seconds(20)) { again.output.contains("Start: the clock stays") }
                #expect(again.output.contains("Start: there is no RTC"))
            }
        }

        @Test("timeball boot says what it would set the clock to, and why, and changes nothing")
        func boot() throws {
            try Asked.need(.timeball)
            try Rig.with { rig in
                let saved = try rig.write("time", "4000000000.5 0.010000\n")
                let arguments = [
                    "boot", "--dry-run", "--json", "--rtc", "\(rig.folder.path)/rtc7", "--rtcfile",
                    "\(rig.folder.path)/x",
                    "--adjfile", "\(rig.folder.path)/y", "--timefile",
                ]
                let absurd = try rig.run(.timeball, arguments + [saved])
                #expect(absurd.status == 0 && absurd.output.contains("there is no RTC"), "\(absurd.output)")
                #expect(absurd.output.contains("absurd") && absurd.output.contains("\"step_seconds\":0"))
                let later = Date().timeIntervalSince1970 + 86_400
                let good = try rig.write("time", "\(later) 0.010000\n")
                let answer = try rig.run(.timeball, arguments + [good])
                #expect(answer.output.contains("the saved time") && answer.output.contains("\"done\":false"))
                #expect(answer.output.contains("\"bound_seconds\":null"), "\(answer.output)")
                let nonsense = try rig.write("time", "soon\n")
                #expect(try rig.run(.timeball, arguments + [nonsense]).output.contains("line 1"))
            }
        }
    }
}
