import BoundPage
import ExactStarts
import Testing
import TimeBase

@Suite("One exact start, on simulated machines")
struct ExactStartTests {
    private typealias Result = SimulatedResult

    @Test(
        "It goes within 30 us of true time, whatever the clock's rate, and looks at the clock seldom before",
        arguments: Preparation.allCases, [-0.05, -50e-6, 0, 20e-6, 0.05])
    func punctual(preparation: Preparation, gain: Double) {
        let result = Result(
            planned: .seconds(7200), preparation: preparation, on: SimulatedMachine(hasPage: true, gain: gain))
        #expect(result.outcome == .ran)
        #expect(result.starts.count == 1)
        let late = (result.starts.first ?? .zero) - .seconds(7200)
        #expect(late >= .microseconds(-2) && late < .microseconds(30), "late by \(late)")
        // Once a minute, and then every few microseconds for half a millisecond.
        #expect(result.looks < 1000)
    }

    @Test(
        "With the page, steps of the wall clock change nothing, not even under abort", arguments: LatePolicy.allCases,
        Preparation.allCases)
    func steps(policy: LatePolicy, preparation: Preparation) {
        let steps: [(at: Duration, what: SimulatedMachine.Happening)] = [
            (.seconds(100), .step(by: .seconds(3600))), (.seconds(599), .step(by: .seconds(-86400))),
            (.milliseconds(599_999), .step(by: .milliseconds(700))),
        ]
        let result = Result(
            planned: .seconds(600), limit: .milliseconds(5), policy: policy, preparation: preparation,
            on: SimulatedMachine(hasPage: true, steps))
        #expect(result.outcome == .ran)
        #expect(result.starts.count == 1)
        #expect(((result.starts.first ?? .zero) - .seconds(600)).magnitude < .microseconds(30))
    }

    @Test(
        "Without the page the kernel's clock counts: a step that corrects it moves the start",
        arguments: Preparation.allCases)
    func corrected(preparation: Preparation) {
        // The wall clock is found to be 10 s slow, and is set right.
        let machine = SimulatedMachine(hasPage: false, [(.seconds(300), .step(by: .seconds(10)))])
        let result = Result(planned: .seconds(600), preparation: preparation, on: machine)
        #expect(result.outcome == .ran)
        #expect(result.starts.count == 1)
        #expect(((result.starts.first ?? .zero) - .seconds(590)).magnitude < .microseconds(30))
    }

    @Test("A step over the instant leads to what the policy says, once", arguments: Preparation.allCases)
    func steppedOver(preparation: Preparation) {
        func result(_ policy: LatePolicy) -> Result {
            Result(
                planned: .seconds(600), policy: policy, preparation: preparation,
                on: SimulatedMachine(hasPage: false, [(.seconds(300), .step(by: .seconds(3600)))]))
        }
        let skipped = result(.skip)
        #expect(skipped.starts.isEmpty)
        guard case .refused(.late(let by))? = skipped.outcome else {
            Issue.record("skip: \(String(describing: skipped.outcome))")
            return
        }
        #expect((by - .seconds(3300)).magnitude < .seconds(1))
        let run = result(.run)
        #expect(run.outcome == .ran)
        #expect(run.starts.count == 1)
        #expect(((run.starts.first ?? .zero) - .seconds(300)).magnitude < .seconds(1))
        let aborted = result(.abort)
        #expect(aborted.starts.isEmpty)
        guard case .refused(.stepped)? = aborted.outcome else {
            Issue.record("abort: \(String(describing: aborted.outcome))")
            return
        }
    }

    @Test(
        "A clock that is set back before the instant lets it come later, and only once", arguments: Preparation.allCases
    )
    func setBack(preparation: Preparation) {
        let result = Result(
            planned: .seconds(600), preparation: preparation,
            on: SimulatedMachine(hasPage: false, [(.milliseconds(599_999), .step(by: .seconds(-3600)))]))
        #expect(result.outcome == .ran)
        #expect(result.starts.count == 1)
        #expect(((result.starts.first ?? .zero) - .seconds(4200)).magnitude < .milliseconds(1))
    }

    @Test("A machine that sleeps over the instant: skipped, or run late, or aborted")
    func sleeping() {
        func result(_ policy: LatePolicy) -> Result {
            Result(
                planned: .seconds(600), policy: policy,
                on: SimulatedMachine(hasPage: true, [(.seconds(500), .sleep(.seconds(1000)))]))
        }
        guard case .refused(.late(let by))? = result(.skip).outcome else {
            Issue.record("skip")
            return
        }
        #expect((by - .seconds(900)).magnitude < .seconds(1))
        #expect(result(.run).starts.count == 1)
        #expect(result(.abort).outcome == .refused(.slept(.seconds(1000))))
    }

    @Test("A sleep that ends in time is no reason not to start, except under abort")
    func shortSleep() {
        func result(_ policy: LatePolicy) -> Result {
            Result(
                planned: .seconds(600), policy: policy,
                on: SimulatedMachine(hasPage: true, [(.seconds(100), .sleep(.seconds(200)))]))
        }
        #expect(((result(.skip).starts.first ?? .zero) - .seconds(600)).magnitude < .microseconds(30))
        #expect(result(.abort).outcome == .refused(.slept(.seconds(200))))
    }

    @Test("A bound beyond the limit refuses; one that is within by then does not", arguments: Preparation.allCases)
    func bound(preparation: Preparation) {
        let refused = Result(
            planned: .seconds(600), limit: .milliseconds(5), preparation: preparation,
            on: SimulatedMachine(hasPage: true, bound: .milliseconds(6)))
        #expect(refused.outcome == .refused(.bound(.milliseconds(6), limit: .milliseconds(5))))
        #expect(refused.starts.isEmpty)
        let unknown = Result(
            planned: .seconds(600), limit: .milliseconds(5), preparation: preparation,
            on: SimulatedMachine(hasPage: false, bound: nil))
        #expect(unknown.outcome == .refused(.bound(nil, limit: .milliseconds(5))))
        let settled = Result(
            planned: .seconds(600), limit: .milliseconds(5), preparation: preparation,
            on: SimulatedMachine(
                hasPage: true, bound: .milliseconds(60), [(.seconds(400), .bound(.milliseconds(2)))]))
        #expect(settled.outcome == .ran)
        // What it becomes after the preparation counts, too.
        let lost = Result(
            planned: .seconds(600), limit: .milliseconds(5), preparation: preparation,
            on: SimulatedMachine(hasPage: true, [(.milliseconds(599_900), .bound(.milliseconds(60)))]))
        #expect(lost.starts.isEmpty)
        #expect(lost.outcome == .refused(.bound(.milliseconds(60), limit: .milliseconds(5))))
    }

    @Test("Bound and lateness together must be within the limit", arguments: Preparation.allCases)
    func lateWake(preparation: Preparation) {
        func result(_ delay: Duration, _ policy: LatePolicy) -> Result {
            Result(
                planned: .seconds(600), limit: .milliseconds(5), policy: policy, preparation: preparation,
                on: SimulatedMachine(
                    hasPage: true, bound: .milliseconds(2), [(.microseconds(599_999_400), .delay(delay))]))
        }
        #expect(result(.milliseconds(3), .skip).starts.count == 1)
        let late = result(.milliseconds(4), .skip)
        #expect(late.starts.isEmpty)
        guard case .refused(.late)? = late.outcome else {
            Issue.record("\(String(describing: late.outcome))")
            return
        }
        #expect(result(.milliseconds(4), .run).starts.count == 1)
    }

    @Test("An instant that is over is not started, unless late ones are to run")
    func past() {
        #expect(Result(planned: .seconds(-30), on: SimulatedMachine(hasPage: true)).starts.isEmpty)
        #expect(Result(planned: .seconds(-30), policy: .run, on: SimulatedMachine(hasPage: true)).starts.count == 1)
    }

    @Test("Interrupted before the instant, nothing starts", arguments: Preparation.allCases)
    func interrupted(preparation: Preparation) {
        let result = Result(
            planned: .seconds(600), preparation: preparation,
            on: SimulatedMachine(hasPage: true, [(.milliseconds(599_500), .interrupt)]))
        #expect(result.outcome == .refused(.interrupted))
        #expect(result.starts.isEmpty)
    }

    @Test("Whatever happens, there is one outcome, and a start if and only if it says so")
    func never() {
        var random = SplitMix(state: 4711)
        for seed in 0..<3000 {
            var happenings: [(at: Duration, what: SimulatedMachine.Happening)] = []
            for _ in 0..<Int(random.next() % 8) {
                // Most of them near the instant.
                let at: Duration =
                    random.next() % 2 == 0
                    ? .microseconds(Int64(random.next() % 600_000_000))
                    : .microseconds(599_990_000 + Int64(random.next() % 20_000))
                let size = Duration.microseconds(Int64(random.next() % 2_000_000_000) - 1_000_000_000)
                let small = Duration.microseconds(Int64(random.next() % 20_000))
                switch random.next() % 6 {
                case 0: happenings.append((at, .step(by: size)))
                case 1: happenings.append((at, .step(by: small)))
                case 2: happenings.append((at, .sleep(small * 100)))
                case 3: happenings.append((at, .bound(random.next() % 4 == 0 ? nil : small)))
                case 4: happenings.append((at, .delay(small)))
                default: if random.next() % 8 == 0 { happenings.append((at, .interrupt)) }
                }
            }
            let policy = LatePolicy.allCases[Int(random.next() % 3)]
            let preparation = Preparation.allCases[Int(random.next() % 3)]
            let limit: Duration? = random.next() % 2 == 0 ? .milliseconds(10) : nil
            let result = Result(
                planned: .seconds(600), limit: limit, policy: policy, preparation: preparation,
                on: SimulatedMachine(hasPage: random.next() % 2 == 0, gain: 30e-6, happenings))
            #expect(result.outcomeCount == 1, "seed \(seed)")
            #expect(result.starts.count == (result.outcome == .ran ? 1 : 0), "seed \(seed): \(result)")
        }
    }
}

/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators".
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
