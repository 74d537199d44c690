import Glibc
import Linux
import Scheduling

/// The output of a job of anacron's: kept in a file while it runs, mailed afterwards if there is any.
final class AnacronMail {
    enum Result: Equatable {
        case mailed, unwanted, noMailer
        case failed(String)
    }

    private static let mailer = "/usr/sbin/sendmail"

    /// For the job.
    let descriptor: Int32
    private let job: AnacronJob
    private var headLength = 0

    init?(_ job: AnacronJob) {
        self.job = job
        descriptor = UnnamedFile.make(for: "anacron")
        guard descriptor >= 0 else { return nil }
        let head = Array(header.utf8)
        headLength = head.count
        _ = unsafe head.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether the job has printed anything.
    var isEmpty: Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) != 0 || Int(status.st_size) <= headLength
    }

    /// MAILTO in the table, else whoever runs anacron.
    private var recipient: String {
        if let recipient = job.value("MAILTO") { return recipient }
        guard let entry = unsafe getpwuid(geteuid()), let name = unsafe entry.pointee.pw_name else { return "root" }
        return unsafe String(cString: name)
    }

    private var header: String {
        var host = [CChar](repeating: 0, count: 256)
        unsafe gethostname(&host, 255)
        let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let from = job.value("MAILFROM").flatMap { Self.isSafe($0) ? $0 : nil } ?? "Anacron <root>"
        return "From: \(from)\nTo: \(recipient)\nSubject: Anacron job '\(job.identifier)' on \(name)\n"
            + "Content-Type: text/plain; charset=UTF-8\n\n"
    }

    /// Hands it to the mailer, and waits for that one.
    func send() -> Result {
        let recipient = recipient
        if recipient.isEmpty || job.value("NO_MAIL_OUTPUT") != nil { return .unwanted }
        guard Self.isSafe(recipient) else { return .failed("MAILTO=\(recipient) is no address") }
        guard unsafe access(Self.mailer, X_OK) == 0 else { return .noMailer }
        lseek(descriptor, 0, SEEK_SET)
        var start = ProgramStart(path: Self.mailer, arguments: ["sendmail", "-FAnacron", "-odi", recipient])
        start.input = descriptor
        guard let process = try? start.start(), let end = try? ChildProcess.wait(for: process), end.code == 0 else {
            return .failed("sendmail failed")
        }
        return .mailed
    }

    /// Not an option, no second header line.
    private static func isSafe(_ address: String) -> Bool {
        !address.hasPrefix("-") && address.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }
}
