/// The choice of a time zone by questions: continent or ocean, country, zone. Any other text than a number searches.
public struct ZonePicker: Sendable {
    /// What one answer led to.
    public enum Outcome: Hashable, Sendable {
        /// There is another question.
        case asks
        /// It was understood by nobody; the sentence says why, and the question stays.
        case misunderstood(String)
        case chosen(String)
        case stopped
    }

    private enum Question: Hashable {
        case continent
        case country(String)
        case zone(title: String, zones: [ZonePlaces.Place])
        case confirmation(String)
    }

    private let table: ZonePlaces
    /// The way here; the last is asked.
    private var questions: [Question] = [.continent]

    /// The first part of a zone's name, and what people call it.
    private static let continents = [
        ("Africa", "Africa"), ("America", "Americas"), ("Antarctica", "Antarctica"), ("Asia", "Asia"),
        ("Atlantic", "Atlantic Ocean"), ("Australia", "Australia"), ("Europe", "Europe"), ("Indian", "Indian Ocean"),
        ("Pacific", "Pacific Ocean"),
    ]
    static let utc = "Etc/UTC"

    public init(_ table: ZonePlaces) {
        self.table = table
    }

    /// The question as lines, with what to choose from.
    ///
    /// - Parameter clock: what clocks show in a zone now, for people.
    public func lines(clock: (String) -> String) -> [String] {
        switch questions.last ?? .continent {
        case .continent:
            return ["Which continent or ocean? A number; or any text, such as a city, to search for; q to stop."]
                + numbered(Self.continents.map(\.1) + ["UTC"])
        case .country(let continent):
            return ["Which country? A number or a text; b to go back."] + numbered(countries(of: continent))
        case .zone(let title, let zones):
            let width = zones.map(\.zone.count).max() ?? 0
            return ["\(title) A number or a text; b to go back."]
                + numbered(
                    zones.map { place in
                        let gap = String(repeating: " ", count: width - place.zone.count)
                        let words = place.comment.isEmpty ? place.countries.first ?? "" : place.comment
                        return "\(place.zone)\(gap)  \(clock(place.zone))  \(words)"
                    })
        case .confirmation(let zone):
            return ["\(zone), where clocks show \(clock(zone)) now. Is that right?", "  1  yes", "  2  no"]
        }
    }

    private func numbered(_ items: [String]) -> [String] {
        let width = String(items.count).count
        return items.enumerated().map { index, item in
            let number = String(index + 1)
            return "  " + String(repeating: " ", count: width - number.count) + number + "  " + item
        }
    }

    /// Takes a line that somebody typed.
    public mutating func answer(_ line: String) -> Outcome {
        let text = String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        switch text.lowercased() {
        case "": return .asks
        case "q", "quit": return .stopped
        case "b", "back":
            if questions.count > 1 { questions.removeLast() }
            return .asks
        default: break
        }
        let question = questions.last ?? .continent
        if case .confirmation(let zone) = question { return confirmed(text, zone) }
        if text.allSatisfy({ $0.isNumber && $0.isASCII }) {
            guard let number = Int(text), number >= 1, choose(number - 1, question) else {
                return .misunderstood("There is no number \(text) here.")
            }
            return .asks
        }
        return search(text)
    }

    private mutating func confirmed(_ text: String, _ zone: String) -> Outcome {
        switch text.lowercased() {
        case "1", "y", "yes": return .chosen(zone)
        case "2", "n", "no":
            questions = [.continent]
            return .asks
        default: return .misunderstood("Please answer 1 or 2.")
        }
    }

    /// - Returns: false if there is no such item.
    private mutating func choose(_ index: Int, _ question: Question) -> Bool {
        switch question {
        case .continent:
            if index == Self.continents.count {
                questions.append(.confirmation(Self.utc))
                return true
            }
            guard Self.continents.indices.contains(index) else { return false }
            questions.append(.country(Self.continents[index].0))
        case .country(let continent):
            let countries = countries(of: continent)
            guard countries.indices.contains(index) else { return false }
            let zones = zones(of: countries[index])
            if let only = zones.first, zones.count == 1 {
                questions.append(.confirmation(only.zone))
            } else {
                questions.append(.zone(title: "Which part of \(countries[index])?", zones: zones))
            }
        case .zone(_, let zones):
            guard zones.indices.contains(index) else { return false }
            questions.append(.confirmation(zones[index].zone))
        case .confirmation: return false
        }
        return true
    }

    private mutating func search(_ text: String) -> Outcome {
        let found = table.search(text)
        guard let first = found.first else {
            return .misunderstood("No zone, country or city of the table has \(text.debugDescription).")
        }
        if found.count == 1 {
            questions.append(.confirmation(first.zone))
        } else {
            questions.append(.zone(title: "Which of these has \(text.debugDescription)?", zones: found))
        }
        return .asks
    }

    private func countries(of continent: String) -> [String] {
        let here = table.places.filter { $0.zone.hasPrefix(continent + "/") }
        return Set(here.flatMap(\.countries)).sorted()
    }

    private func zones(of country: String) -> [ZonePlaces.Place] {
        table.places.filter { $0.countries.contains(country) }
    }
}
