public import Plotting

/// A report before it is a page or lines of text: what it says, in order.
public struct Document: Sendable, Equatable {
    /// One piece of it.
    public enum Block: Sendable, Equatable {
        case heading(String)
        case paragraph(String)
        /// The answer: what a reader in a hurry has to see.
        case answer(String)
        /// Names and values.
        case facts([(name: String, value: String)])
        /// Columns after the first stand at the right.
        case table(header: [String], rows: [[String]])
        case figure(Figure)

        public static func == (one: Block, other: Block) -> Bool { "\(one)" == "\(other)" }
    }

    public var title: String
    public var blocks: [Block]

    /// A number with a real minus sign.
    static func typeset(_ cell: String) -> String {
        guard cell.hasPrefix("-"), cell.dropFirst().first?.isNumber == true else { return cell }
        return "−" + cell.dropFirst()
    }

    public init(title: String, blocks: [Block] = []) {
        self.title = title
        self.blocks = blocks
    }
}
