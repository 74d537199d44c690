import Foundation
import Testing

extension Interop {
    @Suite("timeballd is small and sleeps")
    struct Footprint {
        @Test("Following four sources it has one thread, at most 8 MB resident, and does not wake without a deadline")
        func idle() throws {
            try Asked.need(.releasedTimeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let honest = try rig.honestServers()
                let fourth = try rig.chronyd("fourth", address: "127.0.0.5", "local stratum 1", "allow all")
                // After the initial burst nothing is due for 1024 s.
                let ours = try rig.timeballd(
                    program: .releasedTimeballd,
                    (honest + [fourth]).map { "\($0.line) iburst minpoll 10 maxpoll 10" }.joined(separator: "\n"))
                try rig.waitUntilFollowing(ours, sources: 4)
                pause(.seconds(20))  // the burst and what follows from it are over

                let before = try ProcessStatus(of: ours.program.pid)
                pause(.seconds(Asked.isLong ? 300 : 30))
                let after = try ProcessStatus(of: ours.program.pid)
                #expect(after.threads == 1)
                #expect(after.residentKilobytes <= 8192, "\(after.residentKilobytes) kB resident")
                #expect(
                    after.voluntarySwitches - before.voluntarySwitches <= 3,
                    "\(after.voluntarySwitches - before.voluntarySwitches) wake-ups while nothing was due")
                #expect(after.involuntarySwitches - before.involuntarySwitches <= 3)
                // It does wake when somebody asks: the count is alive.
                _ = try rig.chronyc(ours, "tracking")
                #expect(try ProcessStatus(of: ours.program.pid).voluntarySwitches > after.voluntarySwitches)
            }
        }
    }
}

/// What the kernel says about a process (proc(5), status).
struct ProcessStatus {
    var threads: Int
    var residentKilobytes: Int
    var voluntarySwitches: Int
    var involuntarySwitches: Int

    init(of pid: Int32) throws {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        func number(_ key: String) throws -> Int {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(key):") }, "\(key)")
            let word = line.dropFirst(key.count + 1).split(whereSeparator: \.isWhitespace).first
            return try #require(word.flatMap { Int($0) })
        }
        threads = try number("Threads")
        residentKilobytes = try number("VmRSS")
        voluntarySwitches = try number("voluntary_ctxt_switches")
        involuntarySwitches = try number("nonvoluntary_ctxt_switches")
    }
}
