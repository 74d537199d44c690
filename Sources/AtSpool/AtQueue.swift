/// One of at's queues: `a` to `z`, `A` to `Z`, or `=`, which holds what is running.
public struct AtQueue: Hashable, Sendable {
    /// The ASCII letter.
    public let letter: UInt8

    /// Nil if the octet names no queue.
    public init?(_ letter: UInt8) {
        guard Self.isLetter(letter) || letter == UInt8(ascii: "=") else { return nil }
        self.letter = letter
    }

    /// What `-q` gives: one letter. The queue of running jobs is not for users.
    public init?(option: String) {
        guard option.utf8.count == 1, let letter = option.utf8.first, Self.isLetter(letter) else { return nil }
        self.letter = letter
    }

    private init(known letter: Unicode.Scalar) { self.letter = UInt8(ascii: letter) }

    /// Where at puts a job that names no queue.
    public static let usual = AtQueue(known: "a")
    /// Where batch puts its jobs.
    public static let batch = AtQueue(known: "b")
    /// What is running; its jobs keep the number and the time in their file's name, and lose the letter.
    public static let running = AtQueue(known: "=")

    public var isRunning: Bool { self == .running }

    /// Whether its jobs, once due, wait until the machine has little to do: `b`, and all upper-case letters.
    public var waitsForIdleness: Bool {
        self == .batch || (letter >= UInt8(ascii: "A") && letter <= UInt8(ascii: "Z"))
    }

    /// How much its jobs yield to others: two more for each letter, from 0 for `a` and `A`; the kernel holds it to 19.
    public var niceness: Int32 {
        isRunning ? 0 : min(19, Int32((letter | 0x20) - UInt8(ascii: "a")) * 2)
    }

    public var text: String { String(Character(Unicode.Scalar(letter))) }

    private static func isLetter(_ octet: UInt8) -> Bool {
        (octet | 0x20) >= UInt8(ascii: "a") && (octet | 0x20) <= UInt8(ascii: "z")
    }
}
