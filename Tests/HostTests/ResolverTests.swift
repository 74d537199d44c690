import Addresses
import Daemon
import Foundation
import Linux
import Testing
import TimeBase

/// The daemon that was built together with these tests.
let daemonPath = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("timeballd").path

@Suite struct ResolverTests {
    /// Waits for answers as a host does.
    private func answers(_ resolver: inout Resolver, count: Int) throws -> [ResolverAnswer] {
        var answers: [ResolverAnswer] = []
        let end = KernelClock.monotonic + .seconds(10)
        while answers.count < count, KernelClock.monotonic < end {
            var set = PollSet<Int32>()
            var ready: [PollSet<Int32>.Ready] = []
            for descriptor in resolver.descriptors { set.watch(descriptor, descriptor) }
            try set.wait(isPatient: false, ready: &ready)
            for entry in ready { answers += resolver.receive(entry.tag, at: KernelClock.monotonic) }
            if ready.isEmpty { Thread.sleep(forTimeInterval: 0.001) }
        }
        return answers
    }

    @Test("A process of its own finds localhost, and a name that nobody has has no addresses")
    func localhost() throws {
        var resolver = Resolver(program: daemonPath)
        let before = KernelClock.monotonic
        #expect(resolver.ask(7, name: "localhost", family: .ipv4, at: before).isEmpty)
        #expect(resolver.ask(8, name: "no such name.invalid", family: nil, at: before).isEmpty)
        #expect(resolver.descriptors.count == 2)
        #expect(resolver.deadline == before + .seconds(30))
        let found = try answers(&resolver, count: 2).sorted { $0.question < $1.question }
        #expect(
            found == [
                ResolverAnswer(question: 7, addresses: [.v4(0x7f00_0001)]),
                ResolverAnswer(question: 8, addresses: []),
            ])
        #expect(resolver.descriptors.isEmpty)
        #expect(resolver.deadline == nil)
    }

    @Test("More questions than processes are all answered")
    func many() throws {
        var resolver = Resolver(program: daemonPath)
        for number in 0..<11 as Range<UInt64> {
            #expect(resolver.ask(number, name: "localhost", family: .ipv4, at: KernelClock.monotonic).isEmpty)
            #expect(resolver.descriptors.count <= 4)
        }
        let found = try answers(&resolver, count: 11)
        #expect(Set(found.map(\.question)) == Set(0..<11))
        #expect(found.allSatisfy { $0.addresses == [.v4(0x7f00_0001)] })
    }

    @Test("An address needs no process, and is nobody's of the other family")
    func literal() {
        var resolver = Resolver(program: daemonPath)
        let address = IPAddress.v6(0x2001_0db8_0000_0000, 1)
        let now = KernelClock.monotonic
        #expect(resolver.ask(1, name: "2001:db8::1", family: nil, at: now).map(\.addresses) == [[address]])
        #expect(resolver.ask(2, name: "2001:db8::1", family: .ipv4, at: now).map(\.addresses) == [[]])
        #expect(resolver.descriptors.isEmpty)
    }

    @Test("A resolver that never answers holds nobody up, and is ended when its time is over")
    func silence() throws {
        // Started as the resolver's process would be, this sleeps for 0 and so many seconds.
        let name = "\(UInt32.random(in: 1_000_000...9_999_999))"
        var resolver = Resolver(program: "/usr/bin/sleep")
        let start = KernelClock.monotonic
        #expect(resolver.ask(3, name: name, family: nil, at: start).isEmpty)
        let descriptor = try #require(resolver.descriptors.first)
        #expect(eventually { isRunning(["timeballd-resolver", "0", name]) })
        #expect(resolver.receive(descriptor, at: start).isEmpty)
        #expect(resolver.expire(at: start + .milliseconds(29_999)).isEmpty)
        #expect(resolver.expire(at: start + .seconds(30)) == [ResolverAnswer(question: 3, addresses: [])])
        #expect(resolver.descriptors.isEmpty)
        #expect(KernelClock.monotonic - start < .seconds(5))
        #expect(!isRunning(["timeballd-resolver", "0", name]))
    }

    /// Whether any process has these arguments.
    private func isRunning(_ arguments: [String]) -> Bool {
        let wanted = Data((arguments.joined(separator: "\0") + "\0").utf8)
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.contains { process in
            (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline"))) == wanted
        }
    }

    @Test("A program that cannot be started is an answer with a reason")
    func missing() {
        var resolver = Resolver(program: "/nowhere/timeballd")
        let answers = resolver.ask(4, name: "localhost", family: nil, at: KernelClock.monotonic)
        #expect(
            answers.map(\.failure) == [SystemError(call: "posix_spawn", number: SystemError.noSuchFile)])
        #expect(answers.map(\.addresses) == [[]])
    }
}
