/// A polynomial of degree 1 or 2 through equally spaced values, by least squares, in orthogonal form.
struct Polynomial {
    /// The middle of the indices, about which the other coefficients stand.
    let centre: Double
    let mean: Double
    /// Per index step.
    let slope: Double
    /// Coefficient of u² - mean square of u, u the index from the centre. 0 for degree 1.
    let curvature: Double
    /// Mean square of u.
    let spread: Double

    init(fitting values: [Double], degree: Int) {
        let n = Double(values.count)
        centre = (n - 1) / 2
        // About the first value, so that a great common offset costs no digits.
        let base = values.first ?? 0
        var total = CompensatedSum()
        for value in values { total.add(value - base) }
        let average = n > 0 ? total.value / n : 0
        mean = base + average
        spread = n > 0 ? (n * n - 1) / 12 : 0
        var first = CompensatedSum()
        var second = CompensatedSum()
        for (index, value) in values.enumerated() {
            let u = Double(index) - centre
            let deviation = (value - base) - average
            first.add(u * deviation)
            second.add((u * u - spread) * deviation)
        }
        slope = n > 1 ? first.value / (n * spread) : 0
        // Σ (u² - spread)² = n (n² - 1) (n² - 4) / 180.
        curvature = degree > 1 && n > 2 ? second.value / (n * (n * n - 1) * (n * n - 4) / 180) : 0
    }

    func residuals(of values: [Double]) -> [Double] {
        values.enumerated().map { index, value in
            let u = Double(index) - centre
            return (value - mean) - slope * u - curvature * (u * u - spread)
        }
    }
}
