import CLinux
import Linux

/// A process to be started as a user.
struct Spawn {
    var account: String
    var path: String
    var arguments: [[UInt8]]
    /// `NAME=value`
    var environment: [[UInt8]] = []
    /// Those that stand above what a PAM session gives.
    var above: [[UInt8]] = []
    var input: Int32 = -1
    var output: Int32 = -1
    var directory: [UInt8] = [UInt8(ascii: "/")]
    var needsDirectory = false
    var fileMask: UInt32 = 0o022
    var niceness: Int32 = 0
    var pamService: String?
    var cgroup: String?
    /// A directory, and two names in it: ``Launch/claim``.
    var claim: (directory: Int32, from: String, to: String)?
    /// Where it waits for its instant; nil: it goes at once.
    var gate: Gate?

    init(account: String, path: String, arguments: [[UInt8]]) {
        self.account = account
        self.path = path
        self.arguments = arguments
    }

    /// - Returns: the process, and a descriptor that tells after its end if it never was started.
    func start() -> Result<(process: Int32, failure: Int32), StartFailure> {
        if arguments.contains(where: { $0.contains(0) }) || directory.contains(0) || path.utf8.contains(0) {
            return .failure(StartFailure(reason: "there is an octet 0 in it, which no program can be given"))
        }
        var account = clinux_account()
        let found = unsafe clinux_account(self.account, 0, &account)
        guard found >= 0 else {
            let isMissing = found == -SystemError.noSuchFile
            return .failure(
                StartFailure(reason: isMissing ? "there is no user \(self.account)" : "the user: \(errorText(-found))"))
        }
        var failure: Int32 = -1
        // Right because all pointers are used within the closures that lend them, and the lists end with null.
        let process = unsafe Self.withList(arguments) { arguments in
            unsafe Self.withList(environment) { environment in
                unsafe Self.withList(above) { above in
                    unsafe Self.withText(Array(path.utf8)) { path in
                        unsafe Self.withText(directory) { directory in
                            unsafe Self.withText(pamService.map { Array($0.utf8) }) { pam in
                                unsafe Self.withText(cgroup.map { Array($0.utf8) }) { cgroup in
                                    unsafe Self.withText(claim.map { Array($0.from.utf8) }) { from in
                                        unsafe Self.withText(claim.map { Array($0.to.utf8) }) { to in
                                            unsafe withUnsafePointer(to: &account) { account in
                                                var job = unsafe clinux_job(
                                                    account: account, path: path, arguments: arguments,
                                                    environment: environment, above: above, input: input,
                                                    output: output, directory: directory,
                                                    needs_directory: needsDirectory ? 1 : 0, file_mask: fileMask,
                                                    niceness: niceness, pam_service: pam,
                                                    claim_directory: claim?.directory ?? -1, claim_from: from,
                                                    claim_to: to, cgroup: cgroup,
                                                    gate: gate?.pointer)
                                                return unsafe clinux_job_start(&job, &failure)
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        guard process > 0 else { return .failure(StartFailure(reason: "fork: \(errorText(-process))")) }
        return .success((process, failure))
    }

    private static func withText<Result>(_ octets: [UInt8]?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        guard let octets else { return body(nil) }
        let text = octets.map { CChar(bitPattern: $0) } + [0]
        return unsafe text.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }

    /// Texts one after another in memory, and a list of where each begins.
    private static func withList<Result>(
        _ texts: [[UInt8]], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        var memory: [CChar] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(memory.count)
            memory += text.map { CChar(bitPattern: $0) }
            memory.append(0)
        }
        memory.append(0)
        return unsafe memory.withUnsafeBufferPointer { buffer in
            let list = unsafe starts.map { unsafe buffer.baseAddress?.advanced(by: $0) } + [nil]
            return unsafe list.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}
