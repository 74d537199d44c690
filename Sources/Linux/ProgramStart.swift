internal import CLinux

/// A program to be started, and as whom. What is nil stays as it is in this process.
public struct ProgramStart: Sendable {
    /// A user, with the groups that go with it.
    public struct Identity: Hashable, Sendable {
        public var user: UInt32
        public var group: UInt32
        public var groups: [UInt32]

        public init(user: UInt32, group: UInt32, groups: [UInt32]) {
            self.user = user
            self.group = group
            self.groups = groups
        }
    }

    /// The file, with a slash in its path: PATH is not searched (see ``find(_:in:)``).
    public var path: String
    /// The first is the name that the program sees.
    public var arguments: [String]
    /// `NAME=value`
    public var environment: [String]?
    public var directory: String?
    /// What becomes descriptors 0, 1 and 2.
    public var input: Int32?
    public var output: Int32?
    public var errors: Int32?
    public var identity: Identity?
    public var fileMask: UInt16?
    public var isNewSession = false
    /// The SCHED_FIFO priority from its preparation until ``ChildProcess/becomeOrdinary(_:)``; nil for none. Where it is not
    /// permitted the program starts without.
    public var priority: Int32?

    public init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// Starts it. Returns its process number when it has been executed.
    public func start() throws(SystemError) -> Int32 {
        let result = unsafe withStructure { start in
            var start = unsafe start
            return unsafe clinux_start_now(&start)
        }
        return try SystemError.check("exec \(path)", result)
    }

    /// Where a command is: itself if it has a slash, else the first executable file of that name on the path.
    public static func find(_ command: String, in path: String) -> String? {
        if command.contains("/") { return command }
        guard !command.isEmpty else { return nil }
        for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
            let candidate = (folder.isEmpty ? "." : String(folder)) + "/" + command
            if unsafe clinux_may_execute(candidate) == 1 { return candidate }
        }
        return nil
    }

    /// Right because the structure and all that it points to is used only within the call.
    func withStructure(_ body: (clinux_start) -> Int32) -> Int32 {
        unsafe CStringList(arguments).withPointers { arguments in
            unsafe CStringList(environment ?? []).withPointers { environment in
                unsafe path.withCString { path in
                    unsafe Self.withOptional(directory) { directory in
                        unsafe (identity?.groups ?? []).withUnsafeBufferPointer { groups in
                            let start = unsafe clinux_start(
                                path: path, arguments: arguments,
                                environment: self.environment == nil ? nil : environment, directory: directory,
                                input: input ?? -1, output: output ?? -1, errors: errors ?? -1,
                                user: identity.map { Int64($0.user) } ?? -1,
                                group: identity.map { Int64($0.group) } ?? -1, groups: groups.baseAddress,
                                group_count: UInt(groups.count), file_mask: fileMask.map { Int32($0) } ?? -1,
                                new_session: isNewSession ? 1 : 0, realtime: priority ?? 0)
                            return unsafe body(start)
                        }
                    }
                }
            }
        }
    }

    private static func withOptional(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Int32) -> Int32 {
        guard let text else { return body(nil) }
        return unsafe text.withCString { unsafe body($0) }
    }
}

/// Texts as C has them: a list of pointers that ends with null.
private struct CStringList {
    private var octets: [CChar] = []
    private var starts: [Int] = []

    init(_ texts: [String]) {
        for text in texts {
            starts.append(octets.count)
            octets += text.utf8CString
        }
    }

    /// Right because the pointers are used only while both arrays live, and each text ends with 0 within its array.
    func withPointers(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Int32) -> Int32 {
        unsafe octets.withUnsafeBufferPointer { buffer in
            let pointers = unsafe starts.map { start in unsafe buffer.baseAddress.map { unsafe $0 + start } } + [nil]
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}
