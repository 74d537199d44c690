internal import CLinux
public import TimeBase

/// Where the parts of a shared page are.
public struct PageLayout: Sendable {
    /// Octets of the page; a multiple of 8, like the other two.
    public var size: Int
    /// Where the sequence number is.
    public var sequence: Int
    /// Where the octets begin that change.
    public var body: Int

    public init(size: Int, sequence: Int, body: Int) {
        precondition([size, sequence, body].allSatisfy { $0 >= 0 && $0.isMultiple(of: 8) && $0 <= 65536 })
        precondition(sequence + 8 <= size && body <= size)
        self.size = size
        self.sequence = sequence
        self.body = body
    }
}

/// The writer's side of a small file that other processes map into memory.
@safe public struct PageWriter: ~Copyable {
    private let page: UnsafeMutableRawPointer
    private let layout: PageLayout

    /// Puts a new page in the place of whatever is at a path. Who has mapped the old one finds `farewell` there.
    ///
    /// - Parameter octets: the whole page, with an even sequence number.
    public init(
        replacing path: String, layout: PageLayout, octets: [UInt8], farewell: [UInt8]
    ) throws(SystemError) {
        precondition(octets.count == layout.size && farewell.count == layout.size - layout.body)
        let (folder, name) = AtomicFile.split(path)
        guard !name.isEmpty else { throw SystemError(call: "open \(path)", number: SystemError.invalid) }
        let directory = FileDescriptor(
            owning: try SystemError.check("open \(folder)", unsafe clinux_open_directory(folder)))
        let aside = ".\(name).new"
        let removed = unsafe clinux_remove_in(directory.number, aside)
        if removed != -SystemError.noSuchFile { try SystemError.check("unlink \(aside)", removed) }
        var old: UnsafeMutableRawPointer?
        let found = unsafe clinux_page_map(directory.number, name, UInt(layout.size), 1, &old)
        var new: UnsafeMutableRawPointer?
        // Right because the kernel is told the array's own size.
        let created = unsafe octets.withUnsafeBytes { buffer in
            unsafe clinux_page_create(directory.number, aside, buffer.baseAddress, UInt(buffer.count), &new)
        }
        defer {
            if found == 0, let old = unsafe old { unsafe clinux_page_unmap(old, UInt(layout.size)) }
        }
        try SystemError.check("create \(path)", created)
        guard let new = unsafe new else { throw SystemError(call: "create \(path)", number: SystemError.invalid) }
        let renamed = unsafe clinux_rename_in(directory.number, aside, name)
        guard renamed >= 0 else {
            unsafe clinux_page_unmap(new, UInt(layout.size))
            unsafe clinux_remove_in(directory.number, aside)
            throw SystemError(call: "rename \(aside)", number: 0 - renamed)
        }
        if found == 0, let old = unsafe old { unsafe Self.write(farewell, to: old, layout) }
        unsafe self.page = new
        self.layout = layout
    }

    deinit {
        unsafe clinux_page_unmap(page, UInt(layout.size))
    }

    /// From now until the next ``write(_:)`` nobody believes the page.
    public mutating func begin() {
        unsafe clinux_page_begin(page, UInt(layout.sequence))
    }

    /// Replaces what changes: as many octets as there are from ``PageLayout/body`` to the end.
    public mutating func write(_ body: [UInt8]) {
        precondition(body.count == layout.size - layout.body)
        unsafe Self.write(body, to: page, layout)
    }

    private static func write(_ body: [UInt8], to page: UnsafeMutableRawPointer, _ layout: PageLayout) {
        // Right because the body was measured: it ends where the page does.
        unsafe body.withUnsafeBytes { buffer in
            unsafe clinux_page_write(
                page, UInt(layout.sequence), UInt(layout.body), buffer.baseAddress, UInt(buffer.count))
        }
    }
}

/// A reader's side. Opening it needs system calls, reading does not.
@safe public struct PageReader: ~Copyable, @unchecked Sendable {
    /// A consistent copy of the page, and the clocks while it was valid.
    public struct Reading: Sendable {
        public var octets: [UInt8]
        public var monotonic: Instant<Monotonic>
        /// CLOCK_BOOTTIME - CLOCK_MONOTONIC.
        public var suspended: Duration
    }

    private let page: UnsafeMutableRawPointer
    private let layout: PageLayout

    /// Maps the file at a path. A symbolic link in its place, a file that is no ordinary one or is shorter than a page
    /// is refused (ELOOP, EINVAL, ENODATA).
    public init(_ path: String, layout: PageLayout) throws(SystemError) {
        let (folder, name) = AtomicFile.split(path)
        let directory = FileDescriptor(
            owning: try SystemError.check("open \(folder)", unsafe clinux_open_directory(folder)))
        var page: UnsafeMutableRawPointer?
        try SystemError.check(
            "open \(path)", unsafe clinux_page_map(directory.number, name, UInt(layout.size), 0, &page))
        guard let page = unsafe page else { throw SystemError(call: "mmap \(path)", number: SystemError.invalid) }
        unsafe self.page = page
        self.layout = layout
    }

    deinit {
        unsafe clinux_page_unmap(page, UInt(layout.size))
    }

    /// Reads the page; nil if it was being written all the time that a writer ever needs.
    public func read() -> Reading? {
        var octets = [UInt8](repeating: 0, count: layout.size)
        var monotonic = clinux_time()
        var boot = clinux_time()
        for attempt in 0..<400 {
            // Right because the C function is told the array's own size.
            let result = unsafe octets.withUnsafeMutableBytes { buffer in
                unsafe clinux_page_read(
                    page, UInt(layout.sequence), buffer.baseAddress, UInt(buffer.count), &monotonic, &boot)
            }
            if result == 0 {
                return Reading(
                    octets: octets, monotonic: Instant(sinceEpoch: Duration(monotonic)),
                    suspended: Duration(boot) - Duration(monotonic))
            }
            // A writer that was interrupted needs the processor that we have.
            if attempt >= 64 { pause(for: .microseconds(50)) }
        }
        return nil
    }
}

/// Sleeps on CLOCK_MONOTONIC; a signal may end it early.
public func pause(for duration: Duration) {
    clinux_pause(clinux_time(roundingDown: max(duration, .zero)))
}
