import TimeBase
import Timekeeping

extension Drift {
    /// Reads a drift file: two decimal numbers in ppm, frequency and skew. nil if it says anything else.
    init?(fileText text: String) {
        let numbers = text.split { $0 == " " || $0 == "\n" || $0 == "\t" }.prefix(2).map { Double($0) }
        guard numbers.count == 2, let frequency = numbers[0], let skew = numbers[1],
            frequency.isFinite, skew.isFinite, skew >= 0
        else { return nil }
        self.init(frequency: Frequency(ppm: frequency), skew: Frequency(ppm: skew))
    }
}
