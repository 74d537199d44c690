import Addresses
import Configuration
import Testing
import Timekeeping

/// The settings of a file with this text, where only it exists.
func settings(_ text: String, _ others: [String: String] = [:]) throws -> DaemonSettings {
    var files = others
    files["/etc/test.conf"] = text
    return try Configuration.parse(file: "/etc/test.conf", FileReader(files: files))
}

@Test("A short configuration is understood")
func short() throws {
    let settings = try settings("pool a.test iburst maxsources 2\nserver 192.0.2.1 minpoll 3\nallow 10/8\nmakestep 0.1 3\n")
    #expect(settings.timekeeper.sources.map(\.name) == ["a.test", "192.0.2.1"])
    #expect(settings.timekeeper.makeStep == MakeStep(threshold: .milliseconds(100), limit: 3))
    #expect(settings.access.allows(IPAddress.v4(0x0a01_0203)))
}
