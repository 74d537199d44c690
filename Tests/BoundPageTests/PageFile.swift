import BoundPage
import Foundation
import Linux
import Synchronization
import Testing
import TimeBase

/// A directory of its own for one test; removed with all that is in it when the test ends.
final class Scratch {
    let path: String

    init() throws {
        path = "/tmp/timeball-page-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ octets: [UInt8], to name: String) throws -> String {
        try Data(octets).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}

let layout = PageLayout(size: BoundPage.size, sequence: BoundPage.sequencePosition, body: BoundPage.bodyStart)

/// This start of the machine.
func thisBoot() throws -> BootIdentifier {
    let text = try #require(try AtomicFile.read("/proc/sys/kernel/random/boot_id"))
    return try #require(BootIdentifier(text))
}

/// A report that is right now: true time is the wall clock plus so much.
func currentReport(ahead: Duration = .zero, _ change: (inout BoundReport) -> Void = { _ in }) -> BoundReport {
    var clock = KernelClock()
    let now = clock.read()
    var report = BoundReport(
        isKept: true, verdict: .right, leap: .none, taiOffset: nil, reference: now.monotonic,
        validUntil: now.monotonic + .seconds(1000), suspended: now.suspended,
        wallOffset: now.realtime.sinceEpoch - now.monotonic.sinceEpoch, tick: 10000, scaledFrequency: 0,
        knowledge: .init(
            estimate: Instant(sinceEpoch: now.realtime.sinceEpoch + ahead), rate: 0, below: .milliseconds(3),
            above: .milliseconds(5), growth: 1e-6, deviation: .microseconds(20)))
    change(&report)
    return report
}

extension BoundPage {
    static func current(_ report: BoundReport) throws -> BoundPage {
        BoundPage(boot: try thisBoot(), session: 7, report: report)
    }

    /// A writer that keeps this page at a path.
    static func writer(_ report: BoundReport, at path: String) throws -> PageWriter {
        try PageWriter(
            replacing: path, layout: layout, octets: try current(report).octets, farewell: BoundPage.replacedBody)
    }
}

extension PageWriter {
    mutating func write(_ report: BoundReport) { write(BoundPage.body(report)) }
}

/// A word that threads share.
final class Flag: Sendable {
    let isSet = Atomic<Bool>(false)
}
