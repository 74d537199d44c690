import Configuration
import Testing

@Suite("Mistakes are reported with their place")
struct Mistakes {
    @Test(
        "A mistake is an error at the word that is wrong, with a sentence that says why",
        arguments: [
            ("port 0\nsever 127.0.0.1", 2, 1, "sever", "'sever' is not a directive; did you mean 'server'?"),
            ("server 127.0.0.1 minpol 3", 1, 18, "minpol", "did you mean 'minpoll'?"),
            ("\n# comment\n  makestep 1.0 many", 3, 16, "many", "'many' is not a whole number"),
            ("server 127.0.0.1 iburst\nallow 10.0.0.0/99", 2, 7, "10.0.0.0/99", "0 to 32"),
            ("ntpserver x", 1, 1, "ntpserver", "is not a directive"),
            ("qqqqqqqqqqqq", 1, 1, "qqqqqqqqqqqq", "'qqqqqqqqqqqq' is not a directive"),
            ("server", 1, 1, "server", "needs a host name or address"),
            ("makestep 1", 1, 10, "1", "'1' needs a number of updates after it"),
            ("makestep one 3", 1, 10, "one", "'one' is not a number of seconds"),
            ("makestep -1 3", 1, 10, "-1", "out of range"),
            ("makestep 1 3 5", 1, 14, "5", "one argument too many for makestep"),
            ("rtcsync yes", 1, 9, "yes", "one argument too many"),
            ("port 65536", 1, 6, "65536", "from 0 to 65535"),
            ("port 99999999999999999999", 1, 6, "99999999999999999999", "not a whole number"),
            ("port -1", 1, 6, "-1", "from 0 to 65535"),
            ("maxslewrate nan", 1, 13, "nan", "'nan' is not a number"),
            ("maxslewrate inf", 1, 13, "inf", "not a number"),
            ("maxslewrate 0x10", 1, 13, "0x10", "not a number"),
            ("maxslewrate 0", 1, 13, "0", "out of range"),
            ("maxdistance 1e99", 1, 13, "1e99", "not a number of seconds"),
            ("maxupdateskew", 1, 1, "maxupdateskew", "needs a frequency in ppm"),
            ("server a minpoll 25", 1, 18, "25", "from -7 to 24"),
            ("server a minpoll", 1, 10, "minpoll", "needs a poll interval"),
            ("server a key x", 1, 14, "x", "not a whole number"),
            ("server a extfield 1234", 1, 19, "1234", "not an extension field"),
            ("server a version 5", 1, 18, "5", "from 1 to 4"),
            ("allow ntp.example.net", 1, 7, "ntp.example.net", "host names can't be used here"),
            ("allow all 10.0.0.0/8 x", 1, 22, "x", "too many"),
            ("deny 1.2.3.4.5", 1, 6, "1.2.3.4.5", "is not a subnet"),
            ("deny 1.2.3.256", 1, 6, "1.2.3.256", "is not a subnet"),
            ("cmdallow 1.2.3.4/", 1, 10, "1.2.3.4/", "is not a subnet"),
            ("cmdallow 1.2.3.4/8/9", 1, 10, "1.2.3.4/8/9", "is not a subnet"),
            ("cmdallow :::", 1, 10, ":::", "is not a subnet"),
            ("bindaddress eth0", 1, 13, "eth0", "not an IP address"),
            ("bindcmdaddress here", 1, 16, "here", "neither an IP address nor a path"),
            ("local stratum 16", 1, 15, "16", "from 1 to 15"),
            ("local stratun 5", 1, 7, "stratun", "did you mean 'stratum'?"),
            ("ratelimit interval 13", 1, 20, "13", "from -19 to 12"),
            ("ratelimit brust 3", 1, 11, "brust", "did you mean 'burst'?"),
            ("driftfile /x interval 0", 1, 23, "0", "out of range"),
            ("driftfile /x every 5", 1, 14, "every", "too many"),
            ("opencommands trackin", 1, 14, "trackin", "did you mean 'tracking'?"),
            ("sched_priority 101", 1, 16, "101", "from 0 to 100"),
            ("include /nowhere", 1, 9, "/nowhere", "there is no such file"),
        ])
    func mistake(text: String, line: Int, column: Int, word: String, sentence: String) {
        let found = errors(text)
        #expect(found.map(\.line) == [line] && found.map(\.column) == [column], "\(found)")
        #expect(found.map(\.word) == [word] && found.first?.sentence.contains(sentence) == true, "\(found)")
        #expect(found.first?.description.hasPrefix("\(mainFile):\(line):\(column): error: ") == true)
    }

    @Test("All mistakes are found, not only the first")
    func several() {
        #expect(errors("sever a\nserver b\nport x\nallow y z\n").map(\.line) == [1, 3, 4])
    }

    @Test("A line may have 2047 octets, and not one more")
    func longest() {
        let name = String(repeating: "x", count: 2047 - "server ".utf8.count)
        #expect(errors("server \(name)").isEmpty)
        let found = errors("rtcsync\nserver \(name)x")
        #expect(found.map(\.line) == [2] && found.map(\.column) == [2048])
    }

    @Test("Octets that are no text are shown as such, and can't upset a terminal")
    func control() {
        let found = errors("\u{1B}[31m a")
        #expect(found.map(\.word) == ["\u{FFFD}[31m"] && found.first?.description.contains("\u{1B}") == false)
    }

    @Test("A main file that is absent or unreadable is an error, never a silent default")
    func missing() {
        let absent = #expect(throws: ConfigurationErrors.self) {
            try Configuration.parse(file: "/none.conf", FileReader(files: [:]))
        }
        #expect(absent?.description == "/none.conf: error: there is no such file")
        let denied = FileReader(read: { _ in .failure(.unreadable("Permission denied")) }, list: { _ in nil })
        let unreadable = #expect(throws: ConfigurationErrors.self) { try Configuration.parse(file: "/x", denied) }
        #expect(unreadable?.description == "/x: error: it can't be read: Permission denied")
    }
}
