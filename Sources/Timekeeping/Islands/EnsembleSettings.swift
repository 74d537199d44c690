extension EnsembleScale {
    public struct Settings: Hashable, Sendable {
        /// Time between two corrections.
        public var interval = 16.0
        /// A member that was silent for so many intervals is gone.
        public var patience = 5.0
        /// No member has more than this part of all weight.
        public var mostWeight = 0.25
        /// Who differs by less belongs to the ensemble.
        public var settledLimit = 1e-3
        /// After so many corrections in a row.
        public var probation = 8
        /// Noise of one comparison, until it is known better; also what nobody is blamed for.
        public var noise = 50e-6
        /// Near the others, a correction is never faster; who is further away than a sixty-fourth of a second or so is
        /// brought back in about ``haste`` seconds.
        public var slewRate = 500e-6
        public var haste = 1024.0
        /// And never faster than this.
        public var fastest = 0.02
        /// Who is further off when joining steps; nobody goes by a member that joins.
        public var joiningStep = 0.1
        /// Who hears nobody for so long is an ensemble of its own.
        public var loneliness = 300.0
        /// After so many quiet corrections in a row a setting by hand is followed, and all count again.
        public var adoption = 40
        /// How fast two scales may drift apart between two comparisons, for the agreement that is promised.
        public var drift = 2e-6

        public init() {}

        /// How fast a distance is worked off that is too large to be noise: with the sign of the distance.
        func speed(for distance: Double) -> Double {
            let size = distance.magnitude
            let speed = min(size * 0.3 / interval, max(slewRate, size / haste), fastest)
            return distance < 0 ? -speed : speed
        }
    }
}
