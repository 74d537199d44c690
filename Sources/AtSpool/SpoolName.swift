/// The name of a job's file in at's spool: the queue's letter, the job's number in five hexadecimal digits, and the minutes
/// from 1970 to its time in eight (`a0000b01379c60`).
public struct SpoolName: Hashable, Sendable {
    public var queue: AtQueue
    /// 1...0xfffff
    public let number: UInt32
    /// Minutes since 1970-01-01 00:00 UTC. An atd looks at nothing else.
    public let minute: UInt32

    public static let largestNumber: UInt32 = 0xfffff

    /// - Parameter seconds: since 1970; rounded up to the minute, so that no atd runs the job before its time.
    /// - Returns: nil if the number or the time do not fit into a name.
    public init?(queue: AtQueue, number: UInt32, seconds: Int) {
        guard number >= 1, number <= Self.largestNumber, seconds >= 0 else { return nil }
        let (whole, rest) = seconds.quotientAndRemainder(dividingBy: 60)
        guard whole <= Int(UInt32.max) - 1 else { return nil }
        self.queue = queue
        self.number = number
        minute = UInt32(whole) + (rest > 0 ? 1 : 0)
    }

    /// Nil if no job's file is called so.
    public init?(_ name: String) {
        let octets = Array(name.utf8)
        guard octets.count == 14, let queue = AtQueue(octets[0]), let number = Hexadecimal.read(octets[1..<6]),
            let minute = Hexadecimal.read(octets[6...]), number >= 1
        else { return nil }
        self.queue = queue
        self.number = number
        self.minute = minute
    }

    public var text: String {
        queue.text + Hexadecimal.text(number, digits: 5) + Hexadecimal.text(minute, digits: 8)
    }

    /// The name while it runs.
    public var whileRunning: SpoolName {
        var name = self
        name.queue = .running
        return name
    }

    /// The minute that it names, in seconds since 1970.
    public var seconds: Int { Int(minute) * 60 }
}

/// Numbers as at writes them.
enum Hexadecimal {
    static func read(_ digits: some Collection<UInt8>) -> UInt32? {
        guard !digits.isEmpty, digits.count <= 8 else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    static func text(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
