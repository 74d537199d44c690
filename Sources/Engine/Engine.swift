public import TimeBase

/// Something that decides. It is handed events and the time, and hands back effects; it opens nothing, reads no clock,
/// never waits and draws no random number of its own. So a simulated day runs the same code as a real one.
public protocol Engine {
    associatedtype Event
    associatedtype Effect

    /// When this engine wants to be woken next. An instant that has passed means at once.
    func nextWake(after now: ClockReading) -> Instant<Monotonic>

    /// A moment has come that the engine asked for (or earlier: it may be called at any time).
    mutating func wake(at now: ClockReading, effects: inout [Effect])

    /// Something happened.
    mutating func receive(_ event: Event, at now: ClockReading, effects: inout [Effect])

    /// The host is about to stop: last words (files to save, a rate to put back).
    mutating func finish(at now: ClockReading, effects: inout [Effect])
}

/// Something that does: this machine, or a simulated one.
public protocol Host<Event, Effect>: ~Copyable {
    associatedtype Event
    associatedtype Effect

    /// Whether the loop should end before the next wait.
    var isStopping: Bool { get }

    /// All clocks of the machine at one moment.
    mutating func read() -> ClockReading

    /// Does what the engine asked for. What goes wrong comes back as an event.
    mutating func perform(_ effect: Effect)

    /// Waits until something happens, or until the deadline, or until asked to stop; nil for the last two.
    mutating func next(before deadline: Instant<Monotonic>) -> Event?
}

/// Joins an engine to a host until the host stops. This is the whole main loop of every daemon here, and of the simulator.
public func run<E: Engine, H: Host<E.Event, E.Effect> & ~Copyable>(_ engine: inout E, on host: inout H) {
    run(&engine, on: &host) { _, _ in }
}

/// The same loop with somebody watching it.
///
/// - Parameter observe: called after each pass, when what it decided has been done. It must not disturb the engine.
public func run<E: Engine, H: Host<E.Event, E.Effect> & ~Copyable>(
    _ engine: inout E, on host: inout H, observing observe: (E, borrowing H) -> Void
) {
    var effects: [E.Effect] = []
    while !host.isStopping {
        let event = host.next(before: engine.nextWake(after: host.read()))
        let now = host.read()
        if let event {
            engine.receive(event, at: now, effects: &effects)
        }
        if engine.nextWake(after: now) <= now.monotonic {
            engine.wake(at: now, effects: &effects)
        }
        for effect in effects { host.perform(effect) }
        effects.removeAll(keepingCapacity: true)
        observe(engine, host)
    }
    engine.finish(at: host.read(), effects: &effects)
    for effect in effects { host.perform(effect) }
}
