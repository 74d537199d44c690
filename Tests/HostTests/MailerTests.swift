import Daemon
import Foundation
import Linux
import Testing

@Suite("Mail")
struct MailerTests {
    @Test("Each mail reaches sendmail whole, with its recipient as one argument, and the process ends with the daemon")
    func sent() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mailer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let sendmail = folder.appending(path: "sendmail").path
        let output = folder.appending(path: "mails").path
        let script = "#!/bin/sh\necho \"arguments: $# $3\" >>\(output)\ncat >>\(output)\necho . >>\(output)\n"
        try Data(script.utf8).write(to: URL(filePath: sendmail))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: sendmail)
        func mails() -> String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }
        do {
            let user = try RunUser.choose(NSUserName())
            let mailer = try Mailer(to: "me at here; rm -rf", sendmail: sendmail, as: user, program: daemonPath)
            try mailer.send(subject: "one", "first\n")
            try mailer.send(subject: "two", "second\n")
            for _ in 0..<600 where mails().split(separator: "\n").filter({ $0 == "." }).count < 2 {
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
        let expected = ["one\n\nfirst", "two\n\nsecond"].map {
            "arguments: 3 me at here; rm -rf\nTo: me at here; rm -rf\nSubject: \($0)\n.\n"
        }
        #expect(mails() == expected.joined())
    }
}
