import ArgumentParser
import Daemon
import Glibc
import Linux
import Scheduling
import TimeZones

/// So that it stands in the list of commands; its arguments go to ``AnacronProgram`` as they are.
struct AnacronCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anacron", abstract: "Run what is due every so many days, as Debian's anacron does.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws { throw ExitCode(AnacronProgram.run(arguments)) }
}

/// anacron(8).
struct AnacronProgram {
    private var letters: Set<String> = []
    private var tablePath = "/etc/anacrontab"
    /// As it was typed.
    private var givenPath = ""
    private var stampFolder = "/var/spool/anacron"
    private var patterns: [String] = []
    private var log = AnacronLog(isForeground: true, isQuiet: false)

    private static let known: [OptionSpecification] =
        ["s", "f", "n", "d", "q", "u", "T", "V", "h"].map { OptionSpecification(short: $0) }
        + ["t", "S"].map { OptionSpecification(short: $0, value: .required) }

    static func run(_ arguments: [String]) -> Int32 {
        var program = AnacronProgram()
        do throws(OptionError) {
            let read = try OptionReader(arguments, known: Self.known)
            for (name, value) in read.options {
                switch name {
                case "t": program.tablePath = value ?? ""
                case "S": program.stampFolder = value ?? ""
                default: program.letters.insert(name)
                }
            }
            program.patterns = read.operands.isEmpty ? ["*"] : read.operands
        } catch {
            Output.complain("anacron: \(error.sentence)\ntype: `anacron -h' for more information")
            return 1
        }
        if program.letters.contains("h") {
            Output.lines(help)
            return 0
        }
        if program.letters.contains("V") {
            print("anacron (Timeball) version 0.1, as Debian's anacron 2.3")
            return 0
        }
        return program.perform()
    }

    private static let help = [
        "Usage:  anacron [-s] [-f] [-n] [-d] [-q] [-t anacrontab] [-S spooldir] [job] ...",
        "        anacron [-S spooldir] -u [job] ...",
        "        anacron [-V|-h]",
        "        anacron -T [-t anacrontab]",
        "",
        " -s  One job after the other     -f  Even if they are not due    -n  Now, without delays; implies -s",
        " -d  Stay in the foreground      -q  Say nothing with -d         -u  Only write time stamps",
        " -t  Another table               -S  Another folder for stamps   -T  Test the table",
    ]

    // MARK: What is asked

    private var isForced: Bool { letters.contains("f") }
    private var isNow: Bool { letters.contains("n") }
    private var updatesOnly: Bool { letters.contains("u") }

    private mutating func perform() -> Int32 {
        log.isQuiet = letters.contains("q") && letters.contains("d")
        if letters.contains("T") {
            guard let table = readTable() else { return 1 }
            for error in table.errors { Output.complain("anacron: \(tablePath):\(error.line): \(error.sentence)") }
            return table.errors.isEmpty ? 0 : 1
        }
        // What follows may run in another directory.
        givenPath = tablePath
        tablePath = Self.absolute(tablePath)
        stampFolder = Self.absolute(stampFolder)
        var status = stat()
        guard unsafe stat(stampFolder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            log.error("Can't use \(stampFolder) for time stamps: \(errorText(errno == 0 ? ENOTDIR : errno))")
            return 1
        }
        if letters.contains("d") || updatesOnly { return work() }
        do throws(StartError) {
            var background = try Background(leavingTerminal: ())
            background.ready()
        } catch {
            log.error("\(error)")
            return 1
        }
        log.isForeground = false
        return work()
    }

    private func work() -> Int32 {
        let zone = ZoneDirectory.forStarts()
        let now = Moment.now
        let today = LocalDate.day(now, zone)
        let date = Anacron.stamp(day: today)
        let readable = "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.dropFirst(6).prefix(2))"
        if !updatesOnly { log.notice("Anacron 2.3 started on \(readable)") }
        guard let table = readTable() else {
            log.error("Aborted")
            return 1
        }
        for error in table.errors {
            log.error(
                error.isSyntax
                    ? "\(error.sentence) in \(givenPath) on line \(error.line) - skipping this line"
                    : "\(givenPath): \(error.sentence) on line \(error.line), skipping")
        }
        let jobs = asked(table.jobs)
        if updatesOnly { return update(jobs, today, readable) }
        StopRequest.watch()
        var run = AnacronRun(log: log, zone: zone, isSerial: isNow || letters.contains("s"), isForced: isForced)
        choose(jobs, today, LocalDate.minute(now, zone), &run)
        let count = run.perform()
        log.notice(StopRequest.hasCome ? "Exited" : "Normal exit (\(count) job\(count == 1 ? "" : "s") run)")
        return 0
    }

    /// Finds the jobs that are due, and locks them.
    private func choose(_ jobs: [AnacronJob], _ today: Int, _ minute: Int, _ run: inout AnacronRun) {
        // One for each identifier: closing a second one would give the lock of the first away.
        var stamps: [String: AnacronStamp] = [:]
        for job in jobs where stamps[job.identifier] == nil {
            do throws(AnacronStamp.Failure) {
                stamps[job.identifier] = try AnacronStamp(folder: stampFolder, identifier: job.identifier)
            } catch {
                if case .system(let text) = error { log.error(text) }
            }
        }
        let fraction = Double.random(in: 0..<1)
        let selection = AnacronSelection(
            jobs.filter { stamps[$0.identifier] != nil }, isForced: isForced, isNow: isNow, today: today,
            minute: minute, randomMinutes: { Int(fraction * Double($0 + 1)) },
            stamp: { stamps[$0.identifier]?.read() })
        for note in selection.notes { log.notice(note) }
        for choice in selection.choices {
            guard let stamp = stamps[choice.job.identifier] else { continue }
            do throws(AnacronStamp.Failure) {
                try stamp.lock()
            } catch {
                switch error {
                case .locked: log.notice("Job `\(choice.job.identifier)' locked by another anacron - skipping")
                case .system(let text): log.error(text)
                }
                continue
            }
            // Another anacron may have run it between the look and the lock.
            guard Anacron.isDue(choice.job.period, stamp: stamp.read(), today: today, isForced: isForced) else {
                continue
            }
            let delay = isNow ? "" : " in \(choice.delay) min."
            log.notice("Will run job `\(choice.job.identifier)'\(delay)")
            run.add(choice, stamp, day: today)
        }
    }

    private func update(_ jobs: [AnacronJob], _ today: Int, _ readable: String) -> Int32 {
        var result: Int32 = 0
        for job in jobs {
            if let stamp = try? AnacronStamp(folder: stampFolder, identifier: job.identifier), stamp.write(day: today) {
                log.notice("Updated timestamp for job `\(job.identifier)' to \(readable)")
            } else {
                log.error("Can't write the time stamp of job `\(job.identifier)'")
                result = 1
            }
        }
        return result
    }

    private func readTable() -> AnacronTable? {
        guard let octets = InputFile.octets(tablePath, most: 4 << 20) else {
            log.error("Error opening \(givenPath.isEmpty ? tablePath : givenPath): \(errorText(errno))")
            return nil
        }
        return AnacronTable(String(decoding: octets, as: UTF8.self))
    }

    /// Those that match a pattern, in the order of patterns and then of the table, each once.
    private func asked(_ jobs: [AnacronJob]) -> [AnacronJob] {
        var result: [AnacronJob] = []
        for pattern in patterns {
            result += jobs.filter { job in
                unsafe fnmatch(pattern, job.identifier, 0) == 0 && !result.contains { $0.line == job.line }
            }
        }
        return result
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(folder) }
        return unsafe String(cString: folder) + "/" + path
    }
}
