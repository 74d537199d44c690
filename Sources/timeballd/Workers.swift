import Configuration
import Control
import Daemon
import Linux
import NTPWire
import TimeBase
import Timekeeping

/// The daemon's side of its workers: started, asked, and started anew when they end.
extension LinuxHost {
    /// How many workers there are to be. Clock simulators know no such thing.
    var workerCount: Int { Simulator.isPreloaded ? 0 : settings.workers }
    var hasWorkers: Bool { pool != nil }

    /// Prepares the workers for sockets that were just opened.
    mutating func makeWorkers(_ servers: [[Socket]]) {
        do throws(SystemError) {
            let pool = try WorkerPool(servers: servers)
            pool.serve(responder.served)
            self.pool = pool
            startWorkers(at: KernelClock.monotonic)
        } catch {
            log.write("Clients are not answered, because there can be no workers: \(error)", .error)
        }
    }

    /// From now on this process has no rights that workers must not have, or that they cannot give up.
    mutating func allowWorkers() {
        mayFork = true
        if workerCount > 0, !hasWorkers {
            log.write("The \(workerCount) workers are started when somebody may be answered")
        }
        startWorkers(at: KernelClock.monotonic)
    }

    /// Starts the workers that are missing and whose time has come.
    mutating func startWorkers(at now: Instant<Monotonic>) {
        guard mayFork, pool != nil, pool?.needsStart(at: now) ?? false else { return }
        let model = responder
        let settings = settings
        let news =
            pool?.start(at: now) { random in
                var fresh = Responder(
                    rateLimit: settings.rateLimit, commandLimit: settings.commandLimit,
                    clientLog: settings.clientLogOfEach, random: random)
                fresh.served = model.served
                fresh.access = model.access
                fresh.keys = model.keys
                return fresh
            } ?? []
        for (place, error) in news {
            if let error { log.write("Worker \(place.number) could not be started: \(error)", .error) }
            guard let link = place.link else { continue }
            pollSet.watch(link.process.number, .worker(place.number))
        }
        let started = news.compactMap { place, _ in place.link?.process.process.map { "\(place.number) (\($0))" } }
        guard !started.isEmpty else { return }
        log.write(
            "Clients are answered by worker\(started.count == 1 ? "" : "s") " + started.joined(separator: ", "))
    }

    /// Ends all workers and starts others, which begin with what this process knows.
    mutating func replaceWorkers() {
        guard let places = pool?.places else { return }
        for place in places where place.link != nil { end(place, isWanted: true) }
        startWorkers(at: KernelClock.monotonic)
    }

    /// Takes what a worker has to say, or its end.
    mutating func hear(_ number: Int) {
        guard let place = pool?.places.first(where: { $0.number == number }), let link = place.link else { return }
        while let message = (try? link.process.receive()) ?? nil {
            guard !message.isEmpty else {
                end(place, isWanted: false)
                return
            }
            guard message.count > 9, Worker.Message(rawValue: message[0]) == .clients else { continue }
            let waiting = message[1...8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            guard pages[waiting]?.asked == number else { continue }
            pages[waiting]?.take(Array(message.dropFirst(9)))
            goOn(waiting)
        }
    }

    private mutating func end(_ place: WorkerPool.Place, isWanted: Bool) {
        guard let link = place.link else { return }
        pollSet.forget(link.process.number)
        let end = pool?.end(place, at: KernelClock.monotonic, isWanted: isWanted) ?? nil
        if !isWanted {
            let how = end?.signal.map { "by signal \($0)" } ?? "with status \(end?.code ?? -1)"
            log.write("Worker \(place.number) ended \(how); another takes its place", .warning)
        }
        for (waiting, page) in pages where page.asked == place.number {
            pages[waiting]?.take(nil)
            goOn(waiting)
        }
    }

    // MARK: Requests about serving

    /// Lets the workers know of a change of who is answered.
    mutating func tellWorkers(ofAccess octets: [UInt8]) {
        guard let places = pool?.places,
            case .accept(.access(.time, _, _, _, _), _) = ControlRequest.receive(octets)
        else { return }
        for place in places {
            // One that does not take its messages is beyond help. Its successor knows.
            if let link = place.link, (try? link.process.send([Worker.Message.access.rawValue] + octets)) == nil {
                end(place, isWanted: true)
            }
        }
    }

    /// Gathers a page of the list of clients from all who keep one.
    mutating func gather(_ page: ClientPages, for client: ControlClient) {
        pages[client.number] = page
        // As many as there are who wait for answers.
        pages[client.number &- 64] = nil
        goOn(client.number)
    }

    private mutating func goOn(_ waiting: UInt64) {
        while let step = pages[waiting]?.step {
            switch step {
            case .answer(let octets):
                pages[waiting] = nil
                reply(octets, to: ControlClient(number: waiting))
                return
            case .ask(0, let request):
                let octets = responder.control(
                    request, commands: &commandAccess, commandHits: commandCount, now: KernelClock.realtime)
                pages[waiting]?.take(octets)
            case .ask(let number, let request):
                let head = (0..<8).map { UInt8(truncatingIfNeeded: waiting >> UInt64(56 - 8 * $0)) }
                let place = pool?.places.first { $0.number == number }
                let message = [Worker.Message.clients.rawValue] + head + request
                if let link = place?.link, (try? link.process.send(message)) != nil { return }
                pages[waiting]?.take(nil)
            }
        }
    }
}
