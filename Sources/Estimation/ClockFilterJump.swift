/// Samples that are far from what was expected: of one source, or of all, as when a virtual machine was paused unnoticed or all
/// servers follow one that was set.
extension ClockFilter {
    /// A sample far from what was expected is either the clock's doing or its source's. Where most other sources saw
    /// nothing since this source's last sample, it is the source's: its own offset is in doubt, not the frequency.
    mutating func isolateIfAlone(_ place: Int, offset: Double, variance: Double) {
        var expected = 0.0
        var error = 0.0
        let n = size
        for belief in beliefs {
            expected += belief.weight * (belief.covariance[place * n + place] + variance)
            error += belief.weight * (offset - belief.mean[place])
        }
        let isSurprising = error * error > 25 * expected
        let since = members[place].lastTime
        members[place].wasSurprising = isSurprising
        guard isSurprising, members.count > 1 else { return }
        let others = members.indices.filter { $0 != place && members[$0].lastTime > since }
        let calm = others.count { !members[$0].wasSurprising }
        guard 2 * calm > others.count else { return }
        members[place].wasSurprising = false
        for index in beliefs.indices { beliefs[index].covariance[place * n + place] += error * error }
    }

    /// A sample that even the most restless belief cannot explain is no change of frequency: no crystal does that. All
    /// offsets are in doubt by it then, and the frequency stays as it is. If the next two say the same again, it is the
    /// frequency after all.
    mutating func allowJump(_ place: Int, offset: Double, variance: Double) {
        let n = size
        var error = 0.0
        var isInexplicable = true
        for belief in beliefs {
            let innovation = offset - belief.mean[place]
            error += belief.weight * innovation
            if innovation * innovation <= 100 * (belief.covariance[place * n + place] + variance) {
                isInexplicable = false
            }
        }
        guard isInexplicable else {
            jumps = 0
            return
        }
        jumps += 1
        guard jumps <= 2 else { return }
        for index in beliefs.indices {
            for k in members.indices {
                for l in members.indices { beliefs[index].covariance[k * n + l] += error * error }
            }
        }
    }
}
