internal import NTPWire
public import TimeBase

/// `role island`: this machine belongs to a network that may have no reference, and agrees with its other members.
public struct IslandSettings: Equatable, Sendable {
    /// What is served while nobody has true time; the same for all members.
    public var stratum: UInt8 = 10

    /// The strata that an island may have: what is below is left to real sources.
    public static let strata = 2...15

    public init() {}
}

/// A time that has certainly passed: no island serves one before it.
public struct TimeFloor: Hashable, Sendable {
    public var time: Instant<Realtime>
    /// What says so: "the build of this program".
    public var name: String

    public init(_ time: Instant<Realtime>, name: String) {
        self.time = time
        self.name = name
    }
}

/// How a member of an island says what it is, in the reference identifier of ordinary packets.
///
/// The first two octets are the letters `IS`. Of the other two, from the highest bit down: 1 bit, whether it is settled;
/// 1 bit, whether it is on its way; 5 bits, the number of the setting by hand that it follows; 5 bits, its wander, where k
/// stands for 1e-10 times the k-th power of the root of 2; 4 bits that are sent as 0 and ignored.
///
/// An IPv4 address 73.83.x.y would look the same. So only packets with a root delay of exactly 0 and a stratum of 2 or more
/// are taken for an island's: who follows a server across a network has some root delay.
struct IslandMark: Equatable {
    var claim: EnsembleScale.Claim

    private static let letters: UInt32 = 0x4953_0000
    /// The least wander that can be said.
    static let leastWander = 1e-10
    private static let root = 1.414_213_562_373_095_1

    init(_ claim: EnsembleScale.Claim) { self.claim = claim }

    /// Nil if these bits are not a member's.
    init?(_ identifier: ReferenceIdentifier) {
        let bits = identifier.bits
        guard bits & 0xffff_0000 == Self.letters else { return nil }
        var wander = Self.leastWander
        for _ in 0..<(bits >> 4 & 31) { wander *= Self.root }
        claim = EnsembleScale.Claim(
            wander: wander, isSettled: bits & 0x8000 != 0,
            setting: EnsembleScale.HandSetting(UInt8(truncatingIfNeeded: bits >> 9)), isSlewing: bits & 0x4000 != 0)
    }

    /// Nil if the packet is not a member's.
    init?(_ header: NTPHeader) {
        guard header.rootDelay.bits == 0, IslandSettings.strata.contains(Int(header.stratum)) else { return nil }
        self.init(header.referenceIdentifier)
    }

    var identifier: ReferenceIdentifier {
        var exponent: UInt32 = 0
        var wander = Self.leastWander
        // Rounded to the nearest, on the logarithmic scale.
        while exponent < 31, claim.wander > wander * 1.189_207_115 {
            exponent += 1
            wander *= Self.root
        }
        return ReferenceIdentifier(
            bits: Self.letters | (claim.isSettled ? 0x8000 : 0) | (claim.isSlewing ? 0x4000 : 0)
                | UInt32(claim.setting.number) << 9 | exponent << 4)
    }
}
