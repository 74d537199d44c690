/// Finds what a mistyped word was meant to be.
enum Nearest {
    /// The known word that is fewest edits away; nil if none is near enough to be meant.
    static func word(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= 40 else { return nil }
        var best: (word: String, edits: Int)?
        for candidate in known {
            let edits = edits(Array(word.lowercased().utf8), Array(candidate.utf8))
            if edits < best?.edits ?? .max { best = (candidate, edits) }
        }
        guard let best, best.edits <= max(2, best.word.utf8.count / 2), best.edits < word.utf8.count else { return nil }
        return best.word
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance).
    static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, before[column - 1] + 1)
                }
                current.append(least)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
