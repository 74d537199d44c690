import CLinux
import JobScheduler
import JobsControl

/// The connections of tools. Each asks, and is answered; who sends nonsense is closed.
struct Clients {
    private struct Client {
        var descriptor: Int32
        var peer: Peer
        var incoming: [UInt8] = []
        /// What the client has not taken yet.
        var outgoing: [UInt8] = []
        var sent = 0
    }

    private var clients: [Int: Client] = [:]
    private var count = 0
    /// No more at one time: further ones wait in the kernel.
    private static let most = 256

    func descriptor(_ number: Int) -> Int32? { clients[number]?.descriptor }

    /// The next connection.
    mutating func accept(_ listener: Int32) -> (number: Int, descriptor: Int32)? {
        guard clients.count < Self.most else { return nil }
        var user: UInt32 = 0
        var process: Int32 = 0
        let descriptor = unsafe clinux_stream_accept(listener, &user, &process)
        guard descriptor >= 0 else { return nil }
        count += 1
        clients[count] = Client(descriptor: descriptor, peer: Peer(user: user, name: Account(number: user)?.name))
        return (count, descriptor)
    }

    /// What has come, and whether more can.
    mutating func receive(_ number: Int) -> (events: [Event], isOpen: Bool) {
        guard var client = clients[number] else { return ([], false) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        // Right because the kernel is told the array's own size.
        let got = unsafe buffer.withUnsafeMutableBytes {
            unsafe clinux_read(client.descriptor, $0.baseAddress, UInt($0.count))
        }
        if got == -11 { return ([], true) }
        guard got > 0 else { return ([], false) }
        client.incoming += buffer.prefix(got)
        var events: [Event] = []
        do throws(MessageError) {
            while let content = try Frame.take(&client.incoming) {
                events.append(
                    .request(try JobsRequest(content), client: ClientToken(number: number), from: client.peer))
            }
        } catch {
            _ = send(JobsReply.refused(.misunderstood, error.sentence).frame, to: number)
            return (events, false)
        }
        clients[number] = client
        return (events, true)
    }

    /// What became of an answer.
    enum Sending {
        case sent
        /// The client has to read before the rest goes: wait until it can be written to.
        case waits
        case gone
    }

    /// Answers, as far as the client takes it now.
    mutating func send(_ octets: [UInt8], to number: Int) -> Sending {
        guard clients[number] != nil else { return .sent }
        clients[number]?.outgoing += octets
        return flush(number)
    }

    /// Goes on with what was left of the answers.
    mutating func flush(_ number: Int) -> Sending {
        guard let client = clients[number] else { return .gone }
        var at = client.sent
        while at < client.outgoing.count {
            // Right because the kernel is told the array's own size.
            let sent = unsafe client.outgoing.withUnsafeBytes {
                unsafe clinux_stream_write(client.descriptor, $0.baseAddress?.advanced(by: at), UInt($0.count - at))
            }
            if sent == -11 {
                clients[number]?.sent = at
                return .waits
            }
            guard sent > 0 else { return .gone }
            at += sent
        }
        clients[number]?.outgoing = []
        clients[number]?.sent = 0
        return .sent
    }

    mutating func close(_ number: Int) {
        if let client = clients.removeValue(forKey: number) { clinux_close(client.descriptor) }
    }
}

/// A user of this machine.
struct Account {
    var user: UInt32
    var group: UInt32
    var name: String
    var home: String

    init?(name: String) {
        var account = clinux_account()
        guard unsafe clinux_account(name, 0, &account) >= 0 else { return nil }
        self.init(&account)
    }

    init?(number: UInt32) {
        var account = clinux_account()
        guard unsafe clinux_account(nil, number, &account) >= 0 else { return nil }
        self.init(&account)
    }

    private init(_ account: inout clinux_account) {
        user = account.user
        group = account.group
        name = Self.text(&account.name)
        home = Self.text(&account.home)
    }

    /// A text in a field of C's.
    private static func text<Field>(_ field: inout Field) -> String {
        // Right because the field's own size is taken.
        unsafe withUnsafeBytes(of: &field) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
