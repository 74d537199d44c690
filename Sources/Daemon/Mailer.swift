internal import CLinux
public import Linux

/// Sends mail by way of a process that was started before the daemon gave up its rights: a mailer that changes its own user
/// could not do so for us, since what the daemon starts later may never gain rights.
public struct Mailer: ~Copyable {
    private let pipe: FileDescriptor

    /// Starts the process. It ends when this value goes away.
    ///
    /// - Parameters:
    ///   - recipient: where all mail goes.
    ///   - sendmail: the program that takes mail.
    ///   - user: who the process is to be.
    ///   - program: the executable that calls ``MailerProgram`` when it is started by that name.
    public init(
        to recipient: String, sendmail: String, as user: RunUser, program: String = "/proc/self/exe"
    ) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        // Right because the array has room for both ends.
        let result = unsafe ends.withUnsafeMutableBufferPointer { unsafe clinux_feeding_pipe($0.baseAddress) }
        try SystemError.check("pipe2", result)
        let input = FileDescriptor(owning: ends[0])
        let output = FileDescriptor(owning: ends[1])
        var start = ProgramStart(path: program, arguments: [MailerProgram.name, sendmail, recipient])
        start.input = input.number
        if clinux_effective_user() == 0, user.user != 0 {
            start.identity = ProgramStart.Identity(user: user.user, group: user.group, groups: [user.group])
        }
        _ = try start.start()
        pipe = output
    }

    /// Hands a mail over. Nobody waits until it is sent.
    ///
    /// - Throws: if the process is gone, or takes nothing more because the one before is not sent yet.
    public func send(subject: String, _ text: String) throws(SystemError) {
        // A pipe takes so much as a whole or not at all.
        let octets = Array("Subject: \(subject)\n\n\(text)".utf8.filter { $0 != 0 }.prefix(4000)) + [0]
        try pipe.write(octets)
    }

    /// What people call this machine.
    public static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        // Right because the function is told the array's own size, and ends the text within it.
        unsafe clinux_host_name(&name, UInt(name.count))
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// What the process does: takes mails, each ended by a zero octet, from its standard input, and hands each to sendmail.
public enum MailerProgram {
    /// The name by which a program knows that it is to be this.
    public static let name = "timeballd-mailer"

    /// - Parameter arguments: the process's arguments: name of the program, sendmail's path, recipient.
    /// - Returns: the exit status.
    public static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count == 3 else { return 2 }
        let input = FileDescriptor(owning: 0)
        var waiting: [UInt8] = []
        // At the end of the daemon its end of the pipe is closed.
        while let octets = try? input.read(atMost: 4096), !octets.isEmpty {
            waiting += octets
            while let end = waiting.firstIndex(of: 0) {
                send(Array(waiting[..<end]), sendmail: arguments[1], to: arguments[2])
                waiting.removeFirst(end + 1)
            }
        }
        return 0
    }

    private static func send(_ mail: [UInt8], sendmail: String, to recipient: String) {
        let octets = Array("To: \(recipient)\n".utf8) + mail
        // Right because the kernel is told the array's own size.
        let number = unsafe octets.withUnsafeBytes { unsafe clinux_memory_file($0.baseAddress, UInt($0.count)) }
        guard number >= 0 else { return }
        let text = FileDescriptor(owning: number)
        var start = ProgramStart(path: sendmail, arguments: ["sendmail", "-i", "--", recipient])
        start.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        start.input = text.number
        guard let process = try? start.start() else { return }
        _ = try? ChildProcess.wait(for: process)
    }
}
