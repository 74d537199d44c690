internal import TimeBase

/// The part of a smoothing course that is ahead, as the responder needs it.
public struct SmoothedTime: Equatable, Sendable {
    /// The course.
    var course: SmoothingCourse
    /// How far it has come at the base of the time that is served, seconds.
    var elapsed: Double
}

extension SmoothedTime {
    static let wordCount = 10

    /// As words that processes of one program hand each other; all zero for none.
    static func words(_ smoothed: SmoothedTime?) -> [UInt64] {
        guard let smoothed else { return [UInt64](repeating: 0, count: wordCount) }
        return [1, smoothed.elapsed.bitPattern] + smoothed.course.numbers.map(\.bitPattern)
    }

    /// - Parameter words: what ``words(_:)`` gave.
    init?(words: ArraySlice<UInt64>) {
        guard words.count == Self.wordCount, words.first == 1 else { return nil }
        let numbers = words.dropFirst().map { Double(bitPattern: $0) }
        guard let course = SmoothingCourse(numbers: Array(numbers.dropFirst())) else { return nil }
        self.init(course: course, elapsed: numbers[0])
    }
}

extension ServedTime {
    /// What is added to the best estimate of true time at a moment on the wall clock, seconds.
    func smoothingOffset(at moment: Instant<Realtime>) -> Double {
        guard let smoothing else { return 0 }
        // The wall clock's seconds are longer or shorter than true ones, as those of the clock that is never set are.
        let since = (moment - base).inSeconds * monotonicRate
        return smoothing.course.offset(after: smoothing.elapsed + since)
    }

    /// Whether that is more than the clock's precision.
    func isSmoothed(at moment: Instant<Realtime>) -> Bool {
        smoothing != nil && smoothingOffset(at: moment).magnitude > leastSmoothing
    }

    /// The clock's precision, seconds.
    var leastSmoothing: Double { Double(sign: .plus, exponent: Int(precision), significand: 1) }

    /// The same without smoothing, for peers: they are no clients.
    var unsmoothed: ServedTime {
        var plain = self
        plain.smoothing = nil
        return plain
    }
}
