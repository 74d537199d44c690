/// The contents of a zone file (TZif, RFC 8536 and RFC 9636): the 64-bit data where there are any, and the footer.
struct ZoneFile {
    var transitions: [Int] = []
    var typeIndices: [UInt8] = []
    var types: [LocalTimeType] = []
    var rule: PosixRule?

    struct Header {
        var version: UInt8
        var isUTCount, isStandardCount, leapCount, transitionCount, typeCount, characterCount: Int

        func length(timeSize: Int) -> Int {
            transitionCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4)
                + isStandardCount + isUTCount
        }
    }

    init(_ octets: [UInt8]) throws(ZoneError) {
        guard octets.count <= 1 << 20 else { throw .tooLarge }
        let (header, start, timeSize) = try Self.data(octets)
        var at = start
        guard header.leapCount == 0 else { throw .countsLeapSeconds }
        guard header.typeCount >= 1, header.typeCount <= 256, header.characterCount >= 1,
            header.isUTCount == 0 || header.isUTCount == header.typeCount,
            header.isStandardCount == 0 || header.isStandardCount == header.typeCount
        else { throw .badCounts }
        guard header.length(timeSize: timeSize) <= octets.count - at else { throw .truncated }
        try readBody(octets, at, header, timeSize)
        at += header.length(timeSize: timeSize)
        if timeSize == 8 { try readFooter(octets[at...]) }
    }

    /// The header of the data that count (those with 64 bits, where there are any), where they begin, and the size of a
    /// moment in them.
    static func data(_ octets: [UInt8]) throws(ZoneError) -> (header: Header, start: Int, timeSize: Int) {
        var at = 0
        let header = try header(octets, &at)
        guard header.version != 0 else { return (header, at, 4) }
        guard header.length(timeSize: 4) <= octets.count - at else { throw .truncated }
        at += header.length(timeSize: 4)
        return (try Self.header(octets, &at), at, 8)
    }

    static func header(_ octets: [UInt8], _ at: inout Int) throws(ZoneError) -> Header {
        guard octets.count - at >= 4, octets[at..<(at + 4)].elementsEqual("TZif".utf8) else { throw .notAZoneFile }
        guard octets.count - at >= 44 else { throw .truncated }
        let version = octets[at + 4]
        guard version == 0 || (version >= UInt8(ascii: "2") && version <= UInt8(ascii: "4")) else {
            throw .unknownVersion(version)
        }
        var counts: [Int] = []
        for index in 0..<6 {
            let count = number(octets, at + 20 + index * 4, 4)
            // No count can be larger than the file; this also keeps the sums small.
            guard count >= 0, count <= octets.count else { throw .truncated }
            counts.append(count)
        }
        at += 44
        return Header(
            version: version, isUTCount: counts[0], isStandardCount: counts[1], leapCount: counts[2],
            transitionCount: counts[3], typeCount: counts[4], characterCount: counts[5])
    }

    /// A signed number, most significant octet first.
    static func number(_ octets: [UInt8], _ at: Int, _ size: Int) -> Int {
        var value: Int64 = octets[at] >= 0x80 ? -1 : 0
        for index in at..<(at + size) { value = value << 8 | Int64(octets[index]) }
        return Int(value)
    }

    private mutating func readBody(
        _ octets: [UInt8], _ start: Int, _ header: Header, _ timeSize: Int
    ) throws(ZoneError) {
        let indices = start + header.transitionCount * timeSize
        let typesAt = indices + header.transitionCount
        let characters = typesAt + header.typeCount * 6
        let abbreviations = octets[characters..<(characters + header.characterCount)]
        for index in 0..<header.typeCount {
            let at = typesAt + index * 6
            let offset = Self.number(octets, at, 4)
            let name = characters + Int(octets[at + 5])
            guard offset > -90_000, offset < 93_600, octets[at + 4] <= 1, abbreviations.indices.contains(name),
                let end = abbreviations[name...].firstIndex(of: 0)
            else { throw .badLocalTimeType(index) }
            types.append(
                LocalTimeType(
                    offset: offset, isDaylight: octets[at + 4] == 1,
                    abbreviation: String(decoding: abbreviations[name..<end], as: UTF8.self)))
        }
        for index in 0..<header.transitionCount {
            let time = Self.number(octets, start + index * timeSize, timeSize)
            if let last = transitions.last, time <= last { throw .transitionsOutOfOrder(index) }
            // RFC 9636 section 3.2: nothing lies before -2^59; this leaves room for offsets without overflow.
            guard time >= -(1 << 59), time <= 1 << 59 else { throw .transitionsOutOfOrder(index) }
            guard Int(octets[indices + index]) < types.count else { throw .badTypeIndex(index) }
            transitions.append(time)
            typeIndices.append(octets[indices + index])
        }
    }

    private mutating func readFooter(_ octets: ArraySlice<UInt8>) throws(ZoneError) {
        let newline = UInt8(ascii: "\n")
        guard let first = octets.first, first == newline else { throw .truncated }
        let text = octets.dropFirst()
        guard let end = text.firstIndex(of: newline) else { throw .truncated }
        if text.startIndex < end { rule = try PosixRule(text[..<end]) }
    }
}
