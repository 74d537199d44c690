import Testing

/// One line of chronyc's machine-readable output (its option -c). A column that is not there is empty.
struct Row: Equatable, ExpressibleByArrayLiteral, CustomStringConvertible {
    var columns: [String]

    init(arrayLiteral columns: String...) { self.columns = columns }

    init(_ line: Substring) {
        columns = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    subscript(_ column: Int) -> String { columns.indices.contains(column) ? columns[column] : "" }

    /// The number in a column; the test ends if there is none.
    func number(_ column: Int, sourceLocation: SourceLocation = #_sourceLocation) throws -> Double {
        try #require(Double(self[column]), "column \(column) of \(columns)", sourceLocation: sourceLocation)
    }

    /// Claims that a column holds a number of this range.
    func expect(
        _ column: Int, _ range: ClosedRange<Double>, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let isInside = Double(self[column]).map(range.contains) ?? false
        #expect(isInside, "\(what): \(self[column]) is not in \(range) (\(columns))", sourceLocation: sourceLocation)
    }

    var description: String { columns.joined(separator: ",") }
}
