import Daemon
import Linux
import TimeBase
import Timekeeping

/// The processes that answer clients in the daemon's place (`workers`). The daemon keeps their sockets, so that nothing
/// that waits there is lost when one is replaced.
struct WorkerPool {
    /// One that lived shorter is started again only after this time.
    private static let pause = Duration.seconds(1)

    /// The place of one worker, which stays when the process is replaced.
    final class Place {
        let number: Int
        /// One of each family that is served.
        let servers: [LinuxHost.Socket]
        let counts: SharedWords
        fileprivate(set) var link: Link?
        fileprivate var startedAt = Instant<Monotonic>(sinceEpoch: .zero)
        /// When to try again.
        fileprivate var restartAt: Instant<Monotonic>?

        fileprivate init(number: Int, servers: [LinuxHost.Socket]) throws(SystemError) {
            self.number = number
            self.servers = servers
            counts = try SharedWords(count: ServingCounts.wordCount)
        }

        /// What was counted at this place, by the worker that is there and those before it.
        var sum: ServingCounts {
            var words = [UInt64](repeating: 0, count: ServingCounts.wordCount)
            return counts.memory.read(into: &words) ? ServingCounts(words: words) : ServingCounts()
        }
    }

    /// A worker's process in a place where values that cannot be copied do not go.
    final class Link {
        let process: WorkerProcess
        /// Its number is somebody else's as soon as its end was taken note of.
        private var isOver = false

        fileprivate init(_ process: consuming WorkerProcess) {
            self.process = process
        }

        deinit {
            end()
        }

        /// Ends the process if it lives, and says how it ended.
        @discardableResult
        fileprivate func end() -> ProcessEnd? {
            if isOver { return nil }
            isOver = true
            return process.ended()
        }
    }

    let places: [Place]
    private let served: SharedWords

    /// - Parameter servers: the sockets of each worker.
    init(servers: [[LinuxHost.Socket]]) throws(SystemError) {
        served = try SharedWords(count: ServedTime.wordCount)
        var places: [Place] = []
        for (index, sockets) in servers.enumerated() { places.append(try Place(number: index + 1, servers: sockets)) }
        self.places = places
    }

    /// Tells all workers what to serve.
    func serve(_ time: ServedTime) {
        served.memory.write(time.words)
    }

    /// What all workers have counted.
    var counts: ServingCounts {
        var sum = ServingCounts()
        for place in places { sum.add(place.link == nil ? place.sum.afterEnd : place.sum) }
        return sum
    }

    /// When ``start(at:_:)`` has something to do; nil if all workers are there.
    var deadline: Instant<Monotonic>? { places.compactMap(\.restartAt).min() }

    // MARK: Starting and ending

    /// Whether some worker is missing whose time has come.
    func needsStart(at now: Instant<Monotonic>) -> Bool {
        places.contains { $0.link == nil && $0.restartAt.map { $0 <= now } ?? true }
    }

    /// Starts those that are not there and whose time has come.
    ///
    /// - Parameter responder: what a new worker begins with, apart from its chance.
    /// - Returns: the places that have a worker now and had none.
    mutating func start(at now: Instant<Monotonic>, _ responder: (RandomSource) -> Responder) -> [(Place, SystemError?)]
    {
        var news: [(Place, SystemError?)] = []
        for place in places where place.link == nil && place.restartAt.map({ $0 <= now }) ?? true {
            do throws(SystemError) {
                // Drawn before, because a child that cannot draw could only end.
                let random = RandomSource(key: try randomKeyOrError())
                let before = place.sum.afterEnd
                let process = try WorkerProcess(forking: ())
                guard process.process != nil else {
                    for other in places where other !== place { try other.counts.memory.giveUpWriting() }
                    Worker(
                        process, servers: place.servers, served: served, counts: place.counts, before: before,
                        responder: responder(random)
                    ).run()
                }
                place.link = Link(process)
                place.startedAt = now
                place.restartAt = nil
                news.append((place, nil))
            } catch {
                place.restartAt = now + Self.pause
                news.append((place, error))
            }
        }
        return news
    }

    private func randomKeyOrError() throws(SystemError) -> (UInt64, UInt64, UInt64, UInt64) {
        do throws(StartError) {
            return try randomKey()
        } catch {
            throw SystemError(call: "getrandom", number: SystemError.tryAgain)
        }
    }

    /// Takes away a worker that is to be replaced, or has ended, and says how it ended.
    ///
    /// - Parameter isWanted: whether it was ended on purpose, and is replaced at once.
    func end(_ place: Place, at now: Instant<Monotonic>, isWanted: Bool) -> ProcessEnd? {
        let end = place.link?.end()
        place.link = nil
        let isYoung = now - place.startedAt < Self.pause
        place.restartAt = isYoung && !isWanted ? now + Self.pause : now
        return end
    }
}
