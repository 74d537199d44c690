import RealTimeClock
import Testing

@Suite("Who sets the clocks of a machine")
struct ClockSettersTests {
    @Test("A Raspberry Pi with an RTC and fake-hwclock: each is named, with what to change")
    func raspberry() throws {
        var facts = ClockSetterFacts()
        facts.realTimeClocks = [("/dev/rtc0", true)]
        facts.files["/lib/udev/hwclock-set"] = """
            #!/bin/sh
            dev=$1
            if [ -e /run/systemd/system ] ; then
                exit 0
            fi
            /sbin/hwclock --rtc=$dev --hctosys
            """
        facts.files["/sbin/fake-hwclock"] = "#!/bin/sh\n"
        facts.processes = ["systemd-timesyn"]
        facts.isSynchronised = true
        let found = ClockSetter.find(facts)
        #expect(
            found.map(\.name) == [
                "the kernel (hctosys)", "udev's hwclock-set", "fake-hwclock", "systemd-timesyncd",
                "the kernel (11-minute mode)",
            ])
        #expect(found[1].what.contains("does nothing"))
        #expect(found[2].nextStep.contains("purge fake-hwclock"))
        #expect(found[4].clock == .realTime)
    }

    @Test("Where the lines of hwclock-set are commented out, as guides for an RTC have it, it does set the clock")
    func patched() throws {
        var facts = ClockSetterFacts()
        facts.realTimeClocks = [("/dev/rtc0", false)]
        let script = "#!/bin/sh\n#if [ -e /run/systemd/system ] ; then\n# exit 0\n#fi\n/sbin/hwclock --hctosys\n"
        facts.files["/usr/lib/udev/hwclock-set"] = script
        #expect(try #require(ClockSetter.find(facts).first).what.contains("--hctosys"))
        facts.files["/etc/default/hwclock"] = "HWCLOCKACCESS=no\n"
        #expect(try #require(ClockSetter.find(facts).first).what.contains("HWCLOCKACCESS"))
    }

    @Test("Without an RTC it says what to do, and whether one is configured; two daemons are one too many")
    func none() throws {
        var facts = ClockSetterFacts()
        #expect(try #require(ClockSetter.find(facts).first).nextStep.contains("dtoverlay"))
        facts.files["/boot/firmware/config.txt"] = "dtparam=i2c_arm=on\ndtoverlay=i2c-rtc,ds3231\n"
        #expect(try #require(ClockSetter.find(facts).first).nextStep.contains("dmesg"))
        facts.processes = ["timeballd", "chronyd"]
        #expect(try #require(ClockSetter.find(facts).last).nextStep.contains("fight"))
    }
}
