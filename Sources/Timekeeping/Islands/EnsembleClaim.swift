extension EnsembleScale {
    /// What a member says of itself.
    public struct Claim: Hashable, Sendable {
        /// How much its frequency wanders when nobody corrects it, s/s per square root of a second.
        public var wander: Double
        /// Whether it belongs to the ensemble, so that others may go by it.
        public var isSettled: Bool
        /// Which setting by hand its scale follows; all go by the latest.
        public var setting: HandSetting
        /// Whether it is on its way to where its scale belongs, so that it moves faster than its crystal would.
        public var isSlewing: Bool

        public init(
            wander: Double, isSettled: Bool, setting: HandSetting = .never, isSlewing: Bool = false
        ) {
            self.wander = wander
            self.isSettled = isSettled
            self.setting = setting
            self.isSlewing = isSlewing
        }
    }

    /// How often the ensemble's time was set by hand: the number of the last setting, 1 to 31, after which it begins again
    /// at 1; 0 where it never was.
    public struct HandSetting: Hashable, Sendable {
        /// 0 … 31.
        public let number: UInt8

        public static let never = HandSetting(0)
        /// Numbers on the ring.
        private static let ring = 31

        /// - Parameter number: of which the lowest 5 bits count.
        public init(_ number: UInt8) { self.number = number & 31 }

        /// The one that follows.
        public var next: HandSetting { HandSetting(UInt8(Int(number) % Self.ring) + 1) }

        /// How far another one is ahead of this one: from -15 to 15, and 0 for the same. Whoever was never set is behind
        /// everybody who was.
        public func distance(to other: HandSetting) -> Int {
            if self == other { return 0 }
            if number == 0 { return Self.ring / 2 + 1 }
            if other.number == 0 { return -Self.ring / 2 - 1 }
            let ahead = (Int(other.number) - Int(number) + Self.ring) % Self.ring
            return ahead <= Self.ring / 2 ? ahead : ahead - Self.ring
        }
    }
}
