/// Finds what a mistyped word was meant to be.
enum Nearest {
    /// The known word that is fewest edits away; nil if none is near enough to be meant.
    static func word(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= 40 else { return nil }
        let octets = Array(word.lowercased().utf8)
        var best: (word: String, edits: Int)?
        for candidate in known {
            let limit = min(max(2, candidate.utf8.count / 2), octets.count - 1, (best?.edits ?? .max) - 1)
            // At least the difference in length has to be edited.
            guard (candidate.utf8.count - octets.count).magnitude <= max(limit, 0) else { continue }
            let edits = edits(octets, Array(candidate.utf8))
            if edits <= limit { best = (candidate, edits) }
        }
        return best?.word
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
