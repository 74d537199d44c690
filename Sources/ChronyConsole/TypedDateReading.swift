internal import TimeBase

extension TypedDate {
    /// Reads `16:30`, `16:30:05`, `Sep 25, 2015 16:30:05`, `25 Sep 2015 16:30:05`, `2015-09-25 16:30:05`, and any of these
    /// with a `Z` at the end, which means UTC.
    static func read(_ text: String) throws(ConsoleMistake) -> TypedDate {
        let mistake = ConsoleMistake(
            sentence: "510 - Could not parse date string: '\(text)'. Next: such as 16:30:05 or 2015-09-25 16:30:05")
        var isUTC = false
        var body = text
        if let last = body.last, last == "Z" || last == "z" {
            isUTC = true
            body.removeLast()
        }
        let words = body.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "T" && body.contains("-") })
            .map(String.init)
        guard let clock = words.last(where: { $0.contains(":") }), let (hour, minute, second) = time(clock) else {
            throw mistake
        }
        let rest = words.filter { !$0.contains(":") }
        guard !rest.isEmpty else {
            return TypedDate(day: nil, hour: hour, minute: minute, second: second, isUTC: isUTC)
        }
        guard let day = day(rest), (1...12).contains(day.month), (1...31).contains(day.day),
            (1970...9999).contains(day.year)
        else { throw mistake }
        return TypedDate(day: day, hour: hour, minute: minute, second: second, isUTC: isUTC)
    }

    private static func time(_ text: String) -> (Int, Int, Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1],
            let second = parts.count == 3 ? parts[2] : 0, (0...23).contains(hour), (0...59).contains(minute),
            (0...60).contains(second)
        else { return nil }
        return (hour, minute, second)
    }

    private static func day(_ words: [String]) -> Day? {
        if words.count == 1 {
            let parts = words[0].split(separator: "-").map { Int($0) }
            guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2] else { return nil }
            return Day(year: year, month: month, day: day)
        }
        guard words.count == 3 else { return nil }
        func month(_ word: String) -> Int? {
            let prefix = word.prefix(3).lowercased()
            return Moments.months.firstIndex { $0.lowercased() == prefix }.map { $0 + 1 }
        }
        guard let year = Int(words[2]) else { return nil }
        if let month = month(words[0]), let day = Int(words[1]) { return Day(year: year, month: month, day: day) }
        if let month = month(words[1]), let day = Int(words[0]) { return Day(year: year, month: month, day: day) }
        return nil
    }
}
