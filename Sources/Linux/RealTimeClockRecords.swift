internal import RealTimeClock
public import Recording

/// What was learned of this machine's real-time clocks, as it lies in files.
public struct RealTimeClockRecords: Sendable {
    /// What belongs to each of the clocks; nil where there is nothing.
    public private(set) var records: [RealTimeClockRecord?]
    /// What was the matter with the files: sentences without a full stop.
    public private(set) var complaints: [String] = []

    /// - Parameters:
    ///   - file: the main clock's; those of others lie beside it.
    ///   - clocks: the main one first.
    public init(_ file: String, of clocks: [RealTimeClockFacts]) {
        records = []
        let folder = AtomicFile.folder(of: file)
        let main = file.split(separator: "/").last.map(String.init) ?? file
        var paths: [(path: String, owner: String?)] = [(file, nil)]
        for name in (AtomicFile.names(in: folder) ?? []).sorted() {
            guard let clock = RealTimeClockFiles.clock(ofFile: name, beside: main) else { continue }
            paths.append(("\(folder)/\(name)", clock))
        }
        var found: [(owner: String?, record: RealTimeClockRecord)] = []
        var places: [String] = []
        for (path, owner) in paths {
            guard let record = read(path) else { continue }
            found.append((owner, record))
            places.append(path)
        }
        // A record of a clock that is not asked for is no other's.
        let others = RealTimeClockFacts.all().filter { other in !clocks.contains { $0.clock == other.clock } }
        let assignment = RecordAssignment(
            found, to: (clocks + others).map { ($0.clock, RealTimeClockChip(named: $0.name)) })
        records = Array(assignment.records.prefix(clocks.count))
        for place in assignment.unused where places[place] == file {
            complaints.append(
                "\(file) is not used: it is of another real-time clock (\(found[place].record.device) "
                    + "\(found[place].record.chip))")
        }
    }

    private mutating func read(_ path: String) -> RealTimeClockRecord? {
        do throws(SystemError) {
            guard let text = try AtomicFile.read(path, atMost: 1 << 18) else { return nil }
            do throws(RealTimeClockRecordError) {
                return try RealTimeClockRecord.read(text)
            } catch {
                complaints.append("\(path) is not used: \(error.description)")
            }
        } catch {
            complaints.append("\(error)")
        }
        return nil
    }
}
