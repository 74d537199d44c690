/// The file `.SEQ` beside the jobs: the number that was given out last, in hexadecimal.
public enum SpoolSequence {
    public static let fileName = ".SEQ"

    /// The number for the next job, after the one that the file names. It goes round after 0xfffff, and passes over numbers in
    /// use; a file that is missing, empty or damaged counts as the largest number in use.
    ///
    /// - Returns: nil if all numbers are in use.
    public static func next(after content: [UInt8], used: Set<UInt32>) -> UInt32? {
        var last = read(content) ?? used.max() ?? 0
        for _ in 0...min(used.count, Int(SpoolName.largestNumber)) {
            last = last >= SpoolName.largestNumber ? 1 : last + 1
            if !used.contains(last) { return last }
        }
        return nil
    }

    /// What the file holds after a number was given out.
    public static func content(_ number: UInt32) -> [UInt8] {
        Array((Hexadecimal.text(number, digits: 5) + "\n").utf8)
    }

    private static func read(_ content: [UInt8]) -> UInt32? {
        let digits = content.prefix { $0 != UInt8(ascii: "\n") }
        guard digits.count <= 5, let number = Hexadecimal.read(digits) else { return nil }
        return number
    }
}
