/// What chrony reaches in the published comparison (newest chronyd of mid-2026, medians over 8 seeds of a public clock
/// simulator): the figures to beat.
public struct PublishedFigures: Equatable, Sendable {
    /// Root mean square of the clock's error in the window, seconds.
    public var rms: Double
    /// The same of the worst seed.
    public var rmsWorst: Double
    /// Requests sent.
    public var packetsSent: Double
    /// Seconds until the error stays below 1 ms and 100 µs; nil if never.
    public var below1ms: Double?
    public var below100us: Double?

    /// The figures of a scenario, if it was published.
    public static func chrony(_ scenario: String) -> PublishedFigures? {
        chrony[scenario]
    }

    private static let chrony: [String: PublishedFigures] = [
        "lan10": .init(rms: 1.94e-05, rmsWorst: 7.34e-05, packetsSent: 82, below1ms: 6, below100us: 7),
        "lan50": .init(rms: 8.11e-05, rmsWorst: 0.000106, packetsSent: 52, below1ms: 72, below100us: 72),
        "lan10_w8": .init(rms: 2.18e-05, rmsWorst: 3.64e-05, packetsSent: 275, below1ms: 6, below100us: 7),
        "lan10_w7": .init(rms: 0.000114, rmsWorst: 0.000121, packetsSent: 313, below1ms: 6, below100us: 1985),
        "lanfast": .init(rms: 2.07e-07, rmsWorst: 2.4e-07, packetsSent: 3964, below1ms: 3, below100us: 4),
        "lanhw": .init(rms: 2.0e-08, rmsWorst: 2.16e-08, packetsSent: 3964, below1ms: 3, below100us: 3),
        "inet1": .init(rms: 0.000492, rmsWorst: 0.0009, packetsSent: 123, below1ms: 79, below100us: 11315),
        "inet1_w8": .init(rms: 0.00108, rmsWorst: 0.00137, packetsSent: 130, below1ms: 79, below100us: 19530),
        "inet1_w7": .init(rms: 0.00247, rmsWorst: 0.00503, packetsSent: 219, below1ms: 110, below100us: nil),
        "inet10": .init(rms: 0.00225, rmsWorst: 0.00283, packetsSent: 123, below1ms: 19762, below100us: 41745),
        "inet10x4": .init(rms: 0.00168, rmsWorst: 0.00228, packetsSent: 492, below1ms: 1424, below100us: 12306),
        "spikes": .init(rms: 0.00087, rmsWorst: 0.00117, packetsSent: 87, below1ms: 150, below100us: 13284),
        "congest": .init(rms: 0.000664, rmsWorst: 0.00145, packetsSent: 135, below1ms: 3826, below100us: 25172),
        "loss30": .init(rms: 0.000716, rmsWorst: 0.00132, packetsSent: 99, below1ms: 248, below100us: 3698),
        "freq100": .init(rms: 6.66e-05, rmsWorst: 0.000168, packetsSent: 36, below1ms: 72, below100us: 72),
        "off1s": .init(rms: 0.000299, rmsWorst: 0.000733, packetsSent: 46, below1ms: 82, below100us: 5532),
        "off1s_neg": .init(rms: 6.46e-05, rmsWorst: 0.000104, packetsSent: 52, below1ms: 71, below100us: 71),
        "hvac": .init(rms: 6.81e-05, rmsWorst: 0.00011, packetsSent: 105, below1ms: 72, below100us: 72),
        "diurnal": .init(rms: 0.0007, rmsWorst: 0.00081, packetsSent: 194, below1ms: 79, below100us: 5894),
        "tstep": .init(rms: 0.000261, rmsWorst: 0.000329, packetsSent: 84, below1ms: 72, below100us: 72),
        "interm": .init(rms: 0.000467, rmsWorst: 0.000672, packetsSent: 226, below1ms: 72, below100us: 72),
        "holdover": .init(rms: 0.000652, rmsWorst: 0.00137, packetsSent: 138, below1ms: 79, below100us: 12709),
        "holdtemp": .init(rms: 0.0112, rmsWorst: 0.0174, packetsSent: 262, below1ms: 72, below100us: 72),
        "false2of5": .init(rms: 0.000538, rmsWorst: 0.000926, packetsSent: 326, below1ms: 111, below100us: 874),
        "asym3": .init(rms: 0.00141, rmsWorst: 0.00239, packetsSent: 195, below1ms: 21000, below100us: nil),
        "refclk": .init(rms: 3.78e-07, rmsWorst: 4.73e-07, packetsSent: 0, below1ms: 48, below100us: 48),
        "extstep": .init(rms: 7.13e-05, rmsWorst: 0.000102, packetsSent: 83, below1ms: 736, below100us: 736),
    ]
}
