internal import Addresses
internal import TimeBase

/// How many clients are remembered (`clientloglimit`, `noclientlog`).
public struct ClientLogSettings: Hashable, Sendable {
    /// Octets of memory at most.
    public var memory = 524_288
    /// Whether clients may be listed. Limits of rate are kept in any case.
    public var isListed = true

    public init() {}
}

/// What a client asked for.
public enum ClientService: Int, CaseIterable, Hashable, Sendable {
    case time
    case control
}

/// Who asked, how often, and how much more each may: a token bucket for each client and service (per /64 for IPv6, since
/// one machine may use a whole one, and per address whatever the port).
///
/// The table grows with the number of clients up to its limit; then, in a set of eight, the client that was quiet for
/// longest makes room. What was left in its bucket is kept aside in less room, so that a client that is pushed out and
/// comes back finds no full bucket. Places depend on a random key, so nobody can choose addresses that push a given client
/// out. Nothing is allocated but when the table grows.
struct ClientLog: Sendable {
    /// Of one client and one service.
    struct Account: Equatable, Sendable {
        var hits: UInt32 = 0
        var drops: UInt32 = 0
        /// Sixteenths of a second, of the last request.
        var last: UInt32 = 0
        /// What is left in the bucket; a sixteenth of a second earns one.
        var tokens: UInt32 = 0
        /// Mean interval between requests, seconds; -1 where there was only one, -2 where there was none.
        var interval: Float = -2

        /// Whether anything was ever asked.
        var isUsed: Bool { interval > -2 }
    }

    struct Client: Sendable {
        /// The last address that was seen.
        var address = IPAddress.v4(0)
        var time = Account()
        var control = Account()

        subscript(service: ClientService) -> Account {
            get { service == .time ? time : control }
            _modify {
                if service == .time { yield &time } else { yield &control }
            }
        }
    }

    /// What is kept of a client that had to make room.
    private struct Shadow {
        var tag: UInt16 = 0
        /// In units of a thirty-second of a full bucket.
        var fill: UInt8 = 32
        var service: UInt8 = 0
        var last: UInt32 = 0
    }

    let settings: ClientLogSettings
    private let limits: [RateLimitSettings?]
    private let key: UInt64
    private(set) var clients: [Client] = []
    /// Of each place 64 bits of the client's network; equal for two only by chance, with a key nobody knows. 0 = nobody.
    /// Apart from the clients, because a search looks at eight, and they lie side by side here.
    private(set) var tags: [UInt64] = []
    /// When each was seen last, like ``Account/last``.
    private var seen: [UInt32] = []
    private var shadows: [Shadow] = []
    /// Clients that had to make room for others.
    private(set) var forgotten: UInt64 = 0

    /// Clients that share a place.
    private static let ways = 8
    /// Octets of one place.
    private static let placeSize =
        MemoryLayout<Client>.stride + MemoryLayout<UInt64>.stride + MemoryLayout<UInt32>.stride
    private static let firstSets = 8
    private let mostSets: Int
    private let shadowMask: UInt64

    /// - Parameters:
    ///   - limits: how often a client of each service is answered, by raw value; nil for always.
    init(settings: ClientLogSettings, limits: [RateLimitSettings?], key: UInt64) {
        self.settings = settings
        self.limits = limits
        self.key = key
        // A quarter of the memory for the shadows, the rest for clients; one set at least.
        let memory = max(settings.memory, 0)
        var count = 256
        while count * 2 * MemoryLayout<Shadow>.stride <= memory / 4 { count *= 2 }
        shadowMask = UInt64(count - 1)
        mostSets = max(1, (memory - memory / 4) / (Self.ways * Self.placeSize))
    }

    /// Octets that are in use.
    var memory: Int {
        clients.count * Self.placeSize + shadows.count * MemoryLayout<Shadow>.stride
    }

    // MARK: Limits

    /// Counts a request, and decides whether it is answered.
    mutating func judge(
        _ service: ClientService, _ address: IPAddress, at moment: NTPTimestamp, _ random: inout RandomSource
    ) -> ServingOutcome {
        let now = Self.sixteenths(moment)
        let place = place(of: address, service, now)
        clients[place].address = address
        seen[place] = now
        let outcome = Self.judge(&clients[place][service], limits[service.rawValue], now, &random)
        if outcome != .answered { clients[place][service].drops &+= 1 }
        return outcome
    }

    /// The moment in sixteenths of a second, as accounts count.
    static func sixteenths(_ moment: NTPTimestamp) -> UInt32 { UInt32(truncatingIfNeeded: moment.bits >> 28) }

    private static func judge(
        _ account: inout Account, _ limit: RateLimitSettings?, _ now: UInt32, _ random: inout RandomSource
    ) -> ServingOutcome {
        // A wall clock that was put back must not lock a client out: any long gap fills the bucket.
        let gap = now &- account.last
        if account.isUsed {
            let seconds = Float(gap) / 16
            account.interval = account.interval < 0 ? seconds : account.interval + (seconds - account.interval) / 4
        } else {
            account.interval = -1
        }
        account.hits &+= 1
        account.last = now
        guard let limit else { return .answered }
        let full = limit.price &* limit.bucket
        account.tokens = gap > full ? full : min(full, account.tokens &+ gap)
        if account.tokens >= limit.price {
            account.tokens -= limit.price
            return .answered
        }
        let chance = random.next()
        // A few are answered all the same, so that a flood from a forged address cannot cut the real client off.
        if limit.leak > 0, chance & (1 << UInt64(min(limit.leak, 32)) - 1) == 0 { return .answered }
        if limit.kissInterval > 0, chance >> 32 & (1 << UInt64(min(limit.kissInterval, 31)) - 1) == 0 { return .kissed }
        return .rateLimited
    }

    // MARK: Places

    private mutating func place(of address: IPAddress, _ service: ClientService, _ now: UInt32) -> Int {
        if clients.isEmpty { clear(places: Self.ways * min(Self.firstSets, mostSets)) }
        let tag = hash(address)
        var first = firstPlace(tag)
        if let place = find(tag, first) { return place }
        if tags[first..<first + Self.ways].allSatisfy({ $0 != 0 }), grow() { first = firstPlace(tag) }
        let place = quietest(first, now)
        if tags[place] != 0 {
            forgotten &+= 1
            for service in ClientService.allCases where limits[service.rawValue] != nil { remember(place, service) }
        }
        clients[place] = Client(address: address)
        tags[place] = tag
        for service in ClientService.allCases {
            guard let limit = limits[service.rawValue] else { continue }
            clients[place][service].tokens = limit.price &* limit.bucket
            // So that the first gap is counted from a moment that was.
            clients[place][service].last = now
            recall(place, service, limit)
        }
        return place
    }

    private mutating func clear(places: Int) {
        clients = Array(repeating: Client(), count: places)
        tags = Array(repeating: 0, count: places)
        seen = Array(repeating: 0, count: places)
    }

    private func firstPlace(_ tag: UInt64) -> Int {
        let sets = UInt64(clients.count / Self.ways)
        return Int((tag >> 32 * sets) >> 32) * Self.ways
    }

    private func find(_ tag: UInt64, _ first: Int) -> Int? {
        for index in first..<first + Self.ways where tags[index] == tag { return index }
        return nil
    }

    /// An empty place, or that of the client whose last request is oldest.
    private func quietest(_ first: Int, _ now: UInt32) -> Int {
        var (best, age) = (first, UInt32(0))
        for index in first..<first + Self.ways {
            guard tags[index] != 0 else { return index }
            let since = now &- seen[index]
            if since > age { (best, age) = (index, since) }
        }
        return best
    }

    /// Doubles the table, as long as its memory allows.
    private mutating func grow() -> Bool {
        let sets = min(clients.count / Self.ways * 2, mostSets)
        guard sets * Self.ways > clients.count else { return false }
        let old = (clients: clients, tags: tags, seen: seen)
        clear(places: sets * Self.ways)
        for (index, tag) in old.tags.enumerated() where tag != 0 {
            let first = firstPlace(tag)
            guard let place = (first..<first + Self.ways).first(where: { tags[$0] == 0 }) else {
                forgotten &+= 1
                continue
            }
            (clients[place], tags[place], seen[place]) = (old.clients[index], tag, old.seen[index])
        }
        return true
    }

    /// The first of the four places where something may be kept aside.
    private func firstShadow(_ tag: UInt64, _ service: ClientService) -> Int {
        Int((tag &+ UInt64(service.rawValue)) &* 4 & shadowMask)
    }

    private func findShadow(_ tag: UInt64, _ service: ClientService) -> Int? {
        guard !shadows.isEmpty else { return nil }
        let first = firstShadow(tag, service)
        let short = UInt16(truncatingIfNeeded: tag >> 16)
        for index in first..<first + 4
        where shadows[index].tag == short && shadows[index].service == UInt8(service.rawValue) { return index }
        return nil
    }

    /// Keeps aside what is left in a client's bucket; in a full place, what was kept longest is given up.
    private mutating func remember(_ place: Int, _ service: ClientService) {
        guard let limit = limits[service.rawValue], clients[place][service].isUsed else { return }
        if shadows.isEmpty { shadows = Array(repeating: Shadow(), count: Int(shadowMask) + 1) }
        let (tag, account) = (tags[place], clients[place][service])
        let first = firstShadow(tag, service)
        var spot = findShadow(tag, service) ?? first
        if shadows[spot].tag != UInt16(truncatingIfNeeded: tag >> 16) {
            for index in first..<first + 4
            where account.last &- shadows[index].last > account.last &- shadows[spot].last { spot = index }
        }
        let full = max(limit.price &* limit.bucket, 1)
        shadows[spot] = Shadow(
            tag: UInt16(truncatingIfNeeded: tag >> 16), fill: UInt8(clamping: account.tokens &* 32 / full),
            service: UInt8(service.rawValue), last: account.last)
    }

    private mutating func recall(_ place: Int, _ service: ClientService, _ limit: RateLimitSettings) {
        guard let spot = findShadow(tags[place], service), shadows[spot].fill < 32 else { return }
        clients[place][service].tokens = limit.price &* limit.bucket / 32 &* UInt32(shadows[spot].fill)
        clients[place][service].last = shadows[spot].last
    }

    /// A keyed mix of the network; zero is kept for empty places.
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

    // MARK: Reports

    /// Forgets what was counted of a client; its bucket stays as it is.
    mutating func resetCounts(_ index: Int) {
        for service in ClientService.allCases {
            clients[index][service].hits = 0
            clients[index][service].drops = 0
        }
    }
}

extension RateLimitSettings {
    /// What an answer costs: a sixteenth of a second earns one token.
    var price: UInt32 {
        let exponent = min(max(interval, -4), 12) + 4
        return UInt32(1) << UInt32(exponent)
    }

    /// Answers that a full bucket is good for.
    var bucket: UInt32 { UInt32(clamping: min(max(burst, 1), 255)) }
}
