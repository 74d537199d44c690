/// A command of which a shell would make no more than one program with its arguments.
public enum PlainCommand {
    /// The program's path and its arguments, if the shell, one that reads as POSIX says, would only split the words and
    /// execute them: nothing is quoted, expanded, redirected or joined, and the program is named by its whole path.
    public static func words(_ command: [UInt8], shell: String) -> [[UInt8]]? {
        guard ["/bin/sh", "/usr/bin/sh", "/bin/dash", "/bin/bash", "/usr/bin/bash"].contains(shell) else { return nil }
        let words = command.split { $0 == 0x20 || $0 == 0x09 }.map(Array.init)
        guard let first = words.first, first.first == UInt8(ascii: "/"), !first.contains(UInt8(ascii: "=")),
            words.allSatisfy({ $0.allSatisfy(isPlain) })
        else { return nil }
        return words
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "_-./,:@%+=".utf8.contains(octet)
        }
    }
}
