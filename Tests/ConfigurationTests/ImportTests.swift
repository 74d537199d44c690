import Configuration
import Testing

/// What becomes of a file of this text.
private func importing(
    _ text: String, as format: ConfigurationImport.Format, _ others: [String: String] = [:]
) throws -> ConfigurationImport {
    var files = others
    files["/etc/test.conf"] = text
    return try Configuration.importing(file: "/etc/test.conf", as: format, FileReader(files: files))
}

extension ConfigurationImport {
    fileprivate func line(_ number: Int) -> ImportedLine? { lines.first { $0.line == number } }
    fileprivate var directives: [String] {
        configuration.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }
}

@Suite("Somebody's configuration is taken over line by line")
struct Import {
    @Test("Of chrony.conf each line is used, so anyway, without effect, or not supported, and says which")
    func chrony() throws {
        let report = try importing(
            """
            # ours
            server time.example iburst
            maxdistance 3
            makestep 1 3
            linux_hz 100
            bogus 1
            maxpoll
            ptpdomain 123
            """, as: .chrony)
        #expect(
            report.lines.map(\.verdict) == [
                .used, .sameByDefault, .used, .noEffect, .notSupported, .notSupported, .noEffect,
            ])
        #expect(report.lines.map(\.line) == [2, 3, 4, 5, 6, 7, 8])
        #expect(report.lines.map(\.matters) == [false, false, false, false, true, true, false])
        #expect(report.losesSomething)
        #expect(report.line(6)?.reason.contains("not a directive") == true && report.line(6)?.next != "")
        #expect(report.directives == ["server time.example iburst", "maxdistance 3", "makestep 1 3"])
        #expect(report.configuration.contains("# ours\n") && report.configuration.contains("# not here ("))
        // What was written is accepted without a remark.
        #expect(diagnostics(report.configuration).isEmpty)
    }

    @Test("Files that are included are written out, and source directories stay")
    func included() throws {
        let report = try importing(
            "confdir /etc/conf.d\nsourcedir /run/dhcp\nrtcsync\n", as: .chrony,
            [
                "/etc/conf.d/a.conf": "allow 10/8\n", "/etc/conf.d/b.conf": "# nothing\nport 123\n",
                "/run/dhcp/eth0.sources": "server 192.0.2.1 iburst\nport 1\n",
            ])
        #expect(report.directives == ["allow 10/8", "port 123", "sourcedir /run/dhcp", "rtcsync"])
        #expect(report.lines.map(\.file).filter { $0.hasPrefix("/run/") }.count == 2)
        // A port is none of the things that may stand in a file of sources.
        #expect(
            report.lines.last?.verdict == .notSupported || report.lines.contains { $0.text == "port 1" && $0.matters })
    }

    @Test("NTS directives of default files lose nothing while no source asks for NTS")
    func moot() throws {
        let quiet = try importing("server a iburst\nntsdumpdir /var/lib/chrony\n", as: .chrony)
        #expect(!quiet.losesSomething && quiet.lines[1].verdict == .noEffect && !quiet.lines[1].matters)
        #expect(diagnostics("server a iburst\nntsdumpdir /var/lib/chrony\n").isEmpty)
        let nts = try importing("server a iburst nts\nntsdumpdir /var/lib/chrony\n", as: .chrony)
        #expect(nts.losesSomething && nts.lines.allSatisfy(\.matters))
    }

    @Test("Debian's ntp.conf keeps its pools, serves whom it served, and says what is other here")
    func ntp() throws {
        let report = try importing(
            """
            driftfile /var/lib/ntpsec/ntp.drift
            leapfile /usr/share/zoneinfo/leap-seconds.list
            tos maxclock 11
            tos minclock 4 minsane 3
            pool 0.debian.pool.ntp.org iburst
            server -4 time.example minpoll 4 maxpoll 6 key 3 true mode 7
            restrict default kod nomodify nopeer noquery limited
            restrict 127.0.0.1
            restrict 192.168.1.0 mask 255.255.255.0 noserve
            restrict source notrap
            keys "/etc/ntp.keys"
            trustedkey 3
            statistics loopstats peerstats
            statsdir /var/log/ntpsec/
            tinker panic 0
            server 127.127.28.0 prefer
            fudge 127.127.28.0 refid GPS time1 0.120
            broadcastclient
            disable monitor
            gibberish
            """, as: .ntp)
        func directives(_ line: Int) -> [String]? { report.line(line)?.written.filter { !$0.hasPrefix("#") } }
        #expect(directives(4) == ["minsources 4", "minsources 3"])
        #expect(directives(5) == ["pool 0.debian.pool.ntp.org iburst"])
        #expect(directives(6) == ["server time.example ipv4 minpoll 4 maxpoll 6 key 3 trust"])
        #expect(report.line(6)?.reason == "without mode, which says nothing here")
        #expect(directives(7) == ["allow 0/0", "allow ::/0", "ratelimit interval 3 burst 8 kod 2"])
        #expect(report.line(8)?.verdict == .sameByDefault && report.line(10)?.verdict == .sameByDefault)
        #expect(directives(9) == ["deny 192.168.1.0/24"])
        #expect(directives(11) == ["keyfile /etc/ntp.keys"])
        #expect(report.line(13)?.written.first?.hasSuffix("log tracking measurements statistics") == true)
        #expect(report.line(16)?.written.first?.hasSuffix("refclock SHM 0 prefer refid GPS offset 0.120") == true)
        #expect(report.line(18)?.verdict == .notSupported && report.line(18)?.matters == true)
        #expect(report.line(19)?.verdict == .noEffect && report.line(19)?.matters == false)
        #expect(report.line(20)?.verdict == .notSupported && report.losesSomething)
        #expect(report.lines.last?.written == ["makestep 0.128 -1", "rtcsync"])
        #expect(errors(report.configuration).isEmpty)
    }

    @Test("timesyncd.conf becomes servers with its poll intervals")
    func timesyncd() throws {
        let report = try importing(
            """
            # comment
            [Time]
            NTP=
            NTP=192.0.2.1 time.example
            FallbackNTP=0.debian.pool.ntp.org
            RootDistanceMaxSec=5s
            PollIntervalMinSec=32
            PollIntervalMaxSec=34min 8s
            Nonsense=1
            """, as: .timesyncd)
        #expect(
            report.directives.filter { $0.hasPrefix("server") } == [
                "server 192.0.2.1 iburst minpoll 5 maxpoll 11", "server time.example iburst minpoll 5 maxpoll 11",
            ])
        #expect(report.directives.contains("maxdistance 5") && report.directives.contains("makestep 0.4 -1"))
        #expect(report.line(5)?.verdict == .noEffect && report.line(5)?.matters == false)
        #expect(report.line(9)?.verdict == .notSupported && report.losesSomething)
        #expect(errors(report.configuration).isEmpty)
        let fallback = try importing("[Time]\nFallbackNTP=a b\n", as: .timesyncd)
        #expect(fallback.directives.filter { $0.hasPrefix("server") } == ["server a iburst", "server b iburst"])
        #expect(!fallback.losesSomething)
    }

    @Test(
        "A file's name tells whose it is",
        arguments: [
            ("/etc/systemd/timesyncd.conf", ConfigurationImport.Format.timesyncd), ("/etc/ntp.conf", .ntp),
            ("/etc/ntpsec/ntp.conf", .ntp), ("/etc/chrony/chrony.conf", .chrony), ("x", .chrony),
        ])
    func formats(name: String, format: ConfigurationImport.Format) {
        #expect(ConfigurationImport.Format(fileName: name) == format)
    }

    @Test("No text of any kind traps, and each line is judged once")
    func hostile() throws {
        var generator = SystemRandomNumberGenerator()
        let words = [
            "server", "restrict", "mask", "tos", "fudge", "127.127.28.0", "[Time]", "NTP=", "=", "0", "-1", "\u{0}",
            "allow",
        ]
        for _ in 0..<500 {
            let text = (0..<20).map { _ in
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in words.randomElement(using: &generator) ?? "" }
                    .joined(separator: " ")
            }.joined(separator: "\n")
            for format in ConfigurationImport.Format.allCases {
                let report = try importing(text, as: format)
                let places = report.lines.filter { $0.line > 0 }.map(\.line)
                #expect(Set(places).count == places.count)
            }
        }
    }
}
