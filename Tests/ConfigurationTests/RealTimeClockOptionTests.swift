import Configuration
import Recording
import Testing

@Suite("Which RTCs are meant")
struct RealTimeClockOptionTests {
    private static let both = ["/dev/rtc0", "/dev/rtc1"]

    private func devices(_ device: String?, _ watched: RealTimeClockOptions.WatchedClocks, _ present: [String])
        -> [String]
    {
        var options = RealTimeClockOptions()
        options.device = device
        options.watched = watched
        return options.devices(present: present)
    }

    @Test(
        "Without rtcdevice all are, rtc0 first; with one name that one only, as chronyd has it; the first name is the main one"
    )
    func devices() {
        #expect(devices(nil, .all, Self.both) == Self.both)
        #expect(devices("/dev/rtc1", .named([]), Self.both) == ["/dev/rtc1"])
        #expect(devices("/dev/rtc1", .all, Self.both) == ["/dev/rtc1", "/dev/rtc0"])
        #expect(devices("/dev/rtc2", .named(["/dev/rtc0"]), Self.both) == ["/dev/rtc2", "/dev/rtc0"])
        // Debian's link is rtc0 again.
        #expect(devices("/dev/rtc", .all, Self.both) == ["/dev/rtc", "/dev/rtc1"])
    }

    @Test(
        "Where there is no rtc0, the first one that is there is the main one; where there is none, rtc0 is looked for")
    func missing() {
        #expect(devices(nil, .all, ["/dev/rtc1", "/dev/rtc2"]) == ["/dev/rtc1", "/dev/rtc2"])
        #expect(devices(nil, .all, []) == ["/dev/rtc0"])
    }

    @Test("Files of others lie beside the main one's, and no other file is taken for one")
    func files() {
        #expect(RealTimeClockFiles.path(beside: "/v/rtc", of: "rtc1") == "/v/rtc.rtc1")
        #expect(RealTimeClockFiles.clock(ofFile: "rtc.rtc1", beside: "rtc") == "rtc1")
        for name in ["rtc", "rtc.", "rtc.rtc", "rtc.rtc1.new", "rtc.old", "rtc.rtcx", "xrtc.rtc1", "rtc.rtc\u{661}"] {
            #expect(RealTimeClockFiles.clock(ofFile: name, beside: "rtc") == nil, "\(name)")
        }
        #expect(
            RealTimeClockFiles.clock(of: "/dev/rtc") == "rtc0" && RealTimeClockFiles.clock(of: "/dev/rtc12") == "rtc12")
    }
}
