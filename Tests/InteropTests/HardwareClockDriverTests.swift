import Foundation
import Testing

extension Interop {
    /// timeball by the name hwclock, and util-linux's, on a real-time clock that does not exist. No clock is set.
    @Suite("hwclock on a clock")
    struct HardwareClockDriverTests {
        private struct Answer: Equatable {
            var status: Int32
            var lines: [String]
            var calls: [String]
            /// Voltage, correction, how often it was set.
            var state: ArraySlice<Int>
        }

        /// Both programs, and the clock before each as it was.
        private func both(
            _ rig: Rig, _ clocks: FakeClocks, _ arguments: [String], voltage: Int = 0
        ) throws -> (theirs: Answer, ours: Answer) {
            let link = rig.folder.appending(path: "hwclock").path
            if !FileManager.default.fileExists(atPath: link) {
                try FileManager.default.createSymbolicLink(
                    atPath: link, withDestinationPath: NeededProgram.timeball.path)
            }
            func answer(_ path: String) throws -> Answer {
                try clocks.put("rtc0", chip: "ds1307", ahead: 1_500_000, voltage: voltage)
                _ = try clocks.calls()
                let (status, output) = try rig.run("hwclock", path, arguments, environment: clocks.environment)
                // The program's path, and the number of a descriptor.
                let lines = output.split(separator: "\n").map { line in
                    String(line).replacing(#/^[^ ]*hwclock: /#, with: "hwclock: ")
                        .replacing(#/ioctl\([0-9]+,/#, with: "ioctl(N,")
                }
                return Answer(
                    status: status, lines: lines, calls: try clocks.calls(), state: try clocks.state("rtc0").dropFirst()
                )
            }
            return (try answer(NeededProgram.hwclock.path), try answer(link))
        }

        /// Nothing but the fake may hear of a time zone: else the kernel's own would be set.
        private func makeSure(_ rig: Rig, _ clocks: FakeClocks) throws {
            let utc = clocks.environment.merging(["TZ": "UTC"]) { $1 }
            _ = try rig.run(.hwclock, ["--systz", "--utc", "--noadjfile"], environment: utc)
            try #require(try clocks.calls() == ["zone 0"], "util-linux's hwclock asks in another way for a time zone")
        }

        @Test("The driver's parameters and its refusals are the same, word for word")
        func parameters() throws {
            try Asked.need(.timeball, .hwclock, .cc)
            try Rig.with { rig in
                let clocks = try FakeClocks(rig)
                for arguments in [
                    ["--param-get", "features"], ["--param-get", "1"], ["--param-get", "0x1"], ["--param-get", "bsm"],
                    ["--param-get", "foo"], ["--param-get", "010"], ["--param-get=-1"], ["--param-get", "1x"],
                    ["--param-get"], ["--param-set", "correction=0x20"], ["--param-set", "1=5", "--test"],
                    ["--param-set", "bsm=1"], ["--param-set", "=1"], ["--param-set", "1="], ["--param-set", "foo"],
                    ["--param-set", "bsm"], ["--param-set", "1=99999999999999999999999"], ["--param-set", "1=-1"],
                    ["--param-get", "features", "-f", "/dev/rtc5"], ["--param-get", "1", "-f", "/dev/null"],
                    ["--param-set", "1=3", "-f", "/dev/null"],
                ] {
                    var (theirs, ours) = try both(rig, clocks, arguments)
                    // 2.38.1 ends with 1 also when it has shown one, which later versions do not.
                    if theirs.lines.first?.hasPrefix("The RTC parameter") ?? false { theirs.status = 0 }
                    #expect(ours == theirs, "\(arguments)")
                    if arguments == ["--param-set", "correction=0x20"] { #expect(ours.state == [0, 32, 0, 0]) }
                }
            }
        }

        @Test("The kernel is told the same time zone in the same order, and whether the clock keeps it")
        func zones() throws {
            try Asked.need(.timeball, .hwclock, .cc)
            try Rig.with { rig in
                let clocks = try FakeClocks(rig)
                try clocks.put("rtc0", chip: "ds1307", ahead: 0)
                try makeSure(rig, clocks)
                for arguments in [
                    ["--systz"], ["--systz", "--utc"], ["--systz", "--localtime"],
                    ["--systz", "--localtime", "--test"], ["--directisa", "--systz", "--utc"],
                ] {
                    var (theirs, ours) = try both(rig, clocks, arguments + ["--adjfile", rig.folder.path + "/none"])
                    for answer in [theirs, ours] where !arguments.contains("--test") {
                        #expect(answer.calls.last?.hasPrefix("zone -") ?? false, "\(answer.calls)")
                    }
                    // The lines in which each names itself and the time.
                    theirs.lines.removeAll { $0.hasPrefix("hwclock from") || $0.hasPrefix("System Time") }
                    ours.lines.removeAll { $0.hasPrefix("hwclock (Timeball)") }
                    #expect(ours == theirs, "\(arguments)")
                }
                // With the time, which the clock is ahead of by 1.5 s.
                for (arguments, seconds) in [(["-s", "--utc"], 1.5), (["-s", "--localtime"], nil)] {
                    let (theirs, ours) = try both(rig, clocks, arguments + ["--noadjfile"])
                    #expect(ours.status == 0 && theirs.status == 0)
                    #expect(ours.calls.dropLast() == theirs.calls.dropLast(), "\(ours.calls)")
                    let steps = [theirs, ours].compactMap {
                        $0.calls.last?.split(separator: " ").last.flatMap { Double($0) }
                    }
                    try #require(steps.count == 2)
                    #expect(abs(steps[0] - steps[1]) < 5e5, "\(steps)")
                    if let seconds { #expect(abs(steps[1] / 1e6 - seconds) < 0.5) }
                }
            }
        }

        @Test("What cannot be done is refused with the same words and 1")
        func refusals() throws {
            try Asked.need(.timeball, .hwclock, .cc)
            try Rig.with { rig in
                let clocks = try FakeClocks(rig)
                for arguments in [
                    ["--getepoch"], ["--setepoch", "--epoch=1900"], ["--epoch", "1980"], ["-r", "-w"],
                    ["-s", "-r", "--get"], ["-ul"], ["--adjfile", "x", "--noadjfile"], ["--noadjfile"],
                    ["-w", "--noadjfile", "-u", "--update-drift"], ["-w", "x", "y"], ["--bogus"], ["-x"], ["--p"],
                    ["--s"], ["--set"], ["--update-drift", "-r"], ["-f"], ["-r", "-f", "/dev/null"],
                    ["-w", "-f", "/dev/null"], ["-a", "-f", "/dev/null"], ["-s", "-f", "/dev/null"],
                ] {
                    let (theirs, ours) = try both(rig, clocks, arguments)
                    #expect(ours == theirs && ours.status == 1, "\(arguments)")
                }
                // It has lost its time: it is read by nobody, and set by both.
                for arguments in [["-r"], ["-s"], ["-a"]] {
                    let (theirs, ours) = try both(rig, clocks, arguments + ["--noadjfile", "--utc"], voltage: 1)
                    #expect(ours == theirs && ours.status == 1, "\(arguments)")
                }
                let (theirs, ours) = try both(rig, clocks, ["-w", "--noadjfile", "--utc"], voltage: 1)
                #expect(ours == theirs && ours.status == 0 && ours.state == [0, 100, 1, 0])
                // Where ours says more, it begins with the same words.
                for arguments in [["--delay=foo", "-w"], ["--set", "--date", "foo"], ["-r", "-f", "/dev/rtc9"]] {
                    let (theirs, ours) = try both(rig, clocks, arguments)
                    let words = try #require(theirs.lines.first)
                    #expect(ours.status == 1 && ours.lines.first?.hasPrefix(words) ?? false, "\(ours.lines)")
                }
                let (_, ports) = try both(rig, clocks, ["-r", "--directisa", "--utc", "--noadjfile"])
                #if arch(x86_64)
                    #expect(
                        ports.status == 1 && ports.lines.first?.hasPrefix("hwclock: iopl() port access failed") ?? false
                    )
                #else
                    #expect(ports.status == 0)
                #endif
            }
        }

        @Test(
            "Both write a PC's clock half a second after a second began, and other chips as it begins",
            arguments: [("rtc_cmos", "-500000"), ("rtc-ds1307 1-0068", "0")])
        func phase(chip: String, late: String) throws {
            try Asked.need(.timeball, .hwclock, .cc)
            try Rig.with { rig in
                let clocks = try FakeClocks(rig)
                let environment = clocks.environment.merging(["TIMEBALL_FAKE_LATE": late]) { $1 }
                let link = rig.folder.appending(path: "hwclock").path
                try FileManager.default.createSymbolicLink(
                    atPath: link, withDestinationPath: NeededProgram.timeball.path)
                for path in [NeededProgram.hwclock.path, link] {
                    try clocks.put("rtc0", chip: chip, ahead: 3_300_000)
                    let (status, output) = try rig.run(
                        "hwclock", path, ["-w", "--noadjfile", "--utc"], environment: environment)
                    let state = try clocks.state("rtc0")
                    #expect(status == 0 && state[3] == 1, "\(output)")
                    // Kept waiting, util-linux's 2.38.1 writes the second after the right one.
                    let ahead = path == link || state[0] < 500_000 ? state[0] : state[0] - 1_000_000
                    #expect(abs(ahead) < 200_000, "\(path) leaves it \(state[0]) microseconds ahead")
                }
            }
        }

        @Test("What the driver says of the voltage is told bit by bit, and forgotten")
        func voltage() throws {
            try Asked.need(.timeball, .hwclock, .cc)
            try Rig.with { rig in
                let clocks = try FakeClocks(rig)
                for (voltage, starts) in [
                    (0, []), (0x1f, ["0x01", "0x02", "0x04", "0x08", "0x10"]), (0x62, ["0x02", "0x60"]),
                ] {
                    let ours = try both(rig, clocks, ["--vl-read"], voltage: voltage).ours
                    #expect(ours.status == 0 && ours.lines.map { String($0.prefix(4)) } == starts, "\(ours.lines)")
                }
                let cleared = try both(rig, clocks, ["--vl-clear"], voltage: 3).ours
                #expect(cleared.status == 0 && cleared.lines.isEmpty && cleared.state.first == 0)
                let tested = try both(rig, clocks, ["--vl-clear", "--test"], voltage: 3).ours
                #expect(tested.status == 0 && tested.state.first == 3)
                for function in ["--vl-read", "--vl-clear"] {
                    let silent = try both(rig, clocks, [function], voltage: -1).ours
                    #expect(silent.status == 1 && silent.lines.first?.contains("RTC_VL_") ?? false)
                }
            }
        }
    }
}
