internal import Foundation
import Simulation
import Testing

/// What is asked of isolated networks, by the scale alone; ``IslandTests`` has the whole daemon.
///
/// One seed each time, 20 in long runs (TIMEBALL_LONG=1).
@Suite("What is asked of machines without a reference")
struct IslandStudyTests {
    private static let seeds: [UInt64] =
        ProcessInfo.processInfo.environment["TIMEBALL_LONG"] == nil ? [1] : Array(1...20)

    @Test(
        "Ten: nobody honest moves by a millisecond, whatever happens, nor fast; and they agree", arguments: seeds)
    func incidents(seed: UInt64) throws {
        for incident in IslandIncident.allCases where incident != .islandsMeet {
            let outcome = try #require(IslandStudy(.ensemble, seed: seed).outcome(of: incident))
            #expect(outcome.moved < 1e-3, "\(incident.rawValue): \(outcome.moved)")
            #expect(outcome.widest < 100e-6, "\(incident.rawValue): \(outcome.widest)")
            #expect(outcome.fastest < 100e-6, "\(incident.rawValue): \(outcome.fastest)")
        }
    }

    @Test("Ten: after an hour any two are within 100 µs, and all together wander less than the best", arguments: seeds)
    func calm(seed: UInt64) {
        for badCrystal in [false, true] {
            let course = IslandStudy(.ensemble, seed: seed).course(badCrystal: badCrystal)
            #expect(course.widest < 100e-6, "\(course.widest)")
            #expect(course.commonWander < course.bestWander, "\(course.commonWander / course.bestWander)")
            #expect(course.drift.magnitude < 50e-6, "\(course.drift)")
        }
    }

    @Test("Two islands that are five seconds apart meet by slewing, and are one within three hours", arguments: seeds)
    func meeting(seed: UInt64) throws {
        let outcome = try #require(IslandStudy(.ensemble, seed: seed).outcome(of: .islandsMeet))
        #expect(outcome.widest < 100e-6, "\(outcome.widest)")
        #expect(outcome.fastest < 5e-3, "\(outcome.fastest)")
    }

    @Test("Three: a liar is not followed; what moves the others is that he is left out", arguments: seeds)
    func three(seed: UInt64) throws {
        for incident in [IslandIncident.leaderLies, .anotherLies, .leaderLiesMore, .anotherLiesMore] {
            let outcome = try #require(IslandStudy(.ensemble, members: 3, seed: seed).outcome(of: incident))
            #expect(outcome.moved < 4e-3, "\(incident.rawValue): \(outcome.moved)")
            #expect(outcome.widest < 200e-6, "\(incident.rawValue): \(outcome.widest)")
        }
    }

    @Test("Two: one that starts anew brings its untrained crystal, and hardly moves the other", arguments: seeds)
    func two(seed: UInt64) throws {
        let outcome = try #require(IslandStudy(.ensemble, members: 2, seed: seed).outcome(of: .oneJoins))
        #expect(outcome.moved < 20e-3, "\(outcome.moved)")
    }
}
