/// What the kernel says has happened to something that is watched.
public struct WatchEvent: Hashable, Sendable {
    /// The watch's number; -1 where the queue was full.
    public var watch: Int32
    public var mask: WatchMask
    /// Joins the two halves of a move; 0 for all else.
    public var cookie: UInt32
    /// The file in the watched directory; empty if it is about what is watched itself.
    public var name: [UInt8]

    public init(watch: Int32, mask: WatchMask, cookie: UInt32 = 0, name: [UInt8] = []) {
        self.watch = watch
        self.mask = mask
        self.cookie = cookie
        self.name = name
    }

    /// What one read from inotify gives: numbers in this machine's order (inotify(7)). Octets that make no whole event end
    /// the list.
    public static func read(_ octets: some Collection<UInt8>) -> [WatchEvent] {
        let octets = Array(octets)
        var events: [WatchEvent] = []
        var at = 0
        func number(_ place: Int) -> UInt32 {
            var value: UInt32 = 0
            for index in 0..<4 { value |= UInt32(octets[place + index]) << UInt32(8 * index) }
            return UInt32(littleEndian: value)
        }
        while octets.count - at >= 16 {
            let length = Int(number(at + 12))
            guard length <= octets.count - at - 16 else { break }
            events.append(
                WatchEvent(
                    watch: Int32(bitPattern: number(at)), mask: WatchMask(rawValue: number(at + 4)),
                    cookie: number(at + 8), name: Array(octets[(at + 16)..<(at + 16 + length)].prefix { $0 != 0 })))
            at += 16 + length
        }
        return events
    }
}
