/// Whether there is a value and it is within a tolerance of what was expected.
func isNear(_ value: Double?, _ expected: Double, _ tolerance: Double) -> Bool {
    guard let value else { return false }
    return (value - expected).magnitude <= tolerance
}
