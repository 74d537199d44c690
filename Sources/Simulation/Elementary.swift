/// The few functions of analysis that a simulated world needs, without a C library: the same digits on every machine,
/// so a seed means the same everywhere.
enum Elementary {
    static let pi = 3.141592653589793

    /// Natural logarithm of a positive, finite, normal number; relative error below 1e-15 away from 1.
    static func logarithm(_ number: Double) -> Double {
        precondition(number.isNormal && number > 0, "The logarithm is asked only of positive numbers.")
        // number = significand * 2^exponent, with the significand brought near 1, where the series is short.
        var significand = number.significand
        var exponent = Double(number.exponent)
        if significand > 1.4142135623730951 {
            significand /= 2
            exponent += 1
        }
        // ln m = 2 artanh((m - 1) / (m + 1)), and the argument is below 0.172.
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var sum = 0.0
        for order in stride(from: 23, through: 1, by: -2) { sum = sum * square + 1 / Double(order) }
        return 2 * ratio * sum + exponent * 0.6931471805599453
    }

    /// Sine of an angle in turns: `sine(turns: 0.25)` is 1. Error below 1e-15.
    static func sine(turns: Double) -> Double {
        var angle = turns - turns.rounded(.down)
        var sign = 1.0
        if angle >= 0.5 {
            angle -= 0.5
            sign = -1
        }
        if angle > 0.25 { angle = 0.5 - angle }
        let radians = angle * 2 * pi
        let square = radians * radians
        var sum = 0.0
        for order in stride(from: 21, through: 1, by: -2) {
            sum = 1 - sum * square / Double((order + 1) * (order + 2))
        }
        return sign * radians * sum
    }
}
