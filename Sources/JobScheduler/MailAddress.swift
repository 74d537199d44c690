/// What may be handed to a mailer.
enum MailAddress {
    /// Whether a recipient, or several with commas between them, cannot be taken for an option or for something else than
    /// an address: the rule of Debian's cron.
    static func isSafe(_ recipient: String) -> Bool {
        guard recipient.utf8.count <= 10_000, let first = recipient.utf8.first, isAlphanumeric(first) else {
            return false
        }
        return recipient.utf8.allSatisfy { isAlphanumeric($0) || "@!:%-.,_+=/".utf8.contains($0) }
    }

    /// A header line that stays one line.
    static func line(_ text: String) -> String {
        String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9"))
            || ((octet | 0x20) >= UInt8(ascii: "a") && (octet | 0x20) <= UInt8(ascii: "z"))
    }
}
