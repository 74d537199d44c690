import ClockStudies

/// What the machine's clock is compared with.
protocol ClockReference {
    /// For reports: `rtc0 (ds1307)`, `NTP server 192.0.2.1`.
    var name: String { get }
    /// Whether it counts from 1970; if not, from somewhere, and only its rate means anything.
    var countsFrom1970: Bool { get }
    /// Whether it starts anew with the machine, so that a recording cannot go on after that.
    var endsWithBoot: Bool { get }
    /// Whether it tells time only by an edge each second.
    var comparesAtEdges: Bool { get }
    /// How far its rate may be off, fractional; nil when nobody knows.
    var rateDoubt: Double? { get }
    /// Facts about it for the report.
    var facts: [Study.Fact] { get }

    /// Compares once. It may take as long as the reference needs: up to some seconds.
    mutating func compare() throws(ReferenceFailure) -> ClockComparison
}

/// Why a comparison came to nothing; a sentence.
struct ReferenceFailure: Error {
    var sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
