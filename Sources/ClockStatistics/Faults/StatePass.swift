/// Phase and frequency with their covariance, as a Kalman filter for `NoiseModel` carries them along.
struct ClockEstimate {
    var x = 0.0
    var y = 0.0
    var xx = 0.0
    var xy = 0.0
    var yy = 0.0

    /// Goes on by some seconds; a negative time goes backwards, and the noise grows all the same.
    mutating func advance(_ time: Double, _ noise: NoiseModel) {
        let size = time.magnitude
        x += y * time
        xx += 2 * time * xy + time * time * yy + noise.frequency * size + noise.walk * size * size * size / 3
        xy += time * yy + (time < 0 ? -1 : 1) * noise.walk * size * size / 2
        yy += noise.walk * size
    }

    /// Takes a reading in.
    mutating func take(_ reading: Double, variance: Double) {
        let total = xx + variance
        guard total > 0 else { return }
        let innovation = reading - x
        let gainX = xx / total
        let gainY = xy / total
        x += gainX * innovation
        y += gainY * innovation
        yy -= gainY * xy
        xy *= variance / total
        xx = gainX * variance
    }
}
