/// Why a daemon cannot start, or cannot offer something: a sentence for the operator, with what to do where that is known.
public struct StartError: Error, Equatable, Sendable, CustomStringConvertible {
    public var sentence: String

    public init(_ sentence: String) {
        self.sentence = sentence
    }

    public var description: String { sentence }
}
