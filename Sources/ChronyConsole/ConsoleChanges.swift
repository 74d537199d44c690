internal import Addresses
internal import Control
internal import NTPWire
internal import TimeBase

extension Console {
    /// Has the daemon do what a command asks for; nil if it asks for something else.
    mutating func change(_ command: ConsoleCommand) -> Bool? {
        switch command {
        case .plain(let request): return perform(request)
        case .online(let typed): return selector(typed).map { perform(.online($0)) } ?? false
        case .offline(let typed): return selector(typed).map { perform(.offline($0)) } ?? false
        case .burst(let good, let total, let typed):
            return selector(typed).map { perform(.burst($0, good: good, total: total)) } ?? false
        case .modify(let typed, let modification):
            return address(typed).map { perform(.modify($0, modification)) } ?? false
        case .delete(let typed): return address(typed).map { perform(.deleteSource($0)) } ?? false
        case .selectOptions(let typed, let mask, let options):
            return addressOrIdentifier(typed).map {
                perform(.modifySelectOptions($0, $1, mask: mask, options: options))
            } ?? false
        case .offset(let typed, let offset):
            return addressOrIdentifier(typed).map { perform(.modifyOffset($0, $1, offset)) } ?? false
        case .local(let local): return self.local(local)
        case .setTime(let date): return setTime(date)
        default: return nil
        }
    }

    /// Changes the console itself.
    mutating func configure(_ command: ConsoleCommand) -> Bool {
        switch command {
        case .names(let names): options.names = names
        case .family(let family): options.family = family
        case .timeout(let milliseconds): options.timeout = .milliseconds(milliseconds)
        case .retries(let retries): options.retries = retries
        case .newKey(let number, let algorithm, let bits): world.print(key(number, algorithm, bits: bits))
        case .help: for line in ConsoleManual.help { world.print(line) }
        case .leftover: world.complain("Authentication is no longer supported")
        default: return false
        }
        return true
    }

    /// A line of a key file with a key that nobody knows.
    private func key(_ number: UInt32, _ algorithm: KeyAlgorithm, bits: Int) -> String {
        let secret = world.secret(octets: algorithm.secretLength ?? (bits + 7) / 8)
        let digits = secret.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        return "\(number) \(algorithm.name) HEX:\(digits)"
    }

    /// Asks the daemon in the words of today's chrony; one of 4.3 knows other words, and less.
    private mutating func local(_ local: LocalReference?) -> Bool {
        let reply = world.ask(.local(local), options)
        guard case .status(.invalid)? = reply else {
            return finish(reply)
        }
        if let local, local.activate != .zero || local.waitSynchronised != .zero || local.waitUnsynchronised != nil {
            world.print(ControlStatus.invalid.consoleLine)
            world.complain("This daemon is too old for the options activate, waitsynced and waitunsynced of local.")
            return false
        }
        return perform(.localOld(local))
    }

    private mutating func finish(_ reply: ControlReply?) -> Bool {
        switch reply {
        case .status(let status)?:
            world.print(status.consoleLine)
            return status.isConsoleSuccess
        case nil: world.print(ConsoleTrouble.noAnswer)
        default: world.print(ConsoleTrouble.badReply)
        }
        return false
    }

    private mutating func setTime(_ date: TypedDate) -> Bool {
        guard let instant = world.instant(date) else {
            world.complain("510 - Could not parse date string: there is no such time here")
            return false
        }
        guard
            let report = ask(
                .setTime(instant), { if case .manualTimestamp(let report) = $0 { report } else { nil } })
        else { return false }
        world.print(ControlStatus.success.consoleLine)
        world.print(SystemLines.manual(report))
        return true
    }

    // MARK: Which source is meant

    /// The source of a typed address or name: one that the daemon was configured with, or else a host that the resolver
    /// knows. What it can't be is said.
    mutating func address(_ typed: TypedSource) -> SourceAddress? {
        switch typed {
        case .known(let address): return address
        case .name(let name):
            if let address = configured(name) { return address }
            if let address = world.addresses(of: name, options.family).first { return .ip(address) }
            world.complain(
                "Could not get address for hostname '\(name)', and no source is called so. Next: sources -a")
            return nil
        }
    }

    private mutating func selector(_ typed: TypedSelector) -> SourceSelector? {
        switch typed {
        case .known(let selector): return selector
        case .name(let name):
            guard let address = address(.name(name)) else { return nil }
            switch address {
            case .ip(let ip): return SourceSelector(ip)
            case .unresolved(let number): return .unresolved(number)
            case .unspecified: return nil
            }
        }
    }

    /// As ``address(_:)``, but what is short enough for a reference identifier is one.
    private mutating func addressOrIdentifier(_ typed: TypedSource) -> (SourceAddress, ReferenceIdentifier)? {
        if case .name(let name) = typed, (1...4).contains(name.utf8.count), configured(name) == nil {
            var bits: UInt32 = 0
            for (index, octet) in name.utf8.enumerated() { bits |= UInt32(octet) << UInt32(24 - 8 * index) }
            return (.unspecified, ReferenceIdentifier(bits: bits))
        }
        return address(typed).map { ($0, .none) }
    }

    /// The source whose line in the configuration has this name.
    private mutating func configured(_ name: String) -> SourceAddress? {
        guard case .sourceCount(let count)? = world.ask(.sourceCount, options) else { return nil }
        for index in 0..<min(count, 4096) {
            guard case .source(let report)? = world.ask(.source(index: index), options),
                report.mode != .referenceClock,
                case .sourceName(let known)? = world.ask(.sourceName(report.address), options)
            else { continue }
            if known == name { return report.address }
        }
        return nil
    }
}
