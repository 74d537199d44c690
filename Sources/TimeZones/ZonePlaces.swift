/// Where each time zone is kept: tzdata's zone1970.tab and iso3166.tab.
public struct ZonePlaces: Hashable, Sendable {
    /// A zone that people choose.
    public struct Place: Hashable, Sendable {
        /// `Europe/Berlin`
        public var zone: String
        /// Names of countries and territories; the first is the zone's own.
        public var countries: [String]
        /// Which part of the country; empty where it has one zone.
        public var comment: String
    }

    /// In the order of the table.
    public let places: [Place]

    /// Why a table cannot be read: which, the line from 1, and what is wrong.
    public struct TableError: Error, Hashable, Sendable {
        public var table: String
        public var line: Int
        public var reason: String

        /// One sentence.
        public var sentence: String { "\(table), line \(line): \(reason)." }
    }

    /// - Parameters:
    ///   - zones: the text of zone1970.tab: country codes, coordinates, zone, comment, with tabs between them.
    ///   - countries: the text of iso3166.tab: code, name.
    public init(zones: String, countries: String) throws(TableError) {
        var names: [Substring: String] = [:]
        for (number, fields) in Self.lines(countries) {
            guard fields.count == 2, fields[0].utf8.count == 2, !fields[1].isEmpty else {
                throw TableError(table: "iso3166.tab", line: number, reason: "it is no code, tab and name")
            }
            names[fields[0]] = String(fields[1])
        }
        var places: [Place] = []
        for (number, fields) in Self.lines(zones) {
            guard fields.count == 3 || fields.count == 4, fields[2].contains("/") else {
                throw TableError(
                    table: "zone1970.tab", line: number, reason: "it is no list of codes, place, zone and comment")
            }
            var here: [String] = []
            for code in fields[0].split(separator: ",") {
                guard let name = names[code] else {
                    throw TableError(
                        table: "zone1970.tab", line: number, reason: "no country has the code \(code.debugDescription)")
                }
                here.append(name)
            }
            places.append(
                Place(zone: String(fields[2]), countries: here, comment: fields.count == 4 ? String(fields[3]) : ""))
        }
        self.places = places
    }

    private static func lines(_ text: String) -> [(number: Int, fields: [Substring])] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            if line.isEmpty || line.hasPrefix("#") { return nil }
            return (index + 1, line.split(separator: "\t", omittingEmptySubsequences: false))
        }
    }

    /// Zones whose name, countries or comment hold all words of a text, whatever their case.
    public func search(_ text: String) -> [Place] {
        let words = text.lowercased().split(whereSeparator: { $0 == " " || $0 == "_" || $0 == "/" })
        guard !words.isEmpty else { return [] }
        return places.filter { place in
            let all = ([place.zone] + place.countries + [place.comment]).joined(separator: " ").lowercased()
            return words.allSatisfy { Self.holds(Array(all.utf8), Array($0.utf8)) }
        }
    }

    private static func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
