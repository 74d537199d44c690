import ClockStudies
import Linux
import TimeBase

/// Another clock of this machine's kernel.
struct MachineReference: ClockReference {
    let clock: MachineClock

    var name: String {
        switch clock {
        case .raw: "CLOCK_MONOTONIC_RAW"
        case .monotonic: "CLOCK_MONOTONIC"
        case .tai: "CLOCK_TAI"
        }
    }

    var countsFrom1970: Bool { clock == .tai }
    var endsWithBoot: Bool { clock != .tai }
    var rateDoubt: Double? { nil }

    var facts: [Study.Fact] {
        switch clock {
        case .raw:
            [Study.Fact("reference note", "the same oscillator, not steered: what differs is the steering")]
        case .monotonic, .tai:
            [Study.Fact("reference note", "steered together with the studied clock: only steps can differ")]
        }
    }

    func compare() throws(ReferenceFailure) -> ClockComparison {
        do {
            let pair = try ClockPair.read(clock)
            return ClockComparison(
                reference: pair.other, studied: pair.realtime.sinceEpoch, uncertainty: pair.uncertainty)
        } catch {
            throw ReferenceFailure("\(name): \(error.text)")
        }
    }
}
