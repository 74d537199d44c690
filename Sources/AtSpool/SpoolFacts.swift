/// What the kernel says of a spool file that was opened without following links.
public struct SpoolFacts: Hashable, Sendable {
    public var isRegular: Bool
    /// User number.
    public var owner: UInt32
    /// The twelve low bits.
    public var mode: UInt32
    /// How many names lead to it.
    public var links: UInt64
    /// Octets.
    public var size: UInt64

    public init(isRegular: Bool, owner: UInt32, mode: UInt32, links: UInt64, size: UInt64) {
        self.isRegular = isRegular
        self.owner = owner
        self.mode = mode
        self.links = links
        self.size = size
    }

    /// What keeps the file from being read at all. A second name is what atd itself gives a job that it starts; more are an
    /// attempt to have somebody else's file run.
    public func check() throws(SpoolError) {
        guard isRegular else { throw .kind }
        guard links <= 2 else { throw .links(links) }
        guard mode & 0o022 == 0 else { throw .writable(mode: mode) }
        guard size <= SpoolFile.largest else { throw .size(size) }
        guard mode & 0o100 != 0 else { throw .incomplete }
    }

    /// What keeps a file that was read from being run: the user that it names must be its owner, whom only the kernel and root
    /// decide on.
    public func check(_ file: SpoolFile) throws(SpoolError) {
        guard file.user == owner else { throw .owner(named: file.user, owner: owner) }
    }
}
