/// A picture of data before it is drawn: what there is to see, in the data's own units.
///
/// The same figure becomes SVG (`svg`), terminal text (`text`) and JSON (`json`), so that they cannot disagree.
public struct Figure: Sendable, Equatable {
    /// A short heading.
    public var title: String
    /// What the figure shows, in a sentence or two, for readers who cannot see it.
    public var summary: String
    /// The axis that runs to the right.
    public var horizontal: Axis
    /// The axis that runs upwards.
    public var vertical: Axis
    /// Drawn in this order, later ones on top.
    public var layers: [Layer]

    /// A figure; without layers it shows its axes only.
    public init(title: String, summary: String, horizontal: Axis, vertical: Axis, layers: [Layer] = []) {
        self.title = title
        self.summary = summary
        self.horizontal = horizontal
        self.vertical = vertical
        self.layers = layers
    }
}

/// What an axis counts and how it is divided.
public struct Axis: Sendable, Equatable {
    /// Equal differences or equal ratios take equal room.
    public enum Scale: String, Sendable {
        case linear, logarithmic
    }

    /// Where the marks of a linear axis stand.
    public enum Steps: String, Sendable {
        /// At 1, 2 or 5 times a power of ten.
        case decimal
        /// At whole hours, parts of a day, days.
        case hours
    }

    /// The quantity with its unit, as `time (h)`.
    public var label: String
    public var scale: Scale
    public var steps: Steps
    /// Whether it runs along a record, which begins and ends at the figure's edges.
    public var isTime: Bool
    /// What is shown at least; nil where the data decide.
    public var range: ClosedRange<Double>?

    /// A linear axis in steps of ten, unless said otherwise.
    public init(
        _ label: String, scale: Scale = .linear, steps: Steps = .decimal, isTime: Bool = false,
        range: ClosedRange<Double>? = nil
    ) {
        self.label = label
        self.scale = scale
        self.steps = steps
        self.isTime = isTime
        self.range = range
    }
}

/// A place in the data's own units.
public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }

    var isFinite: Bool { x.isFinite && y.isFinite }
}

/// A vertical stretch: an error bar, or one place of a band.
public struct Bar: Sendable, Equatable {
    public var x: Double
    public var low: Double
    public var high: Double

    public init(_ x: Double, _ low: Double, _ high: Double) {
        self.x = x
        self.low = low
        self.high = high
    }

    var isFinite: Bool { x.isFinite && low.isFinite && high.isFinite }
}

/// One thing drawn into a figure.
public struct Layer: Sendable, Equatable {
    /// What is drawn.
    public enum Shape: Sendable, Equatable {
        /// Joined points; one that is not finite interrupts the line.
        case line([Point])
        /// Separate points.
        case points([Point])
        /// Vertical bars with end strokes.
        case errorBars([Bar])
        /// The area between two edges.
        case band([Bar])
        /// A straight line of the given slope in a figure whose axes are both logarithmic: y = y₀ (x/x₀)^slope.
        case guide(through: Point, slope: Double)
        /// A thin vertical line where something happened.
        case moment(Double)
        /// A thin horizontal line, such as a limit.
        case level(Double)
        /// Words, with their left end at a place.
        case words(Point, String)
    }

    /// Its colour; what a colour looks like is the renderer's business.
    public enum Hue: Sendable, Equatable {
        /// That of the text, for what is not data.
        case quiet
        /// One of a row of colours that are told apart well; counted from 0, the same again after six.
        case series(Int)
    }

    /// As the legend says; empty for none.
    public var name: String
    public var hue: Hue
    public var shape: Shape

    /// A layer in the first colour, unless said otherwise.
    public init(_ shape: Shape, name: String = "", hue: Hue = .series(0)) {
        self.name = name
        self.hue = hue
        self.shape = shape
    }

    /// Every place that has to be visible; what is not finite is left out.
    var extremes: [Point] {
        switch shape {
        case .line(let points), .points(let points): points.filter(\.isFinite)
        case .errorBars(let bars), .band(let bars):
            bars.filter(\.isFinite).flatMap { [Point($0.x, $0.low), Point($0.x, $0.high)] }
        case .guide, .moment, .level, .words: []
        }
    }
}
