/// What reading one line did.
struct LineRecord: Equatable {
    var file: String
    var line: Int
    var text: String
    /// The directive, as it was written; nil for an empty line or a comment.
    var word: String?
    /// Whether the settings are others than before.
    var changed = false
    /// How deep it was included.
    var depth: Int

    /// What the settings were before.
    struct Before {
        var place: Int
        var settings: DaemonSettings
        var sources: Int
        var referenceClocks: Int
    }
}

extension Parser {
    /// Notes a line down, before it is obeyed, so that it stands before the lines that it includes.
    mutating func beginRecord(_ octets: ArraySlice<UInt8>, _ word: Word?) -> LineRecord.Before? {
        guard let place = records?.count else { return nil }
        records?.append(
            LineRecord(
                file: file, line: line, text: Line.text(octets), word: word?.text, depth: open.count))
        return LineRecord.Before(
            place: place, settings: settings, sources: sources.count, referenceClocks: referenceClocks.count)
    }

    mutating func endRecord(_ before: LineRecord.Before?) {
        guard let before else { return }
        records?[before.place].changed =
            settings != before.settings || sources.count != before.sources
            || referenceClocks.count != before.referenceClocks
    }
}
