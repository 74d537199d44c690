/// An axis that knows what it shows: from values to places, and where its marks stand.
struct Ruler {
    /// A mark with its label; without one it is only a fine line.
    struct Tick {
        var value: Double
        var label: String
    }

    let axis: Axis
    /// In the axis' own unit.
    let low: Double
    let high: Double

    /// What lies beyond is not shown: sums and ratios of it would overflow.
    private static let greatest = 1e250
    private static let least = 1e-250

    private static func bearable(_ value: Double) -> Bool { value.magnitude < greatest }

    /// - Parameter values: What is to be visible.
    init(_ axis: Axis, showing values: some Sequence<Double>) {
        self.axis = axis
        let logarithmic = axis.scale == .logarithmic
        var low = Double.infinity
        var high = -Double.infinity
        let asked = axis.range.map { [$0.lowerBound, $0.upperBound] } ?? []
        for value in asked + Array(values) where Self.bearable(value) && (!logarithmic || value > Self.least) {
            low = min(low, value)
            high = max(high, value)
        }
        if logarithmic {
            if !(low > 0 && low <= high) { (low, high) = (1, 10) }
            // A little air on both sides, and never less than a third of a decade.
            let a = Decimal.logarithm(low)
            let b = Decimal.logarithm(high)
            let air = max(0.06 * (b - a), b - a < 0.3 ? 0.15 : 0.03)
            (self.low, self.high) = (Decimal.power(a - air), Decimal.power(b + air))
        } else {
            if low > high { (low, high) = (0, 1) }
            if low == high {
                let room = low == 0 ? 1 : low.magnitude / 2
                (low, high) = (low - room, high + room)
            }
            let air = axis.isTime ? 0 : 0.04 * (high - low)
            (self.low, self.high) = (low - air, high + air)
        }
    }

    /// 0 at the lower end, 1 at the upper one; nil where the axis cannot show the value.
    func place(_ value: Double) -> Double? {
        guard Self.bearable(value) else { return nil }
        guard axis.scale == .logarithmic else { return limited((value - low) / (high - low)) }
        guard value > Self.least else { return nil }
        let a = Decimal.logarithm(low)
        return limited((Decimal.logarithm(value) - a) / (Decimal.logarithm(high) - a))
    }

    /// Far outside is far enough.
    private func limited(_ place: Double) -> Double? {
        place.isNaN ? nil : min(1e4, max(-1e4, place))
    }

    /// About so many marks, in ascending order, all within the range.
    func ticks(about count: Int) -> [Tick] {
        axis.scale == .logarithmic && high > 8 * low ? decades(about: count) : even(about: count)
    }

    private func even(about count: Int) -> [Tick] {
        let step = Self.step(for: (high - low) / Double(max(1, count)), axis.steps)
        guard step > 0, step.isFinite else { return [] }
        var decimals = 0
        while decimals < 15, (step * Decimal.wholePower(decimals)).rounded() / Decimal.wholePower(decimals) != step {
            decimals += 1
        }
        var ticks: [Tick] = []
        var k = (low / step - 1e-9).rounded(.up)
        while k * step <= high + 1e-9 * step, ticks.count < 100 {
            ticks.append(Tick(value: k * step, label: Decimal.fixed(k * step, decimals: decimals)))
            k += 1
        }
        return ticks
    }

    /// The next greater of the steps that read well.
    private static func step(for raw: Double, _ steps: Axis.Steps) -> Double {
        guard raw > 0, raw.isFinite else { return 0 }
        if steps == .hours {
            for step in [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 72, 168] where step >= raw { return step }
        }
        let scale = Decimal.wholePower(Int(Decimal.logarithm(raw).rounded(.down)))
        for factor in [1.0, 2, 5, 10] where factor * scale >= raw * (1 - 1e-9) { return factor * scale }
        return 10 * scale
    }

    private func decades(about count: Int) -> [Tick] {
        let first = Int(Decimal.logarithm(low).rounded(.up))
        let last = Int(Decimal.logarithm(high).rounded(.down))
        let plain = first >= -2 && last <= 4
        if last - first < 2 {
            // Too few decades to read by: 1, 2, 5.
            var ticks: [Tick] = []
            for decade in (first - 1)...(last + 1) {
                for factor in [1, 2, 5] {
                    let value = Double(factor) * Decimal.wholePower(decade)
                    guard value >= low, value <= high else { continue }
                    let label = plain ? Self.short(value) : Self.power(factor, decade)
                    ticks.append(Tick(value: value, label: label))
                }
            }
            return ticks
        }
        let stride = max(1, (last - first + count) / max(1, count))
        var ticks: [Tick] = []
        for decade in first...last {
            let value = Decimal.wholePower(decade)
            let labelled = (decade - first) % stride == 0
            ticks.append(
                Tick(value: value, label: !labelled ? "" : plain ? Self.short(value) : Self.power(1, decade)))
        }
        return ticks
    }

    private static func short(_ value: Double) -> String {
        var decimals = 0
        while decimals < 6,
            (value * Decimal.wholePower(decimals)).rounded() < value * Decimal.wholePower(decimals) * 0.999
                || (value * Decimal.wholePower(decimals)) < 0.999
        {
            decimals += 1
        }
        return Decimal.fixed(value, decimals: decimals)
    }

    private static func power(_ factor: Int, _ exponent: Int) -> String {
        let raised: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
        var text = factor == 1 ? "10" : "\(factor)·10"
        if exponent < 0 { text += "⁻" }
        for digit in String(exponent.magnitude) { text.append(raised[digit.wholeNumberValue ?? 0]) }
        return text
    }
}

extension Figure {
    /// The two rulers, wide enough for all layers.
    var rulers: (horizontal: Ruler, vertical: Ruler) {
        let places = layers.flatMap(\.extremes)
        var across = places.map(\.x)
        var up = places.map(\.y)
        for layer in layers {
            switch layer.shape {
            case .moment(let x): across.append(x)
            case .level(let y): up.append(y)
            case .words(let point, _):
                across.append(point.x)
                up.append(point.y)
            default: break
            }
        }
        return (Ruler(horizontal, showing: across), Ruler(vertical, showing: up))
    }
}
