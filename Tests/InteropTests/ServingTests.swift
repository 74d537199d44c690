import Foundation
import Testing

extension Interop {
    /// timeballd as a server for other people's clients.
    @Suite("Other clients accept time from timeballd")
    struct Serving {
        @Test("chronyd -Q measures our server, finds the clock right, and exits 0")
        func chronyd() throws {
            try Asked.need(.timeballd, .chronyd)
            try Rig.with { rig in
                let ours = try rig.timeballd("local stratum 2", "allow all")
                let user = getuid() == 0 ? ["-u", "root"] : ["-U", "-u", NSUserName()]
                let inner = try rig.privateFolder("measuring")
                let (status, output) = try rig.run(
                    .chronyd,
                    ["-Q", "-t", "15"] + user + [
                        "\(ours.line) iburst", "cmdport 0", "bindcmdaddress \(inner)/sock", "pidfile \(inner)/pid",
                    ], within: .seconds(25))
                #expect(status == 0, "\(output)")
                let wrong = try #require(
                    output.firstMatch(of: /System clock wrong by (-?[0-9.]+) seconds/), "\(output)")
                #expect(abs(try #require(Double(wrong.1))) < 0.01)
            }
        }

        @Test("chronyd follows our server as one stratum below it, with a root distance of little more than nothing")
        func chronydFollowing() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let ours = try rig.timeballd("local stratum 2", "allow all")
                let client = try rig.chronyd("client", "\(ours.line) iburst minpoll 0 maxpoll 0")
                try rig.waitUntilMeasured(client, sources: 1)
                let tracking = try #require(try rig.fields(client, "tracking").first)
                #expect(tracking[2] == "3")
                #expect(tracking[13] == "Normal")
                tracking.expect(10, 0...0.05, "root delay")
                tracking.expect(11, 0...0.05, "root dispersion")
            }
        }

        @Test("ntpdig, which asks port 123 only, takes our time")
        func ntpdig() throws {
            try Asked.need(.timeballd, .ntpdig, .python3, .ip, root: true)
            try Rig.with { rig in
                let network = try Namespace(in: rig)
                defer { network.remove() }
                try network.startTimeballd()
                let modules = Places.unpacked.appending(path: "usr/lib/python3/dist-packages").path
                let libraries = Places.unpacked.appending(path: "usr/lib/\(machineName())-linux-gnu").path
                var last = ""
                try wait(for: "ntpdig to get an answer", within: .seconds(20)) {
                    let (status, output) = try network.run(
                        "ntpdig", [NeededProgram.python3.path, NeededProgram.ntpdig.path, "127.0.0.1"],
                        environment: [
                            "PYTHONPATH": modules, "LD_LIBRARY_PATH": "\(libraries)/ntp:\(libraries)",
                        ])
                    last = output
                    return status == 0
                }
                // 2026-11-24 20:11:05.361755 (+0000) +0.000276 +/- 0.000444 127.0.0.1 s2 no-leap
                let line = try #require(
                    last.firstMatch(of: /\) ([-+][0-9.]+) \+\/- ([0-9.]+) 127\.0\.0\.1 s2 no-leap/), "\(last)")
                #expect(abs(try #require(Double(line.1))) < 0.01)
            }
        }

        @Test("OpenNTPD calls our server a valid peer")
        func openntpd() throws {
            try Asked.need(.timeballd, .openntpd, .ip, .setpriv, .unshare, root: true)
            try Rig.with { rig in
                let network = try Namespace(in: rig)
                defer { network.remove() }
                try network.startTimeballd()

                // It wants a user "ntpd" and its folders: both exist only in a mount namespace of its own. Without
                // CAP_SYS_TIME, which is taken out of its bounding set, it cannot touch the clock.
                let accounts = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
                let groups = try String(contentsOfFile: "/etc/group", encoding: .utf8)
                let home = rig.folder.appending(path: "empty")
                try FileManager.default.createDirectory(at: home, withIntermediateDirectories: false)
                let passwd = try rig.write("passwd", accounts + "ntpd:x:65533:65533::\(home.path):/bin/false\n")
                let group = try rig.write("group", groups + "ntpd:x:65533:\n")
                let configuration = try rig.write("ntpd.conf", "server 127.0.0.1\n")
                let script = try rig.write(
                    "openntpd.sh",
                    """
                    set -e
                    mount --bind \(passwd) /etc/passwd
                    mount --bind \(group) /etc/group
                    mount -t tmpfs tmpfs /var/lib
                    mkdir -p /var/lib/openntpd/run /var/lib/openntpd/db
                    exec \(NeededProgram.setpriv.path) --bounding-set=-sys_time --inh-caps=-sys_time \
                    \(NeededProgram.ip.path) netns exec \(network.name) \
                    \(NeededProgram.openntpd.path) -d -v -f \(configuration)
                    """)
                let client = try rig.start("openntpd", NeededProgram.unshare.path, ["-m", "/bin/sh", script])
                try wait(for: "OpenNTPD to call our server valid", within: .seconds(60)) {
                    guard client.isRunning else { throw Hopeless(description: "it ended: \(client.output)") }
                    return client.output.contains("peer 127.0.0.1 now valid")
                }
                let offset = try #require(
                    client.output.firstMatch(of: /reply from 127\.0\.0\.1: offset (-?[0-9.]+)/), "\(client.output)")
                #expect(abs(try #require(Double(offset.1))) < 0.01)
            }
        }
    }
}

/// A network of its own, with nothing but a loopback interface, where port 123 is ours.
struct Namespace {
    let name = "timeball-\(UInt32.random(in: 0 ... .max))"
    private let rig: Rig

    init(in rig: Rig) throws {
        self.rig = rig
        let added = try rig.run(.ip, ["netns", "add", name])
        try #require(added.status == 0, "\(added.output)")
        let up = try rig.run(.ip, ["netns", "exec", name, NeededProgram.ip.path, "link", "set", "lo", "up"])
        try #require(up.status == 0, "\(up.output)")
    }

    /// A name is removed at once; the network goes with the last process in it.
    func remove() {
        _ = try? rig.run(.ip, ["netns", "delete", name])
    }

    /// Lays a cable to another network, and gives both its ends addresses.
    func connect(_ addresses: [String], to other: Namespace, _ others: [String]) throws {
        var commands = [["link", "add", "cable", "netns", name, "type", "veth", "peer", "cable", "netns", other.name]]
        for (namespace, addresses) in [(name, addresses), (other.name, others)] {
            commands += addresses.map { ["-n", namespace, "address", "add", "\($0)/24", "dev", "cable"] }
            commands.append(["-n", namespace, "link", "set", "cable", "up"])
        }
        for command in commands {
            let done = try rig.run(.ip, command)
            try #require(done.status == 0, "\(done.output)")
        }
    }

    func run(_ name: String, _ command: [String], environment: [String: String] = [:]) throws
        -> (status: Int32, output: String)
    {
        try rig.run(
            name, NeededProgram.ip.path, ["netns", "exec", self.name] + command, environment: environment)
    }

    /// Our daemon on port 123, as a reference of stratum 2.
    func startTimeballd() throws {
        try start("serving", "local stratum 2\nallow all")
    }

    /// Our daemon on port 123.
    @discardableResult
    func start(_ folder: String, _ directives: String) throws -> Daemon {
        let inner = try rig.privateFolder(folder)
        let configuration = try rig.write(
            "\(folder).conf",
            """
            \(directives)
            cmdport 0
            bindcmdaddress \(inner)/control.sock
            boundfile \(inner)/bound
            pidfile \(inner)/pid

            """)
        let program = try rig.start(
            "timeballd", NeededProgram.ip.path,
            ["netns", "exec", name, NeededProgram.timeballd.path, "-d", "-x"] + rig.ourUser + ["-f", configuration])
        try wait(for: "timeballd to open its control socket", within: .seconds(10)) {
            guard program.isRunning else { throw Hopeless(description: "it ended: \(program.output)") }
            return FileManager.default.fileExists(atPath: "\(inner)/control.sock")
        }
        return Daemon(
            program: program, address: "127.0.0.1", port: 123, socket: "\(inner)/control.sock", controlPort: 0,
            configuration: configuration)
    }
}

/// The machine's name in Debian's library folders.
func machineName() -> String {
    #if arch(arm64)
        "aarch64"
    #else
        "x86_64"
    #endif
}
