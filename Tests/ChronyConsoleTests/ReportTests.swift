import Addresses
import ChronyConsole
import Control
import Testing
import TimeBase

@Suite("The console prints what chronyc prints")
struct Reports {
    @Test("tracking is as it was on a headset on 13 April 2021")
    func tracking() {
        var options = ConsoleOptions()
        options.names = .addresses
        var console = console(options)
        let (outcome, printed, _) = console.say("tracking")
        #expect(outcome == .done)
        #expect(
            printed == [
                "Reference ID    : 55C7D662 (85.199.214.98)",
                "Stratum         : 2",
                "Ref time (UTC)  : Tue Apr 13 14:06:57 2021",
                "System time     : 0.000061683 seconds slow of NTP time",
                "Last offset     : -0.000186714 seconds",
                "RMS offset      : 0.006821306 seconds",
                "Frequency       : 5.973 ppm fast",
                "Residual freq   : -0.110 ppm",
                "Skew            : 4.849 ppm",
                "Root delay      : 0.014099105 seconds",
                "Root dispersion : 0.011558208 seconds",
                "Update interval : 130.2 seconds",
                "Leap status     : Normal",
            ])
        console.options.isMachineReadable = true
        #expect(
            console.say("tracking").printed == [
                "55C7D662,85.199.214.98,2,1618322817.000000000,0.000061683,-0.000186714,0.006821306,5.973,-0.110,4.849,"
                    + "0.014099105,0.011558208,130.2,Normal"
            ])
    }

    @Test("sources leaves out who has no address, and cuts names to their column unless they were asked for")
    func sources() {
        var console = console()
        let heading = [
            "MS Name/IP address         Stratum Poll Reach LastRx Last sample               ",
            String(repeating: "=", count: 79),
        ]
        let tail = "   2   6   377    23   -923us[ -924us] +/-   43ms"
        #expect(
            console.say("sources").printed == heading + [
                "^* 203.0.113.1                " + tail, "^+ 2001:db8:1111:2222:3333:>  " + tail,
                "#+ GPS                        " + tail,
            ])
        console.options.names = .original
        #expect(
            console.say("sources -a").printed == heading + [
                "^* foo.example.net            " + tail, "^+ a-very-long-name-of-a-server.example.org" + tail,
                "#+ GPS                        " + tail, "^+ a-very-long-name-of-a-server.example.org" + tail,
            ])
        console.options.names = .addresses
        let verbose = console.say("sources -a -v").printed
        #expect(verbose.count == 15 && verbose[0] == "" && verbose[1].hasPrefix("  .-- Source mode  '^' = server"))
        #expect(verbose.last?.hasPrefix("^+ ID#0000000007  ") == true)
    }

    @Test("An end of each reply is marked where a program asked for that")
    func marks() {
        var options = ConsoleOptions()
        options.marksEnd = true
        var console = console(options)
        #expect(console.say("online").printed == ["200 OK", "."])
    }

    @Test("waitsync looks until the clock follows closely, or so often as it was told")
    func waiting() {
        var options = ConsoleOptions()
        options.names = .addresses
        var console = console(options)
        #expect(
            console.say("waitsync 3").printed == ["try: 1, refid: 55C7D662, correction: 0.000061683, skew: 4.849"])
        let (outcome, printed, _) = console.say("waitsync 3 0.00001")
        #expect(outcome == .failed && printed.count == 3 && printed[2].hasPrefix("try: 3, "))
        #expect(console.say("waitsync 3 0.001 4").outcome == .failed)
        #expect(console.say("waitsync 3 0.001 5").outcome == .done)
    }

    @Test("Every status has its line, and only three of them are success", arguments: ControlStatus.allCases)
    func statuses(status: ControlStatus) {
        var console = console(status: status)
        let (outcome, printed, _) = console.say("reselect")
        #expect(printed == [status.consoleLine] && status.consoleLine.contains(/^[25][0-9][0-9] [A-Z]/))
        #expect((outcome == .done) == (printed[0].hasPrefix("2")))
    }

    @Test("Nobody answers: that is said, and is no success")
    func silence() {
        var console = Console(FakeWorld { _ in nil }, options: ConsoleOptions())
        for line in ["tracking", "sources", "online", "local", "settime 16:30", "ntpdata"] {
            let (outcome, printed, _) = console.say(line)
            #expect(outcome == .failed && printed == ["506 Cannot talk to daemon"], "\(line)")
        }
    }

    @Test("A reply of another kind than the question is no reply")
    func confusion() {
        var console = Console(FakeWorld { _ in .sourceCount(1) }, options: ConsoleOptions())
        let (outcome, printed, _) = console.say("tracking")
        #expect(outcome == .failed && printed == ["508 Bad reply from daemon"])
    }

    @Test("A daemon of chrony 4.3 is told of local in its own words, and not of options that it does not know")
    func oldLocal() {
        let world = FakeWorld { request in
            if case .localOld = request { .status(.success) } else { .status(.invalid) }
        }
        var console = Console(world, options: ConsoleOptions())
        #expect(console.say("local stratum 5 orphan").printed == ["200 OK"])
        #expect(
            console.world.asked == [
                .local(LocalReference(stratum: 5, orphan: true)), .localOld(LocalReference(stratum: 5, orphan: true)),
            ])
        let (outcome, printed, complaints) = console.say("local activate 0.5")
        #expect(outcome == .failed && printed == ["502 Invalid command"] && complaints.count == 1)
        #expect(console.say("local off").outcome == .done && console.world.asked.last == .localOld(nil))
    }
}
