internal import TimeBase

/// The part of a smoothing course that is ahead, as the responder needs it.
public struct SmoothedTime: Equatable, Sendable {
    /// The course.
    var course: SmoothingCourse
    /// How far it has come at the base of the time that is served, seconds.
    var elapsed: Double
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
        guard smoothing != nil else { return false }
        var limit = 1.0
        for _ in 0..<max(-Int(precision), 0) { limit /= 2 }
        return smoothingOffset(at: moment).magnitude > limit
    }

    /// The same without smoothing, for peers: they are no clients.
    var unsmoothed: ServedTime {
        var plain = self
        plain.smoothing = nil
        return plain
    }
}
