import Addresses
import Configuration
import Testing
import Timekeeping

@Suite("The command line is chronyd's")
struct CommandLines {
    @Test(
        "An option changes what it names, and nothing else",
        arguments: [
            Row<CommandLineOptions>("-f /x", { $0.file = "/x" }),
            Row("-d", { ($0.debug, $0.staysInForeground) = (1, true) }),
            Row("-d -d", { ($0.debug, $0.staysInForeground) = (2, true) }), Row("-n", { $0.staysInForeground = true }),
            Row("-q", { ($0.purpose, $0.staysInForeground) = (.setOnce, true) }),
            Row("-Q", { ($0.purpose, $0.staysInForeground, $0.controlsClock) = (.measureOnce, true, false) }),
            Row("-x", { $0.controlsClock = false }), Row("-r", { $0.reloadsMeasurements = true }),
            Row("-R", { $0.isRestart = true }), Row("-s", { $0.setsFromRTC = true }), Row("-u me", { $0.user = "me" }),
            Row("-t 2.5", { $0.timeout = .milliseconds(2500) }), Row("-p", { $0.printsConfiguration = true }),
            Row("-4", { $0.family = .ipv4 }), Row("-6", { $0.family = .ipv6 }),
            Row("-P 20", { $0.schedulingPriority = 20 }), Row("-m", { $0.lockAll = true }),
            Row("-l /log", { $0.logFile = "/log" }), Row("-L -1", { $0.logLevel = -1 }),
            Row("-F 1", { $0.filterLevel = 1 }),
            Row("-U", { $0.allowsUnprivileged = true }), Row("-v", { $0.printsVersion = true }),
            Row("--version", { $0.printsVersion = true }), Row("-h", { $0.printsUsage = true }),
            Row("--help", { $0.printsUsage = true }),
            Row("-dxd", { ($0.debug, $0.staysInForeground, $0.controlsClock) = (2, true, false) }),
            Row(
                "-xf/x -L-1 -4u me",
                { ($0.controlsClock, $0.file, $0.logLevel, $0.family, $0.user) = (false, "/x", -1, .ipv4, "me") }),
            Row(
                "rtcsync -m -- manual",
                {
                    $0.lockAll = true
                    $0.directives = ["rtcsync", "manual"]
                }),
        ])
    func option(row: Row<CommandLineOptions>) throws {
        var expected = CommandLineOptions()
        row.change(&expected)
        #expect(try CommandLineOptions.parse(row.text.split(separator: " ").map(String.init)) == expected)
    }

    @Test(
        "A command line that is not understood is refused with a sentence that names the word",
        arguments: [
            ("-z", "'-z' is not an option"), ("--nope", "'--nope' is not an option"), ("-f", "'-f' needs an argument"),
            ("-xz", "'-z' is not an option"), ("-xf", "'-f' needs an argument"), ("-zx", "'-zx' is not an option"),
            ("-t soon", "not 'soon'"), ("-t 0", "above 0"), ("-P 101", "from 0 to 100"), ("-L loud", "not 'loud'"),
            ("-f /x rtcsync", "-f names a file"),
        ])
    func refused(line: String, sentence: String) {
        let error = #expect(throws: UsageError.self) {
            try CommandLineOptions.parse(line.split(separator: " ").map(String.init))
        }
        #expect(error?.description.contains(sentence) == true)
    }

    @Test("Every option is explained in the usage")
    func usage() {
        for option in "fdnqQxrRsutp46PmlLFUvh" { #expect(CommandLineOptions.usage.contains("-\(option)")) }
    }

    @Test("Directives take the place of the file, each a line of its own, and their mistakes name the command line")
    func directives() throws {
        var options = try CommandLineOptions.parse(["-d", "server a iburst", "port 0"])
        let files = FileReader(files: ["/etc/chrony.conf": "server b\n"])
        let settings = try Configuration.load(options, files)
        #expect(settings.timekeeper.sources.map(\.name) == ["a"] && settings.serverPort == 0)
        options.directives.append("sever c")
        let error = #expect(throws: ConfigurationErrors.self) { try Configuration.load(options, files) }
        #expect(error?.description == "command line:3:1: error: 'sever' is not a directive; did you mean 'server'?")
    }

    @Test("The options stand over the configuration")
    func applied() throws {
        let files = FileReader(files: [
            "/x":
                "server a\nserver b ipv6\nuser other\nmakestep 1 3\nbindaddress ::1\nsched_priority 3\nsourcedir /d\n",
            "/d/c.sources": "server c",
        ])
        let settings = try Configuration.load(
            CommandLineOptions.parse(["-f", "/x", "-4", "-u", "me", "-x", "-t", "9", "-P", "7", "-m", "-R"]), files)
        #expect(settings.timekeeper.sources.map(\.family) == [.ipv4, .ipv4, .ipv4] && settings.family == .ipv4)
        #expect(settings.directorySources.map(\.family) == [.ipv4])
        #expect(settings.user == "me" && settings.schedulingPriority == 7 && settings.lockAll)
        #expect(settings.timekeeper.makeStep == nil && !settings.timekeeper.controlsClock)
        #expect(settings.timekeeper.timeout == .seconds(9) && settings.timekeeper.purpose == .serve)
        #expect(settings.serverAddresses.isEmpty && settings.commandAddresses == [.v4(0x7f00_0001)])
    }

    @Test("A run that only measures or sets opens no ports; only who sets the clock claims to be the one daemon")
    func once() throws {
        let files = FileReader(files: ["/x": "server a\nallow\n"])
        let measuring = try Configuration.load(CommandLineOptions.parse(["-Q", "-f", "/x"]), files)
        let setting = try Configuration.load(CommandLineOptions.parse(["-q", "-f", "/x"]), files)
        for settings in [measuring, setting] {
            #expect(settings.serverPort == 0 && settings.commandPort == 0 && settings.commandSocket == nil)
        }
        #expect(measuring.pidFile == nil && setting.pidFile != nil)
        #expect(measuring.timekeeper.purpose == .measureOnce && !measuring.timekeeper.controlsClock)
        #expect(setting.timekeeper.purpose == .setOnce && setting.timekeeper.controlsClock)
    }
}
