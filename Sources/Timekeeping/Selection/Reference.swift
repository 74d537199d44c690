internal import Addresses
internal import Estimation
internal import TimeBase

/// What the clock follows, as it was at the last update.
struct Reference: Equatable {
    /// Number of the selected source.
    var source: Int
    var address: IPAddress?
    var identifier: ReferenceIdentifier
    /// Ours: one more than the source's.
    var stratum: UInt8
    var leap: LeapIndicator
    /// When the newest sample was taken.
    var time: Instant<Realtime>
    var monotonic: Instant<Monotonic>
    var rootDelay: Double
    /// Root dispersion at `monotonic`.
    var rootDispersion: Double
}

/// What a strict majority of the sources confirmed.
struct Confirmation: Equatable {
    /// The moment, as samples count it.
    var time: Double
    /// The same moment.
    var monotonic: Instant<Monotonic>
    /// Between these the offset (true time less oscillator time) lay then.
    var low: Double
    var high: Double
    /// How fast that may widen, seconds per second.
    var rate: Double
}
