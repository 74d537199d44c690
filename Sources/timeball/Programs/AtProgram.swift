import ArgumentParser
import AtSpool
import Glibc
import JobsControl
import Linux
import Scheduling
import TimeZones

/// at, atq, atrm and batch under timeball's own name: `timeball at` is something else, an exact start.
struct SpoolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spool",
        abstract: "Jobs of at: timeball spool at|atq|atrm|batch ARGUMENTS, as the programs of that name.")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws {
        guard let name = arguments.first.flatMap(AtInvocation.Name.init(rawValue:)) else {
            throw ToolError.usage("Which one? Next: timeball spool at|atq|atrm|batch ARGUMENTS")
        }
        throw ExitCode(AtProgram.run(name, Array(arguments.dropFirst())))
    }
}

/// at(1) and its kin. They have no rights of their own: timeball-jobsd keeps the jobs, and knows from the kernel who asks.
struct AtProgram {
    private let name: AtInvocation.Name
    private let invocation: AtInvocation

    static func run(_ name: AtInvocation.Name, _ arguments: [String]) -> Int32 {
        do throws(AtInvocation.Mistake) {
            let invocation = try AtInvocation(name, arguments)
            return AtProgram(name: name, invocation: invocation).run()
        } catch {
            if !error.text.isEmpty { Output.complain(error.text) }
            if error.showsUsage { Output.complain(AtInvocation.usage) }
            return 1
        }
    }

    private func run() -> Int32 {
        if invocation.printsVersion {
            Output.complain("\(name.rawValue) (Timeball) version 0.1, for the spool of at 3.2")
        }
        do {
            switch invocation.action {
            case .version: return 0
            case .submit(let when): return try submit(when)
            case .list(let numbers): return try list(numbers)
            case .remove(let numbers): return try remove(numbers)
            case .show(let numbers): return try show(numbers)
            }
        } catch let error as ToolError {
            Output.complain(error.sentence)
            // As of at, which knows no other; but what could not be asked is told apart.
            return error.exitCode == 3 ? 3 : 1
        } catch {
            Output.complain("\(name.rawValue): \(error)")
            return 1
        }
    }

    private var zone: Zone { ZoneDirectory.forStarts() }

    // MARK: A new job

    private func submit(_ when: AtInvocation.When) throws -> Int32 {
        let now = Int(time(nil))
        let seconds: Int
        do throws(AtError) {
            seconds =
                switch when {
                case .words(let words): try AtTime.resolve(words: words, now: now, zone: zone)
                case .stamp(let stamp): try AtTime.resolve(stamp: stamp, now: now, zone: zone)
                }
        } catch {
            throw ToolError.no(error.sentence)
        }
        if invocation.isVerbose { print(AtText.date(seconds, zone: zone) + "\n") }
        // Whoever may not use at is told so before the commands are typed, and a daemon that is not there is found out.
        let connection = try JobsConnection()
        _ = try connection.demand(AtRequest.list.request)
        Output.complain(AtText.warning)
        var submission = AtSubmission(
            queue: (invocation.queue ?? .usual).letter, seconds: Int64(seconds), mask: Int64(Self.fileMask()),
            directory: try Self.directory(), commands: try commands())
        submission.mail = Int64(invocation.mail.rawValue)
        submission.mailName = invocation.mailName ?? Self.loginName()
        submission.environment = Self.environment()
        guard
            case .accepted(let number, let taken)? = try answer(connection.demand(AtRequest.submit(submission).request))
        else { throw JobsText.unexpected }
        Output.complain(AtText.accepted(UInt32(clamping: number), at: Int(taken), zone: zone))
        return 0
    }

    private func answer(_ reply: JobsReply) throws -> AtReply? {
        do throws(MessageError) {
            return try AtReply(reply)
        } catch {
            throw ToolError.cannotTell("The answer of timeball-jobsd is not understood: \(error.sentence)")
        }
    }

    private func commands() throws -> [UInt8] {
        if let file = invocation.file {
            guard let octets = InputFile.octets(file, most: Int(SpoolFile.largest)) else {
                throw ToolError.no("Cannot open input file \(file): \(errorText(errno))")
            }
            return octets
        }
        guard isatty(STDIN_FILENO) == 1 else {
            guard let octets = InputFile.octets("-", most: Int(SpoolFile.largest)) else {
                throw ToolError.no("at: the commands cannot be read, or are longer than \(SpoolFile.largest) octets")
            }
            return octets
        }
        var text = ""
        Output.now(AtText.prompt)
        while let line = readLine(strippingNewline: false) {
            text += line
            Output.now(AtText.prompt)
        }
        Output.now(AtText.endOfText + "\n")
        return Array(text.utf8)
    }

    private static func fileMask() -> UInt32 {
        let mask = umask(0)
        umask(mask)
        return mask
    }

    private static func directory() throws -> [UInt8] {
        guard let path = unsafe getcwd(nil, 0) else { throw ToolError.no("Cannot get current working directory") }
        defer { unsafe free(path) }
        return unsafe String(cString: path).utf8.map { $0 }
    }

    private static func loginName() -> String? {
        guard let entry = unsafe getpwuid(getuid()), let name = unsafe entry.pointee.pw_name else { return nil }
        return unsafe String(cString: name)
    }

    /// Name, value, name, value … as octets: a value may be in any encoding.
    private static func environment() -> [[UInt8]] {
        var result: [[UInt8]] = []
        var place = 0
        // Right because the list ends with null.
        while let entry = unsafe environ[place] {
            let octets = unsafe UnsafeBufferPointer(start: entry, count: strlen(entry)).map { UInt8(bitPattern: $0) }
            if let equals = octets.firstIndex(of: UInt8(ascii: "=")) {
                result += [Array(octets[..<equals]), Array(octets[(equals + 1)...])]
            }
            place += 1
        }
        return result
    }

    // MARK: Jobs that are there

    private func list(_ numbers: [UInt32]) throws -> Int32 {
        guard case .jobs(let jobs)? = try answer(JobsConnection().demand(AtRequest.list.request)) else {
            throw JobsText.unexpected
        }
        for job in jobs {
            guard let queue = AtQueue(job.queue), invocation.queue == nil || invocation.queue == queue else { continue }
            guard numbers.isEmpty || numbers.contains(UInt32(clamping: job.number)) else { continue }
            let date =
                invocation.format.map { Self.formatted(job.seconds, $0) } ?? AtText.date(Int(job.seconds), zone: zone)
            print(AtText.row(UInt32(clamping: job.number), date: date, queue: queue, user: job.user))
        }
        return 0
    }

    private static func formatted(_ seconds: Int64, _ format: String) -> String {
        var moment = time_t(seconds)
        var local = unsafe tm()
        guard unsafe localtime_r(&moment, &local) != nil else { return "-" }
        var buffer = [CChar](repeating: 0, count: 1024)
        // Right because the C library is told the array's own size.
        let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe strftime($0, buffer.count, format, &local) } ?? 0
        }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func remove(_ numbers: [UInt32]) throws -> Int32 {
        let request = AtRequest.remove(numbers.map(Int64.init)).request
        guard case .outcomes(let outcomes)? = try answer(JobsConnection().demand(request)) else {
            throw JobsText.unexpected
        }
        var status: Int32 = 0
        for (number, outcome) in zip(numbers, outcomes) {
            switch outcome {
            case .removed: continue
            case .unknown: Output.complain(AtText.unknownJob(number))
            case .notOwner: Output.complain(AtText.notOwner(number))
            case .running: Output.complain(AtText.isRunning(number))
            case .failed: Output.complain("Cannot unlink job \(number)")
            }
            status = 1
        }
        return status
    }

    private func show(_ numbers: [UInt32]) throws -> Int32 {
        let connection = try JobsConnection()
        for number in numbers {
            guard case .octets(let script) = try connection.demand(AtRequest.show(Int64(number)).request) else {
                throw JobsText.unexpected
            }
            try Output.octets(script)
        }
        return 0
    }
}
