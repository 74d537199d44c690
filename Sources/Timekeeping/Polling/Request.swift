internal import NTPWire
internal import TimeBase

/// What a request looks like.
extension Timekeeper {
    /// A request to a source, authenticated where the configuration wants that; nil if its key is not known.
    ///
    /// - Parameters:
    ///   - cookie: the random number in the transmit timestamp's place.
    ///   - alias: the random number in the receive timestamp's place, if an interleaved answer is asked for.
    func request(_ index: Int, cookie: NTPTimestamp, alias: NTPTimestamp?) -> [UInt8]? {
        let settings = sources[index].settings
        var header = NTPHeader(
            version: settings.version, mode: .client, poll: Int8(clamping: sources[index].poll), precision: 32,
            transmit: cookie)
        if let alias, let last = sources[index].passage {
            header.origin = last.receive
            header.receive = alias
        }
        var octets = header.octets
        if settings.asksMonotonicRoot {
            octets += [UInt8](repeating: 0, count: MonotonicRootField.size)
            var span = octets.mutableSpan
            MonotonicRootField.question.write(into: &span, at: NTPHeader.size)
        }
        return sealed(octets, key: settings.key)
    }

    /// A packet with its code; nil if there is no such key.
    func sealed(_ octets: [UInt8], key: UInt32?) -> [UInt8]? {
        guard let key else { return octets }
        guard let length = keys.key(key)?.codeLength(version: octets[0] >> 3 & 7) else { return nil }
        var packet = octets + [UInt8](repeating: 0, count: 4 + length)
        var span = packet.mutableSpan
        guard keys.seal(&span, length: octets.count, key: key) == packet.count else { return nil }
        return packet
    }

    /// Whether a packet proves that it comes from who has the key; anything does where none is asked for.
    func isAuthentic(_ octets: [UInt8], _ layout: PacketLayout, key: UInt32?) -> Bool {
        guard let key else { return true }
        guard let code = layout.code, code.key == key else { return false }
        return keys.verifies(code, of: octets.span)
    }
}
