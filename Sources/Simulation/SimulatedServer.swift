public import Addresses
internal import NTPWire
internal import TimeBase

/// A time server somewhere in the simulated network, and the ways to it and back.
public struct ServerSettings: Equatable, Sendable {
    /// What a server does with a request.
    public enum Condition: Equatable, Sendable {
        /// Stratum 1 with a perfect clock.
        case good
        /// As good, but this much fast (negative: slow).
        case falseticker(Duration)
        /// Never answers.
        case dead
        /// The machine is there but nobody listens: ICMP port unreachable.
        case refusing
        /// Answers that it is not synchronised.
        case unsynchronised
        /// A member of an island (`role island`), this much fast.
        case member(Duration)
        /// Answers like a good one, but says RATE to whoever asks sooner than this after the last request.
        case rateLimiting(Duration)
    }

    /// From a moment on, a condition.
    public struct Phase: Equatable, Sendable {
        public var from: Duration
        public var condition: Condition

        public init(from: Duration, _ condition: Condition) {
            self.from = from
            self.condition = condition
        }
    }

    public var address: IPAddress
    /// In order of time; the first begins at the start.
    public var phases: [Phase]
    public var toServer: NetworkPath
    public var fromServer: NetworkPath

    public init(
        address: IPAddress, condition: Condition = .good, later phases: [Phase] = [], toServer: NetworkPath,
        fromServer: NetworkPath
    ) {
        self.address = address
        self.phases = [Phase(from: .zero, condition)] + phases
        self.toServer = toServer
        self.fromServer = fromServer
    }
}

/// A server at work: takes request octets, makes reply octets.
struct SimulatedServer: Sendable {
    /// What comes of a request.
    enum Answer: Equatable {
        case silence
        case portUnreachable
        case reply([UInt8])
    }

    /// Time from a request's coming in to its reply's going out.
    static let processing = Duration.microseconds(1)

    let settings: ServerSettings
    private let time: TrueTime
    private var lastRequest: Duration?

    init(_ settings: ServerSettings, time: TrueTime = TrueTime()) {
        self.settings = settings
        self.time = time
    }

    /// What the server is like at a moment.
    func condition(at moment: Duration) -> ServerSettings.Condition {
        settings.phases.last { $0.from <= moment }?.condition ?? .dead
    }

    /// - Parameters:
    ///   - octets: a datagram that came in.
    ///   - moment: true time since the start.
    mutating func answer(_ octets: [UInt8], at moment: Duration) -> Answer {
        let previous = lastRequest
        switch condition(at: moment) {
        case .dead: return .silence
        case .refusing: return .portUnreachable
        case .good: return reply(to: octets, at: moment, error: .zero)
        case .member(let error):
            return reply(to: octets, at: moment, error: error) { header in
                header.stratum = 10
                header.rootDispersion = NTPShort(roundingUp: .microseconds(100))
                // Settled, and its crystal wanders by 1e-8.
                header.referenceIdentifier = ReferenceIdentifier(bits: 0x4953_80d0)
            }
        case .falseticker(let error): return reply(to: octets, at: moment, error: error)
        case .unsynchronised:
            return reply(to: octets, at: moment, error: .zero) { header in
                header.leap = .unsynchronised
                header.stratum = 0
                header.referenceIdentifier = .none
                header.referenceTime = .unknown
            }
        case .rateLimiting(let interval):
            lastRequest = moment
            guard let previous, moment - previous < interval else { return reply(to: octets, at: moment, error: .zero) }
            return reply(to: octets, at: moment, error: .zero) { header in
                header.leap = .unsynchronised
                header.stratum = 0
                header.referenceIdentifier = ReferenceIdentifier(bits: 0x5241_5445)  // RATE
                header.receive = header.origin
                header.transmit = header.origin
            }
        }
    }

    private func reply(
        to octets: [UInt8], at moment: Duration, error: Duration, changing: (inout NTPHeader) -> Void = { _ in }
    ) -> Answer {
        guard let request = NTPHeader(octets.span), request.mode == .client else { return .silence }
        let received = time.utc(at: moment) + error
        var header = NTPHeader(
            leap: time.announcement(at: moment), version: request.version, mode: .server, stratum: 1,
            poll: request.poll, precision: -24,
            rootDispersion: NTPShort(roundingUp: .microseconds(1)),
            // GPS
            referenceIdentifier: time.isSmeared(at: moment) ? .smoothed : ReferenceIdentifier(bits: 0x4750_5300),
            referenceTime: NTPTimestamp(received - .seconds(1)), origin: request.transmit,
            receive: NTPTimestamp(received), transmit: NTPTimestamp(received + Self.processing))
        changing(&header)
        return .reply(header.octets)
    }
}
