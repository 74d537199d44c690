public import Addresses
internal import CLinux
public import Linux
public import TimeBase

/// What became of a question to the resolver.
public struct ResolverAnswer: Equatable, Sendable {
    public var question: UInt64
    /// In the system's order; none if the name is unknown or nobody answered in time.
    public var addresses: [IPAddress]
    /// Why nobody could even be asked.
    public var failure: SystemError?

    public init(question: UInt64, addresses: [IPAddress], failure: SystemError? = nil) {
        self.question = question
        self.addresses = addresses
        self.failure = failure
    }
}

/// Asks the system for the addresses of names without making anybody wait: each question is put by a short-lived
/// process of its own, because getaddrinfo(3) blocks, and a thread would share the daemon's memory with every name
/// service module.
public struct Resolver: ~Copyable {
    private struct Question {
        var number: UInt64
        var name: String
        var family: AddressFamily?
    }

    /// A process that was asked. It ends when this value goes away.
    private final class Child {
        let question: UInt64
        let process: Int32
        let pipe: FileDescriptor
        let deadline: Instant<Monotonic>
        var received: [UInt8] = []

        init(question: UInt64, process: Int32, pipe: consuming FileDescriptor, deadline: Instant<Monotonic>) {
            self.question = question
            self.process = process
            self.pipe = pipe
            self.deadline = deadline
        }

        deinit {
            clinux_end_child(process)
        }
    }

    /// How long a question may take.
    public static let limit = Duration.seconds(30)
    private static let mostChildren = 4
    private static let mostOctets = 8192

    private let program: String
    private var waiting: [Question] = []
    private var children: [Child] = []

    /// - Parameter program: the executable that calls ``ResolverProgram`` when it is started by that name.
    public init(program: String = "/proc/self/exe") {
        self.program = program
    }

    /// The descriptors on which answers are awaited.
    public var descriptors: [Int32] { children.map { $0.pipe.number } }

    /// When ``expire(at:)`` has something to do; nil if nothing is asked.
    public var deadline: Instant<Monotonic>? { children.map(\.deadline).min() }

    /// Asks. What can be answered at once, such as an address, is.
    public mutating func ask(
        _ number: UInt64, name: String, family: AddressFamily?, at now: Instant<Monotonic>
    ) -> [ResolverAnswer] {
        if let address = IPAddress(name) {
            let isWanted = family == nil || address.family == family
            return [ResolverAnswer(question: number, addresses: isWanted ? [address] : [])]
        }
        if Simulator.isPreloaded {
            // Simulators answer in no time, and bear no child processes.
            return [ResolverAnswer(question: number, addresses: ResolverProgram.addresses(of: name, family: family))]
        }
        waiting.append(Question(number: number, name: name, family: family))
        return startWaiting(at: now)
    }

    /// Reads what a process wrote; call it when its descriptor is readable. The descriptor is closed by it if that was all.
    public mutating func receive(_ descriptor: Int32, at now: Instant<Monotonic>) -> [ResolverAnswer] {
        guard let index = children.firstIndex(where: { $0.pipe.number == descriptor }) else { return [] }
        let child = children[index]
        do throws(SystemError) {
            let more = try child.pipe.read(atMost: 1024)
            child.received += more
            if !more.isEmpty, child.received.count <= Self.mostOctets { return [] }
        } catch {
            if error.number == SystemError.tryAgain { return [] }
        }
        children.remove(at: index)
        let lines = child.received.split(separator: UInt8(ascii: "\n"))
        let addresses = lines.compactMap { IPAddress(String(decoding: $0, as: UTF8.self)) }
        return [ResolverAnswer(question: child.question, addresses: addresses)] + startWaiting(at: now)
    }

    /// Ends the processes that took too long.
    public mutating func expire(at now: Instant<Monotonic>) -> [ResolverAnswer] {
        if children.isEmpty { return [] }
        let late = children.filter { $0.deadline <= now }.map { ResolverAnswer(question: $0.question, addresses: []) }
        guard !late.isEmpty else { return [] }
        children.removeAll { $0.deadline <= now }
        return late + startWaiting(at: now)
    }

    private mutating func startWaiting(at now: Instant<Monotonic>) -> [ResolverAnswer] {
        var failures: [ResolverAnswer] = []
        while children.count < Self.mostChildren, !waiting.isEmpty {
            let question = waiting.removeFirst()
            do throws(SystemError) {
                children.append(try start(question, at: now))
            } catch {
                failures.append(ResolverAnswer(question: question.number, addresses: [], failure: error))
            }
        }
        return failures
    }

    private func start(_ question: Question, at now: Instant<Monotonic>) throws(SystemError) -> Child {
        let arguments = [
            ResolverProgram.name, question.family.map { $0 == .ipv4 ? "4" : "6" } ?? "0", question.name,
        ]
        var process: Int32 = 0
        let number = try SystemError.check("posix_spawn", spawn(arguments, &process))
        return Child(
            question: question.number, process: process, pipe: FileDescriptor(owning: number),
            deadline: now + Self.limit)
    }

    /// Right because the list ends with null, and the pointers are used only while the copies of the texts live.
    private func spawn(_ arguments: [String], _ process: inout Int32) -> Int32 {
        let texts = arguments.map { $0.utf8CString }
        func descend(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> Int32 {
            guard index < texts.count else {
                return unsafe (pointers + [nil]).withUnsafeBufferPointer { list in
                    unsafe clinux_spawn(program, list.baseAddress, &process)
                }
            }
            return unsafe texts[index].withUnsafeBufferPointer { text in
                unsafe descend(index + 1, pointers + [text.baseAddress])
            }
        }
        return unsafe descend(0, [])
    }
}

/// What the resolver's process does: looks one name up, writes one address a line, ends.
public enum ResolverProgram {
    /// The name by which a program knows that it is to be the resolver.
    public static let name = "timeballd-resolver"

    /// - Parameter arguments: the process's arguments: name of the program, family (0, 4 or 6), name to look up.
    /// - Returns: the exit status.
    public static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count == 3 else { return 2 }
        // A little longer than the daemon waits: only for when the daemon is not there any more to end it.
        clinux_limit_child(40)
        let family: AddressFamily? = arguments[1] == "4" ? .ipv4 : arguments[1] == "6" ? .ipv6 : nil
        let lines = addresses(of: arguments[2], family: family).map { "\($0)\n" }.joined()
        let output = FileDescriptor(owning: 1)
        return (try? output.write(Array(lines.utf8))) == nil ? 1 : 0
    }

    /// Asks the system and waits.
    static func addresses(of name: String, family: AddressFamily?) -> [IPAddress] {
        SystemResolver.addresses(of: name, family: family)
    }
}
