internal import NTPWire
internal import TimeBase

/// ``ServedTime`` as words that processes of one program hand each other through memory.
extension ServedTime {
    /// How many words it takes.
    public static let wordCount = 21

    public var words: [UInt64] {
        var words: [UInt64] = [
            UInt64(leap.rawValue), UInt64(stratum), UInt64(UInt8(bitPattern: precision)),
            UInt64(referenceIdentifier.bits), referenceTime.bits, dispersionRate.bitPattern,
            correctionRate.bitPattern, monotonicRate.bitPattern, UInt64(monotonicEpoch),
        ]
        for duration in [
            rootDelay, base.sinceEpoch, rootDispersion, correction, correctionEnds.sinceEpoch, monotonicBase.sinceEpoch,
        ] {
            let bits = UInt128(truncatingIfNeeded: duration.attoseconds)
            words += [UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits)]
        }
        return words
    }

    /// - Parameter words: what ``words`` gave; nil for a wrong number of them.
    public init?(words: [UInt64]) {
        guard words.count == Self.wordCount else { return nil }
        func duration(_ index: Int) -> Duration {
            let bits = UInt128(words[9 + 2 * index]) << 64 | UInt128(words[10 + 2 * index])
            return Duration(attoseconds: Int128(truncatingIfNeeded: bits))
        }
        self = .unsynchronised
        leap = LeapIndicator(rawValue: UInt8(truncatingIfNeeded: words[0])) ?? .unsynchronised
        stratum = UInt8(truncatingIfNeeded: words[1])
        precision = Int8(truncatingIfNeeded: words[2])
        referenceIdentifier = ReferenceIdentifier(bits: UInt32(truncatingIfNeeded: words[3]))
        referenceTime = NTPTimestamp(bits: words[4])
        dispersionRate = Double(bitPattern: words[5])
        correctionRate = Double(bitPattern: words[6])
        monotonicRate = Double(bitPattern: words[7])
        monotonicEpoch = UInt32(truncatingIfNeeded: words[8])
        rootDelay = duration(0)
        base = Instant(sinceEpoch: duration(1))
        rootDispersion = duration(2)
        correction = duration(3)
        correctionEnds = Instant(sinceEpoch: duration(4))
        monotonicBase = Instant(sinceEpoch: duration(5))
    }
}
