import BoundPage
import Engine
import ExactStarts
import Glibc
import Linux
import TimeBase

/// This machine, as far as one exact start needs it.
struct StartHost: Host, ~Copyable {
    /// When what happened, by the monotonic clock.
    struct Stamps {
        var released: Instant<Monotonic>?
        /// At this moment the program's first instruction had been executed; of one that goes by itself: the moment
        /// just before it executed the program.
        var firstInstruction: Instant<Monotonic>?
    }

    private let program: ProgramStart?
    private let plan: StartPlan
    private let preloads: Bool
    private let time: TrueTimeSource
    private var clock = KernelClock()
    private var timer: WakeTimer
    private let stepWatch: StepWatch
    private var held: HeldProcess?
    private var queue: [StartEvent] = []
    /// How often the prepared process had come to a processor before the instant.
    private var turnsBefore: UInt64?
    /// Whether the instant is so near that nothing is slept through any more.
    private var isNear = false
    /// When the prepared process goes by itself.
    private var aimed: Instant<Monotonic>?

    private(set) var isStopping = false
    private(set) var outcome: StartOutcome?
    private(set) var process: Int32?
    private(set) var stamps = Stamps()
    /// How far it was prepared, which may be less than was asked.
    private(set) var preparation = Preparation.none

    static let priority: Int32 = 50
    /// So long the program runs before all ordinary ones, so that it gets to its own first lines on a busy machine.
    private var priorityTime: Duration { preparation == .forked ? .milliseconds(3) : .milliseconds(1) }

    /// - Parameter program: nil to do nothing at the instant but to tell of it.
    init(_ program: ProgramStart?, plan: StartPlan, preloads: Bool, time: TrueTimeSource) throws(Linux.SystemError) {
        let timer = try WakeTimer()
        let stepWatch = try StepWatch()
        self.program = program
        self.plan = plan
        self.preloads = preloads
        self.time = time
        self.timer = timer
        self.stepWatch = stepWatch
    }

    mutating func read() -> ClockReading { clock.read() }

    mutating func next(before deadline: Instant<Monotonic>) -> StartEvent? {
        if !queue.isEmpty { return queue.removeFirst() }
        // In the last moments there is no time to ask for anything.
        if deadline <= KernelClock.monotonic {
            if isNear, let process, turnsBefore == nil, preparation == .loaded {
                held?.pin()
                turnsBefore = ChildProcess.turns(of: process)?.count
            }
            return nil
        }
        // One that goes by itself is looked after shortly after it has.
        let now = KernelClock.monotonic
        let look = aimed.map { $0 + priorityTime }.flatMap { $0 > now && $0 < deadline ? $0 : nil }
        try? timer.arm(for: look ?? deadline)
        var entries = [timer.number, stepWatch.number].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let count = unsafe poll(&entries, nfds_t(entries.count), -1)
        if Interruption.hasCome { return .interrupted }
        if let event = heldNews() { return event }
        guard count > 0 else { return nil }
        if entries[0].revents != 0 { timer.clear() }
        if entries[1].revents != 0, (try? stepWatch.wasStepped()) == true { return .clockWasSet }
        return nil
    }

    mutating func perform(_ effect: StartEffect) {
        switch effect {
        case .look:
            let known = time.know()
            isNear = known.moment(of: plan.aim) - known.moment <= plan.wakingTime
            queue.append(.known(known))
        case .getReady: getReady()
        case .prepare: prepare()
        case .aim(let target, let latest): aim(target, latest)
        case .go: go()
        case .cancel:
            // It may have gone by itself in this very moment. Then it has, whatever was decided.
            if held?.cancel() == false { queue.append(.released(at: KernelClock.monotonic)) }
        case .finish(let outcome): finish(outcome)
        }
    }

    // MARK: Before

    private func getReady() {
        ChildProcess.useExactTimers()
        // Neither need be permitted; then waking is less exact.
        _ = ChildProcess.beginPriority(Self.priority + 1)
        _ = ChildProcess.lockMemory()
        if preloads, let program { Preloading.load(program.path) }
    }

    private mutating func prepare() {
        guard var program else { return queue.append(.prepared(.none)) }
        program.priority = Self.priority
        do throws(Linux.SystemError) {
            if plan.preparation == .loaded {
                do throws(Linux.SystemError) {
                    held = try HeldProcess(program, hold: .entry)
                    preparation = .loaded
                } catch {
                    guard error.number == Linux.SystemError.notSupported else { throw error }
                }
            }
            if preparation == .none {
                held = try HeldProcess(program, hold: .before)
                preparation = .forked
            }
            process = held?.process
            queue.append(.prepared(preparation))
        } catch {
            queue.append(.failed("\(program.path): \(error.text)"))
        }
    }

    private mutating func aim(_ target: Instant<Monotonic>, _ latest: Instant<Monotonic>) {
        aimed = target
        do throws(Linux.SystemError) {
            _ = try held?.aim(at: target, latest: latest)
        } catch {
            queue.append(.failed("\(error)"))
        }
    }

    private mutating func heldNews() -> StartEvent? {
        switch held?.news {
        case .released(let moment)?: .released(at: moment)
        case .late?: .wokeLate
        case .failed(let error)?: .failed("\(program?.path ?? ""): \(error.text)")
        case .waiting?, nil: nil
        }
    }

    // MARK: At the instant

    private mutating func go() {
        let released = KernelClock.monotonic
        stamps = Stamps(released: released)
        do throws(Linux.SystemError) {
            if preparation == .loaded, let process {
                try release(process)
            } else if var program {
                program.priority = Self.priority
                let started = try program.start()
                // It has been executed now, and waits for nothing any more.
                stamps.firstInstruction = KernelClock.monotonic
                process = started
            }
            queue.append(.released(at: released))
        } catch {
            queue.append(.failed("\(program?.path ?? ""): \(error.text)"))
        }
    }

    /// Lets it go, and sees when it has come to a processor.
    private mutating func release(_ process: Int32) throws(Linux.SystemError) {
        // Where the wake came so late that there was no time for it before.
        turnsBefore = turnsBefore ?? ChildProcess.turns(of: process)?.count
        try held?.release()
        held?.letGo()
        // It has this processor now.
        Linux.pause(for: .microseconds(20))
        for _ in 0..<20 {
            guard let before = turnsBefore, let count = ChildProcess.turns(of: process)?.count else { break }
            if count > before {
                stamps.firstInstruction = KernelClock.monotonic
                break
            }
            Linux.pause(for: .microseconds(20))
        }
    }

    private mutating func finish(_ decided: StartOutcome) {
        isStopping = true
        outcome = decided
        if case .released(let moment)? = heldNews() {
            outcome = .ran
            stamps = Stamps(released: moment, firstInstruction: moment)
            held?.letGo()
        }
        if outcome == .ran, let process {
            held?.unpin()
            let left = (stamps.released ?? KernelClock.monotonic) + priorityTime - KernelClock.monotonic
            Linux.pause(for: min(left, priorityTime))
            // Where it has ended already, there is nothing to take away.
            try? ChildProcess.becomeOrdinary(process)
        }
        ChildProcess.endPriority()
    }
}
