internal import Addresses
internal import TimeBase

/// Token buckets, one per client address (per /64 for IPv6, since one machine may use a whole one), in a table of
/// fixed size. Where a set of the table is full, the client that was quiet for longest makes room.
///
/// The place in the table depends on a random key, so nobody can choose addresses that push a given client out.
struct RateLimiter: Sendable {
    let settings: RateLimitSettings
    private let key: UInt64
    private var entries: [Entry]

    /// Entries that share a place.
    private static let ways = 4
    private static let sets = 4096

    private struct Entry {
        /// 64 bits of the address; equal for two addresses only by chance, with a key nobody knows.
        var tag: UInt64 = 0
        /// Sixteenths of a second, of the last request.
        var last: UInt32 = 0
        /// Tokens left, in units of which an answer costs `price`.
        var tokens: UInt32 = 0
    }

    init(settings: RateLimitSettings, key: UInt64) {
        self.settings = settings
        self.key = key
        entries = Array(repeating: Entry(), count: Self.ways * Self.sets)
    }

    /// What an answer costs: a sixteenth of a second earns one token.
    private var price: UInt32 {
        let exponent = min(max(settings.interval, -4), 12) + 4
        return UInt32(1) << UInt32(exponent)
    }

    mutating func judge(
        _ address: IPAddress, at moment: Instant<Realtime>, _ random: inout RandomSource
    ) -> ServingOutcome {
        let tag = hash(address)
        let now = UInt32(truncatingIfNeeded: (moment.sinceEpoch.attoseconds / 62_500_000_000_000_000))
        let first = Int(tag >> 40 & UInt64(Self.sets - 1)) * Self.ways
        let full = price &* UInt32(clamping: min(max(settings.burst, 1), 255))
        var place = first
        var isKnown = false
        for index in first..<first + Self.ways {
            if entries[index].tag == tag {
                place = index
                isKnown = true
                break
            }
            if now &- entries[index].last > now &- entries[place].last || entries[index].tag == 0 { place = index }
        }
        if isKnown {
            // A wall clock that was put back must not lock a client out: any long gap fills the bucket.
            let gain = now &- entries[place].last
            entries[place].tokens = gain > full ? full : min(full, entries[place].tokens &+ gain)
        } else {
            entries[place] = Entry(tag: tag, last: now, tokens: full)
        }
        entries[place].last = now
        if entries[place].tokens >= price {
            entries[place].tokens -= price
            return .answered
        }
        let chance = random.next()
        // A few are answered all the same, so that a flood from a forged address cannot cut the real client off.
        if settings.leak > 0, chance & (1 << UInt64(min(settings.leak, 32)) - 1) == 0 { return .answered }
        if settings.kissInterval > 0, chance >> 32 & (1 << UInt64(min(settings.kissInterval, 31)) - 1) == 0 {
            return .kissed
        }
        return .rateLimited
    }

    /// A keyed mix of the address; zero is kept for empty entries.
    private func hash(_ address: IPAddress) -> UInt64 {
        let bits: UInt64
        switch address {
        case .v4(let value): bits = UInt64(value) | 1 << 63
        case .v6(let high, _): bits = high
        }
        var mixed = bits ^ key
        // Two rounds of a 64-bit finaliser (Stafford, variant 13), with the key in between.
        for _ in 0..<2 {
            mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
            mixed = (mixed ^ mixed >> 31) &+ key
        }
        return mixed == 0 ? 1 : mixed
    }
}
