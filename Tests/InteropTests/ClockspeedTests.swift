import Foundation
import Testing

extension Interop {
    /// The names of clockspeed, by the octets and words that its users' scripts know. No test sets the clock.
    @Suite("The programs of clockspeed")
    struct ClockspeedPrograms {
        /// The seconds in a difference of 16 octets.
        private static func seconds(_ octets: Data) throws -> Double {
            try #require(octets.count == 16)
            func number(_ range: Range<Int>) -> UInt64 { octets[range].reduce(0) { $0 << 8 | UInt64($1) } }
            return Double(Int64(bitPattern: number(0..<8))) + Double(number(8..<12)) / 1e9
        }

        /// Runs one of the names, its output in a file of its own.
        private static func run(
            _ rig: Rig, _ name: String, _ arguments: String, within limit: Duration = .seconds(20)
        ) throws -> (status: Int32, output: Data, complaint: String) {
            let out = rig.folder.appending(path: "out")
            let err = rig.folder.appending(path: "err")
            let link = rig.folder.appending(path: name).path
            if !FileManager.default.fileExists(atPath: link) {
                try FileManager.default.createSymbolicLink(
                    atPath: link, withDestinationPath: NeededProgram.timeball.path)
            }
            let line = "\(link) \(arguments) >\(out.path) 2>\(err.path)"
            let status = try rig.run("sh", "/bin/sh", ["-c", line], within: limit).status
            return (status, try Data(contentsOf: out), try String(contentsOf: err, encoding: .utf8))
        }

        private static func server(_ rig: Rig, _ arguments: String...) throws -> UInt16 {
            let port = try rig.freePort()
            let server = try rig.start(
                "server", NeededProgram.python3.path,
                [Places.script("taiclock-server.py"), "--port", "\(port)"] + arguments)
            try wait(for: "the server", within: .seconds(20)) { server.output.hasPrefix("ready") }
            return port
        }

        @Test(
            "taiclock finds what the recorded one found, with its sign, on a clock of either kind",
            arguments: [0.0, 1.5, -1.5, 172_799.5])
        func taiclock(offset: Double) throws {
            try Asked.need(.timeball, .python3)
            try Rig.with { rig throws in
                // As recorded: labels 10 s ahead of POSIX seconds, on a clock that counts so, too.
                let old = try Self.server(rig, "--offset", "\(offset)")
                let right = try Self.run(rig, "taiclock", "--right -p \(old) 127.0.0.1")
                #expect(right.status == 0 && right.complaint.isEmpty, "\(right.complaint)")
                #expect(abs(try Self.seconds(right.output) - offset) < 0.05)
                // True labels, on a clock that shows UTC; by IPv6 and by a name.
                let atomic = try Self.server(rig, "--offset", "\(offset)", "--tai", "37")
                for host in ["::1", "localhost"] {
                    let posix = try Self.run(rig, "taiclock", "-p \(atomic) \(host)")
                    #expect(posix.status == 0, "\(posix.complaint)")
                    #expect(abs(try Self.seconds(posix.output) - offset) < 0.05)
                }
            }
        }

        @Test(
            "Replies with another cookie, short replies, a server two days off: the recorded words and exit status",
            arguments: [
                (["--mode", "badcookie"], "bad response format"), (["--mode", "short"], "bad response format"),
                (["--offset", "172801"], ""),
            ])
        func refused(arguments: [String], reason: String) throws {
            try Asked.need(.timeball, .python3)
            try Rig.with { rig throws in
                let port = try rig.freePort()
                let server = try rig.start(
                    "server", NeededProgram.python3.path,
                    [Places.script("taiclock-server.py"), "--port", "\(port)"] + arguments)
                try wait(for: "the server", within: .seconds(20)) { server.output.hasPrefix("ready") }
                let result = try Self.run(rig, "taiclock", "--right -p \(port) 127.0.0.1", within: .seconds(40))
                #expect(result.status == 111 && result.output.isEmpty)
                let warning = "taiclock: warning: unable to read clock: \(reason)\n"
                let fatal = "taiclock: fatal: time uncertainty too large\n"
                #expect(
                    result.complaint == (reason.isEmpty ? "" : String(repeating: warning, count: 10)) + fatal,
                    "\(result.complaint)")
            }
        }

        @Test("Wrong arguments are 100, nobody's port is 111, in the old words")
        func failures() throws {
            try Asked.need(.timeball)
            try Rig.with { rig throws in
                for name in ["sntpclock", "taiclock"] {
                    let usage = try Self.run(rig, name, "")
                    #expect(usage.status == 100 && usage.complaint.hasPrefix("\(name): usage: \(name) "))
                    let nobody = try Self.run(rig, name, "-p \(try rig.freePort()) 127.0.0.1", within: .seconds(40))
                    #expect(nobody.status == 111)
                    #expect(nobody.complaint.hasSuffix("\(name): fatal: time uncertainty too large\n"))
                    #expect(nobody.complaint.hasPrefix("\(name): warning: unable to read clock: Connection refused\n"))
                }
                let short = try Self.run(rig, "clockview", "</dev/null")
                #expect(short.status == 111 && short.complaint == "clockview: fatal: data split across packets\n")
                let nothing = try Self.run(rig, "clockadd", "</dev/null")
                #expect(
                    nothing.status == 111 && nothing.complaint.hasSuffix("clockadd: fatal: data split across packets\n")
                )
                let homeless = try Self.run(rig, "clockspeed", "--dry-run --home \(rig.folder.path)/nowhere")
                #expect(homeless.status == 1)
            }
        }

        @Test("taiclockd answers taiclock, and the recorded query, by both families")
        func taiclockd() throws {
            try Asked.need(.timeball, .python3)
            try Rig.with { rig throws in
                let port = try rig.freePort()
                try rig.start(
                    "taiclockd", NeededProgram.timeball.path, ["clockspeed", "taiclockd", "-p", "\(port)"])
                try wait(for: "taiclockd", within: .seconds(20)) {
                    try String(contentsOfFile: "/proc/net/udp6", encoding: .utf8)
                        .contains(":" + String(port, radix: 16, uppercase: true))
                }
                for host in ["127.0.0.1", "::1"] {
                    let result = try Self.run(rig, "taiclock", "-p \(port) \(host)")
                    #expect(result.status == 0)
                    #expect(abs(try Self.seconds(result.output)) < 0.05)
                }
                let query = "63746169000000000000000000000000400000006b010778106761040000f936"
                let script = """
                    import socket, time, struct
                    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(10)
                    s.connect(("127.0.0.1", \(port))); s.send(bytes.fromhex("\(query)")); r = s.recv(999)
                    seconds = struct.unpack(">Q", r[4:12])[0] - 2**62
                    print(r[:4].decode(), len(r), r[20:].hex(), abs(seconds - time.time() - 37) < 2)
                    """
                let answer = try rig.run(.python3, ["-c", script])
                #expect(answer.output == "stai 32 \(query.suffix(24)) True\n", "\(answer.output)")
            }
        }

        @Test("sntpclock follows a good server, and refuses one that is not synchronised")
        func sntpclock() throws {
            try Asked.need(.timeball, .python3)
            try Rig.with { rig throws in
                let good = try rig.lyingServer(offset: 0.25, "--garbage", "5")
                let result = try Self.run(rig, "sntpclock", "-p \(good.port) \(good.address)")
                #expect(result.status == 0, "\(result.complaint)")
                #expect(abs(try Self.seconds(result.output) - 0.25) < 0.05)
                let right = try Self.run(rig, "sntpclock", "--right -p \(good.port) \(good.address)")
                #expect(abs(try Self.seconds(right.output) - 27.25) < 0.05)
                let lost = try rig.lyingServer(offset: 0, "--stratum", "16")
                let refused = try Self.run(rig, "sntpclock", "-p \(lost.port) \(lost.address)", within: .seconds(40))
                #expect(refused.status == 111 && refused.output.isEmpty)
                #expect(
                    refused.complaint.hasPrefix(
                        "sntpclock: warning: unable to read clock: server is not synchronised\n"))
            }
        }

        @Test("The services of the clockspeed article run as they are written, and learn a rate")
        func services() throws {
            try Asked.need(.timeball, .python3)
            try Rig.with { rig throws in
                let server = try rig.lyingServer(offset: 0.002)
                let folder = rig.folder.path
                let binaries = "\(folder)/clockspeed/bin"
                try FileManager.default.createDirectory(atPath: binaries, withIntermediateDirectories: true)
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/clockspeed/etc", withIntermediateDirectories: true)
                for name in ["taiclock", "clockview"] {
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(binaries)/\(name)", withDestinationPath: NeededProgram.timeball.path)
                }
                func script(_ path: String, _ lines: String) throws {
                    try Data(lines.utf8).write(to: URL(filePath: path))
                    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
                }
                // The only differences: a port that a test may use, and no clock that is touched.
                let timeball = NeededProgram.timeball.path
                try script(
                    "\(binaries)/sntpclock",
                    "#!/bin/sh\nexec \(timeball) clockspeed sntpclock -p \(server.port) \"$@\"\n")
                try script("\(binaries)/clockadd", "#!/bin/sh\nexec \(timeball) clockspeed clockadd --dry-run \"$@\"\n")
                try script(
                    "\(binaries)/clockspeed",
                    "#!/bin/sh\nexec \(timeball) clockspeed run --dry-run --home \(folder)/clockspeed \"$@\"\n")
                let configuration = try rig.write(
                    "clockspeed.conf",
                    """
                    MASTER=`uname -n`
                    MASTER_IP='192.0.2.1'
                    SNTP_IP='\(server.address)'
                    CLOCK_DIR='\(folder)/clockspeed'
                    """ + "\n")
                try script(
                    "\(binaries)/someclock",
                    """
                    #! /bin/sh

                    . \(configuration)
                    PATH="$CLOCK_DIR/bin":/usr/bin:/bin
                    export PATH

                    case `uname -n` in
                    $MASTER)
                            sntpclock $SNTP_IP
                            ;;
                    *)
                            taiclock $MASTER_IP
                            ;;
                    esac
                    """ + "\n")
                try script(
                    "\(folder)/service_clockspeed",
                    """
                    #!/bin/sh
                    . \(configuration)
                    $CLOCK_DIR/bin/someclock | $CLOCK_DIR/bin/clockadd
                    exec $CLOCK_DIR/bin/clockspeed
                    """ + "\n")
                let daemon = try rig.start("clockspeed", "\(folder)/service_clockspeed", [])
                try wait(for: "the FIFO", within: .seconds(30)) {
                    var status = stat()
                    return unsafe stat("\(folder)/clockspeed/adjust", &status) == 0
                        && status.st_mode & S_IFMT == S_IFIFO && status.st_mode & 0o777 == 0o600
                }
                #expect(daemon.output.contains("would put the clock "), "\(daemon.output)")
                // The measuring service, as it is written, but for the ten minutes.
                try script(
                    "\(folder)/clockadjust",
                    """
                    #!/bin/sh
                    exec 2>&1

                    . \(configuration)
                    PATH="$CLOCK_DIR/bin":/usr/bin:/bin export PATH

                    maximum_wait=4
                    sleep=1

                    while true
                    do
                       . \(configuration)
                       # wait a while
                       echo Sleeping $sleep seconds ...
                       sleep $sleep
                       # get new measurement
                       someclock | tee $CLOCK_DIR/adjust | clockview
                       clockview < $CLOCK_DIR/etc/atto
                       echo '----------------------'
                       # double the time
                       sleep=`expr $sleep + $sleep`
                       # cut the value
                       if [ $sleep -gt $maximum_wait ]
                         then
                         sleep=$maximum_wait
                       fi
                    done
                    """ + "\n")
                let measuring = try rig.start("clockadjust", "\(folder)/clockadjust", [])
                try wait(for: "three measurements", within: .seconds(60)) {
                    measuring.output.components(separatedBy: "-----\n").count > 3
                }
                #expect(measuring.output.contains("Sleeping 2 seconds ..."))
                let lines = measuring.output.split(separator: "\n")
                #expect(lines.filter { $0.hasPrefix("before: ") }.count >= 4)
                #expect(lines.filter { $0.hasPrefix("after:  ") }.count >= 4)
                let atto = try Data(contentsOf: rig.folder.appending(path: "clockspeed/etc/atto"))
                #expect(atto.count == 16 && atto.prefix(8).allSatisfy { $0 == 0 })
                let marks = try String(
                    contentsOf: rig.folder.appending(path: "clockspeed/etc/marks"), encoding: .utf8)
                #expect(marks.split(separator: "\n").count >= 3, "\(marks)")
                #expect(daemon.isRunning)
                daemon.send(SIGTERM)
                #expect(try daemon.exitStatus(within: .seconds(10)) == 0)
            }
        }

        @Test("A plain file in the FIFO's place is told of once, and the daemon goes on when it is gone")
        func plainFile() throws {
            try Asked.need(.timeball)
            try Rig.with { rig throws in
                let file = try rig.write("adjust", "0123456789abcdef")
                let daemon = try rig.start(
                    "clockspeed", NeededProgram.timeball.path,
                    ["clockspeed", "run", "--dry-run", "--home", rig.folder.path])
                try wait(for: "the complaint", within: .seconds(20)) {
                    daemon.output.contains("adjust is no FIFO: something wrote there before this daemon ran")
                }
                try FileManager.default.removeItem(atPath: file)
                try wait(for: "the FIFO", within: .seconds(40)) { FileManager.default.fileExists(atPath: file) }
                #expect(daemon.isRunning)
                #expect(daemon.output.components(separatedBy: "is no FIFO").count == 2)
                // 20 octets: 16 are taken and 4 dropped, as ever.
                let script = "printf '\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' > \(file)"
                try rig.run("sh", "/bin/sh", ["-c", script])
                try wait(for: "the dropped octets", within: .seconds(20)) {
                    daemon.output.contains("4 octets came that are no measurement")
                }
                let marks = try String(contentsOf: rig.folder.appending(path: "etc/marks"), encoding: .utf8)
                #expect(marks.split(separator: "\n").count == 2)
            }
        }

        @Test("The measuring service is built in: it measures by itself, and keeps the interval")
        func builtIn() throws {
            try Asked.need(.timeball, .python3)
            try Rig.with { rig throws in
                let server = try rig.lyingServer(offset: 0.002)
                let daemon = try rig.start(
                    "clockspeed", NeededProgram.timeball.path,
                    [
                        "clockspeed", "run", "--dry-run", "--home", rig.folder.path, "--measure",
                        "ntp:\(server.address)#\(server.port)",
                    ])
                try wait(for: "a measurement", within: .seconds(30)) {
                    FileManager.default.fileExists(atPath: rig.folder.appending(path: "etc/interval").path)
                }
                let marks = try String(contentsOf: rig.folder.appending(path: "etc/marks"), encoding: .utf8)
                let words = try #require(marks.split(separator: "\n").last).split(separator: " ")
                #expect(abs((Double(words[4]) ?? 9) - 0.002) < 0.05)
                let interval = try String(contentsOf: rig.folder.appending(path: "etc/interval"), encoding: .utf8)
                #expect((Int(interval.dropLast()) ?? 0) >= 600)
                #expect(daemon.isRunning)
            }
        }
    }

    /// tai64n, tai64nlocal and multilog of daemontools.
    @Suite("Labels of daemontools")
    struct Labels {
        @Test("Labels of the real tai64n and multilog are read as the real tai64nlocal reads them")
        func daemontools() throws {
            try Asked.need(.timeball, .tai64n, .tai64nlocal, .multilog)
            try Rig.with { rig throws in
                let folder = rig.folder.path
                let program = NeededProgram.timeball.path
                let script = """
                    export TZ=Europe/Vienna
                    cd \(folder) && ln -s \(program) tai64nlocal
                    printf 'one\\ntwo words\\n\\n@notalabel\\nlast' | \(NeededProgram.tai64n.path) >labelled
                    printf 'first\\nsecond\\n' | \(NeededProgram.multilog.path) t ./log
                    cat log/current >>labelled
                    printf 'not labelled @4000000037c219bf2ef02e94\\n@4000000037c219bf2ef02e94 old\\n@4000000037c219bf2ef02e94\\n' >>labelled
                    \(NeededProgram.tai64nlocal.path) <labelled >theirs
                    ./tai64nlocal <labelled >ours
                    \(program) tai decode --posix <labelled >decoded
                    cmp theirs ours && cmp theirs decoded && wc -l <theirs
                    """
                let result = try rig.run("sh", "/bin/sh", ["-c", script])
                #expect(result.status == 0, "\(result.output)")
                let lines = Int(result.output.filter { $0.isNumber }) ?? 0
                #expect(lines >= 8, "\(result.output)")
            }
        }
    }
}
