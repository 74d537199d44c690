internal import TimeBase
internal import Timekeeping

/// `tempcomp` of chrony, and our own `temperature`.
extension Parser {
    /// Directives about the crystal's temperature.
    static let temperatureHandlers: [String: Handler] = [
        "tempcomp": { (parser, words) throws(Mistake) in try parser.temperatureCompensation(&words) },
        "temperature": { (parser, words) throws(Mistake) in try parser.learnedTemperature(&words) },
    ]

    /// `tempcomp FILE INTERVAL T0 k0 k1 k2`, or `tempcomp FILE INTERVAL POINTS`
    private mutating func temperatureCompensation(_ words: inout Arguments) throws(Mistake) {
        settings.temperatureSensor = try words.next("a path of a sensor").text
        let interval = try words.seconds(from: .seconds(1))
        let word = try words.next("T0, or the path of a file of points")
        guard !word.text.hasPrefix("/") else {
            let points = try points(word)
            settings.temperaturePoints = word.text
            settings.timekeeper.temperature = TemperatureSettings(interval: interval, model: .points(points))
            return
        }
        guard let reference = Double(word.text), reference.isFinite else {
            throw Mistake(word, "'\(word.text)' is neither a number (T0) nor a path that begins with '/'")
        }
        let limits = -1e9...1e9
        settings.temperaturePoints = nil
        settings.timekeeper.temperature = TemperatureSettings(
            interval: interval,
            model: .polynomial(
                reference: reference, k0: try words.number("k0 in ppm", in: limits),
                k1: try words.number("k1", in: limits), k2: try words.number("k2", in: limits)))
    }

    /// A file with a temperature and a correction in ppm on each line.
    private func points(_ word: Word) throws(Mistake) -> [TemperatureSettings.Point] {
        guard case .success(let octets) = files.read(word.text) else {
            throw Mistake(word, "the file of points \(word.text) can't be read")
        }
        var points: [TemperatureSettings.Point] = []
        for (number, line) in octets.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let columns = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" || $0 == "\r" }
            guard let first = columns.first, first.first != "#" else { continue }
            let numbers = columns.map { Double($0) }
            guard columns.count == 2, let temperature = numbers[0], let ppm = numbers[1], temperature.isFinite,
                ppm.magnitude <= 1e6
            else {
                throw Mistake(word, "line \(number + 1) of \(word.text) is not a temperature and a correction in ppm")
            }
            if let last = points.last, last.temperature >= temperature {
                throw Mistake(word, "line \(number + 1) of \(word.text) is not warmer than the line before")
            }
            points.append(.init(temperature: temperature, correction: Frequency(ppm: ppm)))
        }
        guard points.count > 1 else { throw Mistake(word, "\(word.text) has to have two points or more") }
        return points
    }

    /// `temperature FILE [interval S] [keep FILE]`, or `temperature off`
    private mutating func learnedTemperature(_ words: inout Arguments) throws(Mistake) {
        if words.take("off") {
            settings.timekeeper.temperature = nil
            settings.temperatureSensor = nil
            return
        }
        settings.temperatureSensor = try words.next("a path of a sensor, or 'off'").text
        var temperature = TemperatureSettings(interval: .seconds(60), model: .learned)
        settings.temperaturePoints = nil
        settings.temperatureFile = nil
        while let word = words.optional() {
            switch word.lowercased {
            case "interval": temperature.interval = try words.seconds(from: .seconds(1), to: .seconds(3600))
            case "keep":
                settings.temperatureFile = try words.next("a path").text
                temperature.isKept = true
            default: throw Mistake(word, "'\(word.text)' is neither interval nor keep")
            }
        }
        settings.timekeeper.temperature = temperature
    }
}

extension Configuration {
    static func temperatureLines(_ settings: DaemonSettings) -> [String] {
        guard let temperature = settings.timekeeper.temperature, let sensor = settings.temperatureSensor else {
            return []
        }
        let interval = temperature.interval.decimalSeconds
        switch temperature.model {
        case .polynomial(let reference, let k0, let k1, let k2):
            let numbers = [reference, k0, k1, k2].map { Number.text($0) }.joined(separator: " ")
            return ["tempcomp \(sensor) \(interval) \(numbers)"]
        case .points:
            return settings.temperaturePoints.map { ["tempcomp \(sensor) \(interval) \($0)"] } ?? []
        case .learned:
            let keep = settings.temperatureFile.map { " keep \($0)" } ?? ""
            return ["temperature \(sensor) interval \(interval)\(keep)"]
        }
    }
}
