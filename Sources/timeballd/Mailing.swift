import Configuration
import Daemon
import Linux
import Timekeeping

/// Who wants to know of large corrections gets a mail (`mailonchange`).
extension LinuxHost {
    private static let sendmail = "/usr/sbin/sendmail"

    /// Starts the process that sends mail. Call it before the rights are given up; without it nobody is told, and the log
    /// says so.
    mutating func openMailer(for user: RunUser) {
        guard let recipient = settings.mailRecipient else { return }
        do throws(SystemError) {
            mailer = try Mailer(to: recipient, sendmail: Self.sendmail, as: user)
        } catch {
            log.write("No mail will be sent to \(recipient): \(error)", .warning)
        }
    }

    func send(_ mail: ChangeMail) {
        let host = Mailer.hostName
        do throws(SystemError) {
            try mailer?.send(subject: mail.subject(host: host), mail.text(host: host))
        } catch {
            log.write("No mail could be sent of the correction: \(error)", .warning)
        }
    }
}
