import Foundation
import Testing

extension Interop {
    /// A machine with a DS1307 and a DS3231 that do not exist, with the daemon and the commands as they are.
    @Suite("Two RTCs")
    struct SeveralClocksTests {
        private func clocks(_ rig: Rig) throws -> FakeClocks {
            let clocks = try FakeClocks(rig)
            try clocks.put("rtc0", chip: "rtc-ds1307 1-0068", ahead: 2_250_000)
            try clocks.put("rtc1", chip: "ds3231", ahead: -1_500_000)
            return clocks
        }

        @Test("The daemon learns both, each into its file, and the commands tell of both")
        func learns() throws {
            try Asked.need(.timeballd, .timeball, .chronyd, .cc)
            try Rig.with { rig in
                let clocks = try clocks(rig)
                let server = try rig.chronyd("server", address: "127.0.0.5", "local stratum 1", "allow all")
                let file = "\(rig.folder.path)/state/rtc"
                let ours = try rig.timeballd(
                    environment: clocks.environment,
                    ["\(server.line) iburst minpoll 0 maxpoll 0", "rtcfile \(file)", "rtconutc"])
                try rig.waitUntilFollowing(ours, sources: 1)
                func tell(_ words: [String]) throws -> (status: Int32, output: String) {
                    try rig.run(.timeball, words, environment: clocks.environment)
                }
                try wait(for: "both to be measured", within: .seconds(60)) {
                    _ = try? rig.run(.timeball, ["chronyc", "-h", ours.socket, "writertc"])
                    return FileManager.default.fileExists(atPath: file + ".rtc1")
                        && FileManager.default.fileExists(atPath: file)
                }
                let data = try tell(["rtc", "data", "--socket", ours.socket, "--rtcfile", file])
                #expect(data.output.contains("now  ") && data.output.contains("rtc1  ds3231"), "\(data.output)")
                #expect(
                    data.output.contains("saved      2.2") && data.output.contains("saved      1.5"), "\(data.output)")
                let trim = try tell(["rtc", "trim", "--rtc", "/dev/rtc1", "--socket", ours.socket, "--rtcfile", file])
                #expect(trim.status == 1 && trim.output.contains("only watches /dev/rtc1"), "\(trim.output)")
                ours.program.send(SIGTERM)
                #expect(try ours.program.exitStatus(within: .seconds(10)) == 0)

                for (path, device, chip, ahead) in [
                    (file, "rtc0", "ds1307", 2.25), (file + ".rtc1", "rtc1", "ds3231", -1.5),
                ] {
                    let text = try String(contentsOfFile: path, encoding: .utf8)
                    let words = text.split(whereSeparator: \.isWhitespace)
                    let offset = words.count > 2 ? Double(words[2]) : nil
                    #expect(abs((offset ?? .infinity) - ahead) < 0.1, "\(text)")
                    #expect(text.contains("\nchip \(chip)\n") && text.contains("\ndevice \(device)\n"), "\(text)")
                }
                let list = try tell(["rtc", "list", "--rtcfile", file]).output
                #expect(list.contains("/dev/rtc0  rtc-ds1307") && list.contains("/dev/rtc1  ds3231"), "\(list)")
                let compared = try tell(["rtc", "compare", "--count", "2", "--interval", "1"]).output
                #expect(compared.split(separator: "\n").count { $0.hasPrefix("rtc0  ") } == 2, "\(compared)")
                #expect(compared.split(separator: "\n").count { $0.hasPrefix("rtc1  ") && $0.contains("behind") } == 2)
                // Nobody has set them.
                #expect(try clocks.state("rtc0")[3] == 0 && clocks.state("rtc1")[3] == 0)
            }
        }

        @Test("An RTC that is not trimmed: the command says why, and what to do")
        func refusedTrims() throws {
            try Asked.need(.timeballd, .timeball, .cc)
            try Rig.with { rig in
                let clocks = try clocks(rig)
                let week = Int(Date().timeIntervalSince1970) - 604_800
                let record = "1 \(week) 2.250000 0.000\nchip ds1307\ndevice rtc0\nbound 0.001 0.01\n"
                func trim(_ name: String, _ record: String?, _ directives: [String]) throws -> (Int32, String) {
                    let file = rig.folder.path + "/\(name).rtc"
                    if let record { _ = try rig.write("\(name).rtc", record) }
                    let lines = directives + (record == nil ? [] : ["rtcfile \(file)"])
                    let ours = try rig.timeballd(named: name, environment: clocks.environment, lines)
                    let words = ["rtc", "trim", "--socket", ours.socket, "--rtcfile", file]
                    let answer = try rig.run(.timeball, words, environment: clocks.environment)
                    ours.program.send(SIGTERM)
                    _ = try ours.program.exitStatus(within: .seconds(10))
                    return answer
                }
                let none = try trim("none", nil, [])
                #expect(none.0 == 1 && none.1.contains("drives no RTC. Next: `rtcfile"), "\(none.1)")
                let unknown = try trim("unknown", record, [])
                #expect(unknown.0 == 1 && unknown.1.contains("The true time is not known"), "\(unknown.1)")
                let written = try trim("written", record + "kernel 7 1\n", ["rtcsync"])
                #expect(
                    written.0 == 1 && written.1.contains("The kernel sets the RTC every 11 minutes"), "\(written.1)")
                #expect(try clocks.state("rtc0")[3] == 0)
            }
        }

        @Test("After it was written an RTC is measured, and what remains is kept where hwclock adds it")
        func residual() throws {
            try Asked.need(.timeball, .hwclock, .cc)
            try Rig.with { rig in
                let clocks = try clocks(rig)
                let file = rig.folder.path + "/adjtime"
                let late = clocks.environment.merging(["TIMEBALL_FAKE_LATE": "120000"]) { $1 }
                let arguments = ["rtc", "write", "--rtc", "/dev/rtc1", "--adjfile", file]
                let written = try rig.run(.timeball, arguments, environment: late)
                #expect(written.status == 0 && written.output.contains("behind the system clock"), "\(written.output)")
                let ahead = try Double(clocks.state("rtc1")[0]) / 1e6
                #expect(try clocks.state("rtc1")[3] == 1 && clocks.state("rtc0")[3] == 0)
                #expect(abs(ahead + 0.12) < 0.1)
                let words = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
                try #require(words.count == 5)
                #expect(abs((Double(words[2]) ?? 0) + ahead) < 0.02, "\(words)")
                // util-linux's corrects by it.
                let answer = try rig.run(
                    .hwclock, ["--get", "-v", "-f", "/dev/rtc1", "--adjfile", file], environment: clocks.environment)
                #expect(
                    answer.output.contains("drift is 0.1") || answer.output.contains("drift is 0.2"), "\(answer.output)"
                )
            }
        }

        @Test("At the start the better one is believed by its name, and the other where that has lost its time")
        func starts() throws {
            try Asked.need(.timeballd, .timeball, .cc)
            try Rig.with { rig in
                let clocks = try clocks(rig)
                let week = Int(Date().timeIntervalSince1970) - 604_800
                let file = rig.folder.path + "/rtc"
                // Main one last time: rtc1. The record says so, whatever the file is called.
                _ = try rig.write("rtc", "1 \(week) -1.500000 0.000\nchip ds3231\ndevice rtc1\nbound 0.001 0.01\n")
                _ = try rig.write("rtc.rtc0", "1 \(week) 2.250000 0.000\nchip ds1307\ndevice rtc0\nbound 0.001 0.01\n")
                func boot() throws -> String {
                    try rig.run(
                        .timeball,
                        [
                            "boot", "--dry-run", "--json", "--rtcfile", file, "--adjfile", rig.folder.path + "/none",
                            "--timefile", rig.folder.path + "/none",
                        ], environment: clocks.environment
                    ).output
                }
                let good = try boot()
                #expect(
                    good.contains("\"rtc\":\"rtc1\"") && good.contains("rtc1 (ds3231) is the best of them"), "\(good)")
                #expect(!good.contains("\"bound_seconds\":null"), "\(good)")
                try clocks.put("rtc1", chip: "ds3231", ahead: -1_500_000, voltage: 1)
                let other = try boot()
                #expect(other.contains("\"rtc\":\"rtc0\""), "\(other)")
                #expect(other.contains("rtc1 (ds3231) is not believed: the RTC has lost its time"), "\(other)")

                let daemon = try rig.start(
                    "daemon", NeededProgram.timeballd.path,
                    ["-d", "-x", "-s"] + rig.ourUser + [
                        "rtcfile \(file)", "port 0", "cmdport 0", "pidfile /", "bindcmdaddress /", "boundfile /",
                    ], environment: clocks.environment)
                try wait(for: "its reasons", within: .seconds(20)) {
                    daemon.output.contains("Start: rtc1 (ds3231) is not believed")
                }
                #expect(daemon.output.contains("Start: rtc0 (ds1307), measured"), "\(daemon.output)")
            }
        }
    }
}
