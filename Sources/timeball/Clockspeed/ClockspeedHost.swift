import AtomicTime
import Clockspeed
import Engine
import Glibc
import Linux
import TimeBase
import Timekeeping

/// This machine, as far as the daemon clockspeed needs it. The working directory is its home: `adjust`, `etc/atto`, and
/// of ours `etc/marks` and `etc/interval`.
struct ClockspeedHost: Host, ~Copyable {
    static let fifo = "adjust"
    static let rateFile = "etc/atto"
    static let marksFile = "etc/marks"
    static let intervalFile = "etc/interval"

    /// What measures; nil to take only what comes through `adjust`.
    private let measurement: OffsetMeasurement?
    private let say: (String) -> Void
    private let boot: String
    private var clock = KernelClock()
    private var descriptor: Int32 = -1
    private var writer: Int32 = -1
    private var queue: [ClockspeedEvent] = []
    /// What was said last, so that nothing is said again and again.
    private var complaint: String?
    private var nextLook: Instant<Monotonic>?

    init(measurement: OffsetMeasurement?, boot: String, say: @escaping (String) -> Void) {
        self.measurement = measurement
        self.boot = boot
        self.say = say
        openFIFO()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if writer >= 0 { close(writer) }
    }

    var isStopping: Bool { Interruption.hasCome }

    mutating func read() -> ClockReading { clock.read() }

    mutating func next(before deadline: Instant<Monotonic>) -> ClockspeedEvent? {
        if !queue.isEmpty { return queue.removeFirst() }
        if let look = nextLook, look <= Clock.monotonic() { openFIFO() }
        let left = min(deadline, nextLook ?? deadline) - Clock.monotonic()
        let milliseconds = Int32(clamping: (max(.zero, left).inNanoseconds + 999_999) / 1_000_000)
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&entry, descriptor < 0 ? 0 : 1, milliseconds)
        guard ready > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: TAIDifference.size)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let octets = Array(buffer.prefix(count))
        return TAIDifference.duration(octets).map { .mark(offset: $0, deviation: nil) } ?? .nonsense(octets: count)
    }

    mutating func perform(_ effect: ClockspeedEffect) {
        switch effect {
        case .setRate(let rate): set(rate)
        case .saveRate(let octets): save(octets, to: Self.rateFile)
        case .saveInterval(let interval):
            save(Array("\(Int(interval.inSeconds))\n".utf8), to: Self.intervalFile)
        case .keepMark(let offset, let deviation): keep(offset, deviation)
        case .measure: measure()
        case .say(let words): say(words)
        }
    }

    // MARK: What it does

    private mutating func set(_ rate: KernelRate) {
        do throws(Linux.SystemError) {
            try clock.setRate(tick: rate.tick, scaledFrequency: rate.scaledFrequency)
        } catch {
            complain("the clock cannot be steered: \(error.text)")
            queue.append(.refused(rate))
        }
    }

    private mutating func measure() {
        guard let measurement else { return }
        do throws(ClockFailure) {
            let interval = try measurement.run()
            queue.append(.mark(offset: interval.middle, deviation: interval.deviation))
        } catch {
            queue.append(.failed(error.words))
        }
    }

    private mutating func save(_ octets: [UInt8], to path: String) {
        do throws(Linux.SystemError) {
            try AtomicFile.write(octets, to: path)
        } catch {
            complain("\(path) cannot be written: \(error.text)")
        }
    }

    private mutating func keep(_ offset: Duration, _ deviation: Double) {
        guard let pair = try? ClockPair.read(.raw) else { return }
        let mark = ClockMark(
            boot: boot, realtime: pair.realtime, counter: pair.other, suspended: read().suspended, offset: offset,
            deviation: deviation)
        let file = unsafe open(Self.marksFile, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { return complain("\(Self.marksFile) cannot be written: \(errorText(errno))") }
        defer { close(file) }
        let isNew = lseek(file, 0, SEEK_END) == 0
        let octets = Array(((isNew ? ClockMark.heading : "") + mark.line).utf8)
        _ = unsafe octets.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    }

    /// The FIFO, opened for writing, too, so that it never ends. A plain file in its place is told of, and looked at
    /// again: whoever wrote there too early is to remove it.
    private mutating func openFIFO() {
        nextLook = nil
        guard descriptor < 0 else { return }
        nextLook = Clock.monotonic() + .seconds(10)
        if unsafe mkfifo(Self.fifo, 0o600) != 0, errno != EEXIST {
            return complain("\(Self.fifo) cannot be made: \(errorText(errno))")
        }
        var status = stat()
        guard unsafe lstat(Self.fifo, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
            return complain(
                "\(Self.fifo) is no FIFO: something wrote there before this daemon ran. Next: remove it; "
                    + "measurements are taken as soon as it is gone")
        }
        let reading = unsafe open(Self.fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        let writing = unsafe open(Self.fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard reading >= 0, writing >= 0 else {
            complain("\(Self.fifo) cannot be opened: \(errorText(errno))")
            if reading >= 0 { close(reading) }
            if writing >= 0 { close(writing) }
            return
        }
        (descriptor, writer, nextLook) = (reading, writing, nil)
    }

    private mutating func complain(_ words: String) {
        guard words != complaint else { return }
        complaint = words
        say(words)
    }
}
