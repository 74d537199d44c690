extension Figure {
    /// The same picture with fewer points: of those that fall into one column, only the first, the last, the lowest and the
    /// highest are kept, so that no peak is lost.
    /// - Parameter columns: How many there are across the figure; at least 1.
    public func thinned(columns: Int) -> Figure {
        var result = self
        let ruler = rulers.horizontal
        for index in result.layers.indices {
            switch result.layers[index].shape {
            case .line(let points) where points.count > 4 * columns:
                result.layers[index].shape = .line(Self.thinned(points, ruler, columns))
            case .points(let points) where points.count > 4 * columns:
                result.layers[index].shape = .points(Self.thinned(points, ruler, columns))
            case .band(let bars) where bars.count > 2 * columns:
                result.layers[index].shape = .band(Self.thinned(bars, ruler, columns))
            default: break
            }
        }
        return result
    }

    private static func column(_ x: Double, _ ruler: Ruler, _ columns: Int) -> Int {
        Int(min(1, max(0, ruler.place(x) ?? 0)) * Double(max(1, columns)))
    }

    private static func thinned(_ points: [Point], _ ruler: Ruler, _ columns: Int) -> [Point] {
        var result: [Point] = []
        var start = 0
        while start < points.count {
            guard points[start].isFinite else {
                result.append(points[start])
                start += 1
                continue
            }
            let place = column(points[start].x, ruler, columns)
            var lowest = start
            var highest = start
            var end = start + 1
            while end < points.count, points[end].isFinite, column(points[end].x, ruler, columns) == place {
                if points[end].y < points[lowest].y { lowest = end }
                if points[end].y > points[highest].y { highest = end }
                end += 1
            }
            var last = -1
            for index in [start, lowest, highest, end - 1].sorted() where index != last {
                result.append(points[index])
                last = index
            }
            start = end
        }
        return result
    }

    private static func thinned(_ bars: [Bar], _ ruler: Ruler, _ columns: Int) -> [Bar] {
        var result: [Bar] = []
        var lastColumn = -1
        for bar in bars where bar.isFinite {
            let place = column(bar.x, ruler, columns)
            if place == lastColumn, let last = result.last {
                result[result.count - 1] = Bar(last.x, min(last.low, bar.low), max(last.high, bar.high))
            } else {
                result.append(bar)
                lastColumn = place
            }
        }
        return result
    }
}
