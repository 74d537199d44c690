import CLinux
import Daemon
import JobHistory
import JobScheduler
import JobsControl
import Linux
import TimeBase

/// The history, and what to do when it cannot be written: jobs run all the same, and what could not be kept is tried
/// again with the next that is.
final class Keeper {
    private enum Entry {
        case run(RunReport, key: String)
        case process(Int64, Int32, UInt64)
        case output(Int64, [UInt8], count: Int)
        case fact(String, String)
    }

    private let history: JobHistory
    private let log: Log
    private var unwritten: [Entry] = []
    private var isFailing = false
    /// The most that waits in memory for a disk that takes it.
    private static let most = 20_000
    let boot: String

    init(_ options: Options, log: Log) throws(StartError) {
        self.log = log
        boot = ((try? AtomicFile.read("/proc/sys/kernel/random/boot_id", atMost: 36)) ?? nil) ?? "unknown"
        let path = options.stateDirectory + "/history.sqlite"
        do throws(HistoryError) {
            history = try JobHistory(path, limit: options.historyLimit, boot: boot)
        } catch {
            guard error.isBroken else { throw StartError("Could not open the history \(path): \(error)") }
            // Jobs matter more than their past.
            let aside = path + ".broken"
            log.write("The history \(path) is broken (\(error)): it is kept as \(aside), and a new one begun", .error)
            for end in ["", "-wal", "-shm"] { unsafe clinux_rename(path + end, aside + end) }
            do throws(HistoryError) {
                history = try JobHistory(path, limit: options.historyLimit, boot: boot)
            } catch {
                throw StartError("Could not make a history at \(path): \(error)")
            }
        }
    }

    // MARK: Writing

    func record(_ run: RunReport, key: String) { write(.run(run, key: key)) }
    func setProcess(_ run: RunNumber, _ process: Int32, started: UInt64) {
        write(.process(run.value, process, started))
    }
    func setOutput(_ run: RunNumber, _ output: [UInt8], count: Int) { write(.output(run.value, output, count: count)) }

    func keep(_ position: Position) {
        write(.fact("position", "\(boot) \(position.served.nanoseconds) \(position.isBootServed ? 1 : 0)"))
    }

    func keepPaused(_ keys: [String]) { write(.fact("paused", keys.joined(separator: "\n"))) }

    private func write(_ entry: Entry) {
        unwritten.append(entry)
        var done = 0
        do throws(HistoryError) {
            for entry in unwritten {
                switch entry {
                case .run(let run, let key): try history.record(run, key: key)
                case .process(let run, let process, let started):
                    try history.setProcess(run, process, started: started)
                case .output(let run, let octets, let count):
                    try history.setOutput(run, octets, count: count)
                case .fact(let name, let value): try history.setFact(name, value)
                }
                done += 1
            }
            if isFailing { log.write("The history can be written again; nothing was lost") }
            isFailing = false
        } catch {
            if !isFailing { log.write("The history cannot be written: \(error); jobs run all the same", .error) }
            isFailing = true
        }
        unwritten.removeFirst(done)
        if unwritten.count > Self.most {
            unwritten.removeFirst()
            log.write("The oldest line of the history that could not be written is lost", .error)
        }
    }

    // MARK: Reading

    /// What the scheduler has to know at its start.
    func fill(_ settings: inout Settings) {
        do throws(HistoryError) {
            settings.firstRun = RunNumber(try history.nextNumber())
            let paused = try history.fact("paused") ?? ""
            settings.paused = Set(paused.split(separator: "\n").map(String.init))
            for last in try history.lasts() {
                settings.lasts[last.key] = LastRun(planned: last.planned, took: last.took, ending: last.ending)
            }
            var resumption = Settings.Resumption()
            for one in try history.begun(since: 0, boot: true) {
                resumption.begun.insert(.init(key: one.key, planned: Settings.Resumption.Begun.boot))
            }
            let words = (try history.fact("position") ?? "").split(separator: " ")
            if words.count == 3, words[0] == boot, let served = Int64(words[1]) {
                resumption.position = Position(
                    served: Instant(sinceEpoch: .nanoseconds(served)), isBootServed: words[2] == "1")
                let now = KernelClock.realtime.nanoseconds
                for one in try history.begun(since: served - 600_000_000_000, boot: false) where one.planned <= now {
                    // What is still to come was prepared, and has ended with its daemon.
                    resumption.begun.insert(.init(key: one.key, planned: Int(one.planned / 1_000_000_000)))
                }
            }
            settings.resumption = resumption
        } catch {
            log.write("What ran before is not known, because the history cannot be read: \(error)", .error)
        }
    }

    func unfinished() -> [JobHistory.Unfinished] {
        do throws(HistoryError) {
            return try history.unfinished()
        } catch {
            log.write("The history cannot be read: \(error)", .error)
            return []
        }
    }

    func isOfThisBoot(_ run: Int64) -> Bool { (try? history.isOfThisBoot(run)) ?? false }

    func answer(_ query: HistoryQuery, user: String?) -> JobsReply {
        do throws(HistoryError) {
            switch query {
            case .runs(let name, let count):
                return .runs(try history.runs(name: name, user: user, count: count))
            case .output(let run):
                guard let octets = try history.output(run, user: user) else {
                    return .refused(.no, "There is no run \(run). Next: timeball jobs log")
                }
                return .octets(octets)
            }
        } catch {
            return .refused(.unknown, "The history cannot be read: \(error)")
        }
    }
}
