public import Recording

/// Which record belongs to which real-time clock. The kernel numbers RTCs in the order in which their drivers come, so
/// that `rtc0` of today may be `rtc1` of tomorrow; a record says of which chip it is.
public struct RecordAssignment: Sendable {
    /// The record of each clock; nil where there is none.
    public private(set) var records: [RealTimeClockRecord?]
    /// Places of files whose records belong to none of the clocks.
    public private(set) var unused: [Int] = []

    /// - Parameters:
    ///   - files: the records, with the clock that each one's file belongs to by its name; nil = the main one.
    ///   - clocks: by name and chip, the main one first.
    public init(
        _ files: [(owner: String?, record: RealTimeClockRecord)], to clocks: [(name: String, chip: RealTimeClockChip)]
    ) {
        records = clocks.map { _ in nil }
        // Where two lay claim to a clock, the newer one is right.
        var left = files.indices.sorted { files[$0].record.reference > files[$1].record.reference }
        func fits(_ record: RealTimeClockRecord, _ chip: RealTimeClockChip) -> Bool {
            record.chip.isEmpty || chip.name.isEmpty || record.chip == chip.name
        }
        for place in left {
            let (owner, record) = files[place]
            let name = record.device.isEmpty ? owner ?? clocks.first?.name : record.device
            guard let index = clocks.firstIndex(where: { $0.name == name }), records[index] == nil,
                fits(record, clocks[index].chip)
            else { continue }
            records[index] = record
            left.removeAll { $0 == place }
        }
        // Renumbered: a chip that is there once tells whose record it is.
        for place in left {
            let record = files[place].record
            let free = clocks.indices.filter { records[$0] == nil && clocks[$0].chip.name == record.chip }
            guard free.count == 1, !record.chip.isEmpty,
                left.count(where: { files[$0].record.chip == record.chip }) == 1
            else {
                unused.append(place)
                continue
            }
            records[free[0]] = record
        }
    }
}
