internal import Addresses
internal import Control
internal import TimeBase

/// How reference clocks differ from servers where sources are judged and reported.
extension Timekeeper {
    /// Whether a source is a clock of which only the frequency is right.
    func isMeasuredOnly(_ source: Source) -> Bool {
        referenceClocks.contains { $0.source == source.number && $0.settings.isLocal }
    }

    /// Why a reference clock has no sample.
    func storyOfSilence(_ source: Source) -> String {
        guard let clock = referenceClocks.first(where: { $0.source == source.number }) else { return source.story }
        if !clock.refusal.isEmpty { return clock.refusal }
        guard source.failures > 0 else { return "\(clock.group.count) readings so far; \(clock.needed) are needed." }
        return
            "It gave too few readings in \(source.failures) poll intervals (\(clock.group.count) of \(clock.needed))."
    }

    /// What a source report names a source by: its address, or a reference clock's identifier in the place of one.
    func reportedAddress(_ source: Source) -> SourceAddress {
        guard source.settings.kind == .referenceClock else { return controlAddress(source) }
        return .ip(.v4(controlIdentifier(source).bits))
    }
}

extension Source {
    /// A server tells stratum 0 when it is not synchronised; a reference clock has it.
    var leastStratum: Int { settings.kind == .referenceClock ? 0 : 1 }
}
