import CLinux
import ExactStarts
import JobScheduler
import Linux
import TimeBase

/// Where one prepared process waits for its instant: memory that it shares with this one.
@safe final class Gate {
    /// For clinux_job_start.
    let pointer: OpaquePointer

    /// Above all ordinary processes in the last moments, where that is permitted.
    private static let priority: Int32 = 50

    /// - Returns: nil if there is no memory.
    init?(isLoaded: Bool) {
        let hold = isLoaded ? CLINUX_HOLD_ENTRY : CLINUX_HOLD_BEFORE
        guard let pointer = unsafe clinux_gate_open(Int32(hold.rawValue), Self.priority) else { return nil }
        unsafe self.pointer = pointer
    }

    deinit { unsafe clinux_gate_close(pointer) }

    var news: clinux_gate_news { unsafe clinux_gate_news(pointer) }

    func aim(at target: Instant<Monotonic>, latest: Instant<Monotonic>) {
        unsafe clinux_gate_aim(pointer, target.sinceEpoch.wholeNanoseconds, latest.sinceEpoch.wholeNanoseconds)
    }

    /// - Returns: false if it has gone already.
    func cancel() -> Bool { unsafe clinux_gate_cancel(pointer) == 0 }
}

/// Where the processes wait that were prepared for an instant (``ExactAct``), and what they tell.
struct Gates {
    private struct One {
        var gate: Gate
        var process: Int32
        /// Tells that it is prepared, why it failed, and by its end that it went.
        var notices: Int32
        var failure: [UInt8] = []
        var isPrepared = false
        var isTold = false
        var isCancelled = false
    }

    /// What a process tells that another one started.
    enum News {
        case prepared
        case released(process: Int32, at: Instant<Monotonic>, began: Instant<Monotonic>?)
    }

    private var ones: [RunNumber: One] = [:]
    private var closed: [Int32] = []

    mutating func add(_ run: RunNumber, _ gate: Gate, process: Int32, notices: Int32) {
        ones[run] = One(gate: gate, process: process, notices: notices)
    }

    /// What to watch for what it tells; nil if it has told all.
    func notices(_ run: RunNumber) -> Int32? { ones[run].flatMap { $0.notices >= 0 ? $0.notices : nil } }

    func aim(_ run: RunNumber, at target: Instant<Monotonic>, latest: Instant<Monotonic>) {
        ones[run]?.gate.aim(at: target, latest: latest)
    }

    /// - Returns: false if it has gone already.
    mutating func cancel(_ run: RunNumber) -> Bool {
        guard let one = ones[run] else { return true }
        let isCancelled = one.gate.cancel()
        ones[run]?.isCancelled = isCancelled
        // It may be busy with what the program does before its own first instruction.
        if isCancelled { clinux_job_signal(one.process, CLINUX_JOB_KILL) }
        return isCancelled
    }

    /// Reads what it tells.
    mutating func read(_ run: RunNumber) -> News? {
        guard var one = ones[run], one.notices >= 0 else { return nil }
        let wasPrepared = one.isPrepared
        let isOver = Self.take(&one)
        let news: News? = isOver ? Self.released(&one) : one.isPrepared && !wasPrepared ? .prepared : nil
        ones[run] = one
        return news
    }

    /// Takes what can be read.
    ///
    /// - Returns: whether that is all that there will be.
    private static func take(_ one: inout One) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 512)
        while one.notices >= 0 {
            // Right because the kernel is told the array's own size.
            let got = unsafe buffer.withUnsafeMutableBytes {
                unsafe clinux_read(one.notices, $0.baseAddress, UInt($0.count))
            }
            if got < 0 { return false }
            if got == 0 {
                clinux_close(one.notices)
                one.notices = -1
            }
            for octet in buffer.prefix(got) where one.failure.count < 512 {
                if octet == ready { one.isPrepared = true } else { one.failure.append(octet) }
            }
        }
        return true
    }

    /// The octet of `CLINUX_GATE_READY`.
    private static let ready: UInt8 = 6

    private static func released(_ one: inout One) -> News? {
        let news = one.gate.news
        guard news.state == Int32(CLINUX_HELD_RELEASED.rawValue), news.released != 0, !one.isTold, one.failure.isEmpty
        else { return nil }
        one.isTold = true
        return .released(
            process: one.process, at: Instant(sinceEpoch: .nanoseconds(news.released)),
            began: news.began == 0 ? nil : Instant(sinceEpoch: .nanoseconds(news.began)))
    }

    /// What is known at its end.
    struct End {
        /// Why it did not go.
        var failure: String?
        /// That it went, if nobody was told yet.
        var news: News?
        var isCancelled: Bool
        var used: (user: Duration, system: Duration, memory: Int)?
    }

    /// Its process has ended; nil if it never was here.
    mutating func ended(_ run: RunNumber) -> End? {
        guard var one = ones.removeValue(forKey: run) else { return nil }
        if one.notices >= 0 {
            closed.append(one.notices)
            _ = Self.take(&one)
        }
        var end = End(news: Self.released(&one), isCancelled: one.isCancelled)
        let told = one.gate.news
        if !one.failure.isEmpty {
            end.failure = String(decoding: one.failure, as: UTF8.self)
        } else if told.state != Int32(CLINUX_HELD_RELEASED.rawValue) {
            end.failure = "its process ended before its instant"
        }
        if told.is_measured != 0 {
            end.used = (
                .microseconds(told.user_microseconds), .microseconds(told.system_microseconds),
                Int(told.resident_octets)
            )
        }
        if one.notices >= 0 { clinux_close(one.notices) }
        return end
    }

    /// Descriptors that were closed since this was asked last, and are to be watched no more.
    mutating func takeClosed() -> [Int32] {
        defer { closed = [] }
        return closed
    }
}
