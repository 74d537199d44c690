internal import Control

/// What became of a source in selection, in words.
enum SelectionWords {
    /// - Parameter letter: the state of a selection report (chronyc's `selectdata`); nil if its letter is not known.
    static func words(_ letter: UInt8) -> String? {
        switch Character(Unicode.Scalar(letter)) {
        case "*": "best"
        case "+": "combined"
        case "-": "good, not needed"
        case "N": "never used (noselect)"
        case "M": "waiting: too few samples yet"
        case "s": "rejected: says it is unsynchronised"
        case "r": "rejected: stratum out of range"
        case "d": "rejected: its own bound is too wide (maxdistance)"
        case "~": "rejected: varies too much (maxjitter)"
        case "S": "rejected: silent, its samples are too old"
        case "O": "not used: tells what nobody confirms (orphan, island)"
        case "w": "waiting for other sources' samples"
        case "W": "waiting: too few sources agree (minsources, require)"
        case "P": "not used: others are preferred"
        case "U": "waiting for its next sample"
        case "x": "rejected: disagrees with the majority"
        case "T": "rejected: outside of what trusted sources say"
        case "D": "not combined: too distant"
        default: nil
        }
    }

    /// What can be said without a selection report.
    static func words(_ report: SourceReport) -> String {
        switch report.state {
        case .selected: return "best"
        case .combined: return "combined"
        case .selectable: return "good, not needed"
        case .falseticker: return "rejected: disagrees with the majority"
        case .jittery: return "rejected: varies too much"
        case .nonselectable:
            if case .unresolved = report.address { return "its name has no address yet" }
            if report.reach & 0xff == 0 {
                guard let age = report.lastSampleAge else {
                    return report.mode == .referenceClock
                        ? "nothing usable read yet" : "no reply yet (UDP port blocked?)"
                }
                return "no reply for \(HumanText.age(age))"
            }
            return "not usable yet"
        }
    }
}
