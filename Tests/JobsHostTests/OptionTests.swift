import Testing

@testable import timeball_jobsd

@Suite struct OptionTests {
    @Test("A root stands before every path that was not given itself, but not before programs and zones of the machine")
    func root() throws {
        let options = try Options.parse(["-f", "--root", "/tmp/x/", "--state", "/tmp/y"])
        #expect(options.systemTable == "/tmp/x/etc/crontab")
        #expect(options.stateDirectory == "/tmp/y")
        #expect(options.sendmail == "/tmp/x/usr/sbin/sendmail")
        #expect(options.zoneDirectory == "/usr/share/zoneinfo")
    }

    @Test(
        "What is not understood is refused", arguments: [["--what"], ["--dialect", "extended"], ["--root"], ["-f=1"]])
    func refusal(arguments: [String]) {
        #expect(throws: (any Error).self) { try Options.parse(arguments) }
    }
}
