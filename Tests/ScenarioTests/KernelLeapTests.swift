import Testing
internal import TimeBase

@testable internal import Simulation

/// The simulated kernel, against what kernel/time/ntp.c does.
@Suite struct KernelLeapTests {
    private let midnight = 86400 * CivilDate.daysSince1970(year: 2026, month: 7, day: 1)

    private func time(_ before: Double) -> Instant<Realtime> {
        Instant(sinceEpoch: .seconds(midnight) - Duration(clampingSeconds: before))
    }

    @Test("A second is inserted at midnight, one is deleted a second before, and TAI's offset goes with it")
    func boundaries() {
        for (kind, early, step) in [(LeapIndicator.insertSecond, 0.0, -1), (.deleteSecond, 1, 1)] {
            var kernel = SimulatedKernelLeap()
            kernel.taiOffset = 37
            kernel.tell(kind, at: time(5000.5))
            #expect(kernel.boundary == time(early))
            #expect(kernel.apply() == .seconds(step))
            #expect(kernel.boundary == nil && kernel.count == 1 && kernel.taiOffset == 37 - step)
            #expect(kernel.apply() == .zero)
        }
    }

    @Test("Armed within the day's last second, it waits for the next day's end")
    func late() {
        var kernel = SimulatedKernelLeap()
        kernel.tell(.insertSecond, at: time(0.5))
        #expect(kernel.boundary == time(-86400))
    }

    @Test("After one, or after the clock was set, only who takes the request back for a full second is heard again")
    func again() {
        for wasApplied in [true, false] {
            var kernel = SimulatedKernelLeap()
            kernel.tell(.insertSecond, at: time(5000))
            if wasApplied { _ = kernel.apply() } else { kernel.clockWasSet() }
            kernel.tell(.insertSecond, at: time(4000))
            #expect(kernel.boundary == nil)
            kernel.tell(.none, at: time(3000.5))
            kernel.tell(.insertSecond, at: time(3000.2))
            #expect(kernel.boundary == nil)
            kernel.tell(.none, at: time(2000.5))
            kernel.tell(.insertSecond, at: time(1999.5))
            #expect(kernel.boundary == time(0))
        }
    }

    @Test("A request that is taken back is forgotten")
    func withdrawn() {
        var kernel = SimulatedKernelLeap()
        kernel.tell(.deleteSecond, at: time(5000))
        kernel.tell(.none, at: time(4000))
        #expect(kernel.boundary == nil && kernel.apply() == .zero && kernel.count == 0)
    }
}
