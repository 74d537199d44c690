internal import CLinux

/// Words that one process writes and others read: memory that is shared with processes which are forked later, with a
/// sequence number by which a reader knows that it read nothing half written.
@safe public struct SharedMemory: ~Copyable {
    /// How many words there are.
    public let count: Int
    private var memory: UnsafeMutableRawPointer
    private let descriptor: FileDescriptor
    private let size: UInt

    public init(count: Int) throws(SystemError) {
        precondition((1...500).contains(count), "One page of memory is enough.")
        let size = UInt(8 * (count + 1))
        var memory: UnsafeMutableRawPointer?
        var number: Int32 = -1
        try SystemError.check("memfd_create", unsafe clinux_shared_create(size, &memory, &number))
        descriptor = FileDescriptor(owning: number)
        self.count = count
        self.size = size
        guard let memory = unsafe memory else { preconditionFailure("What was mapped has an address.") }
        unsafe self.memory = memory
    }

    deinit {
        unsafe clinux_shared_unmap(memory, size)
    }

    /// From now on this process can only read, whatever it tries. For the process that was forked.
    public mutating func giveUpWriting() throws(SystemError) {
        var mapped: UnsafeMutableRawPointer? = unsafe memory
        try SystemError.check("mmap", unsafe clinux_shared_reduce(descriptor.number, size, &mapped))
        if let mapped = unsafe mapped { unsafe memory = mapped }
    }

    /// Replaces all words. For the process that has not given up writing.
    public mutating func write(_ words: [UInt64]) {
        precondition(words.count == count, "All words are replaced together.")
        // Right because the array was measured.
        unsafe words.withUnsafeBytes { buffer in
            unsafe clinux_page_write(memory, 0, 8, buffer.baseAddress, UInt(buffer.count))
        }
    }

    /// Changes with each ``write(_:)``.
    public var sequence: UInt64 { unsafe clinux_page_sequence(memory, 0) }

    /// Copies all words into an array of that size.
    ///
    /// - Returns: false if they were being written all the time that a writer ever needs.
    public func read(into words: inout [UInt64]) -> Bool {
        precondition(words.count == count, "All words are read together.")
        for attempt in 0..<400 {
            // Right because the array was measured.
            let result = unsafe words.withUnsafeMutableBytes { buffer in
                unsafe clinux_page_copy(memory, 0, 8, buffer.baseAddress, UInt(buffer.count))
            }
            if result == 0 { return true }
            // A writer that was interrupted needs the processor that we have.
            if attempt >= 64 { pause(for: .microseconds(50)) }
        }
        return false
    }
}
