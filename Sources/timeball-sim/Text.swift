/// Numbers as people read them.
extension String {
    /// Filled up with spaces: on the right to `width`, on the left if it is negative.
    func padded(to width: Int) -> String {
        let spaces = String(repeating: " ", count: Swift.max(0, abs(width) - count))
        return width < 0 ? spaces + self : self + spaces
    }

    /// Seconds with a unit of a human scale and three digits: `19.4 µs`. nil is `-`.
    init(seconds: Double?) {
        guard let seconds, seconds.isFinite else {
            self = "-"
            return
        }
        let (scale, unit) =
            switch seconds.magnitude {
            case 0: (1.0, "s")
            case ..<0.9995e-6: (1e9, "ns")
            case ..<0.9995e-3: (1e6, "µs")
            case ..<0.9995: (1e3, "ms")
            default: (1.0, "s")
            }
        let number = seconds * scale
        let decimals = number.magnitude < 9.995 ? 2 : number.magnitude < 99.95 ? 1 : 0
        self = String(number, decimals: decimals) + " " + unit
    }

    /// A number with so many decimals.
    init(_ number: Double, decimals: Int) {
        guard number.isFinite, number.magnitude < 1e15 else {
            self = "\(number)"
            return
        }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (number.magnitude * scale).rounded()
        let whole = (scaled / scale).rounded(.down)
        let rest = "\(Int64(scaled - whole * scale))"
        let zeros = String(repeating: "0", count: Swift.max(0, decimals - rest.count))
        let sign = number < 0 && scaled != 0 ? "-" : ""
        self = sign + "\(Int64(whole))" + (decimals == 0 ? "" : "." + zeros + rest)
    }
}
