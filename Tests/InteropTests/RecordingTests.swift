import Foundation
import Testing

private let tool = NeededProgram.timeball

/// One reading as `timeball study export` prints it.
private func times(_ csv: String) -> [Double] {
    csv.split(separator: "\n").filter { $0.first?.isNumber == true }.compactMap {
        $0.split(separator: ",").first.flatMap { Double($0) }
    }
}

/// Runs a script and gives what it printed and its status.
private func shell(_ script: String, _ variables: [String: String], unshared: Bool = false) throws -> (
    text: String, status: Int32
) {
    let process = Process()
    process.executableURL = URL(filePath: unshared ? NeededProgram.unshare.path : "/bin/bash")
    process.arguments = (unshared ? ["-m", "/bin/bash"] : []) + ["-c", script]
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: data, as: UTF8.self), process.terminationStatus)
}

@Suite(.serialized) struct RecordingTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "drift-\(UUID().uuidString)").path
    private var variables: [String: String] { ["T": tool.path, "D": folder, "TMPDIR": folder] }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    @Test(
        "Killed in the middle (kill -9), a recording has lost at most its last reading, and goes on",
        .enabled(if: tool.isHere))
    func killed() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (text, status) = try shell(
            """
            "$T" drift --against raw --every 100ms --for 60s --store "$D/a.study" --json > "$D/seen" &
            for i in $(seq 100); do [ "$(grep -c phase_seconds "$D/seen")" -ge 12 ] && break; sleep 0.1; done
            kill -9 $!; wait $! 2>/dev/null
            grep -c phase_seconds "$D/seen"
            "$T" study export "$D/a.study" | grep -c '^[0-9]'
            "$T" drift --resume --store "$D/a.study" --for 5s >&2 || exit 9
            "$T" study export "$D/a.study"
            """, variables)
        #expect(status == 0)
        let lines = text.split(separator: "\n")
        let seen = try #require(lines.first.flatMap { Int($0) })
        let kept = try #require(lines.dropFirst().first.flatMap { Int($0) })
        #expect(seen >= 12)
        // What was shown had been kept; one may have been kept and not shown.
        #expect(kept == seen || kept == seen + 1)
        let all = times(lines.dropFirst(2).joined(separator: "\n"))
        #expect(all.count > kept)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 < $1 })
        #expect(text.contains(",pause,"))
        #expect(text.contains("The recording went on after"))
    }

    private static let canMount = geteuid() == 0 && NeededProgram.unshare.isHere

    @Test(
        "A disk that is full for a while costs no reading, and both are told",
        .enabled(if: tool.isHere && RecordingTests.canMount, "needs root, to mount a small disk"))
    func fullForAWhile() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (text, status) = try shell(Self.small(freed: true), variables, unshared: true)
        #expect(status == 0)
        let all = times(text)
        #expect(all.count > 25)
        #expect(zip(all, all.dropFirst()).allSatisfy { $1 - $0 < 0.25 })
        #expect(text.contains("the disk is full. Readings wait in memory until there is room."))
        #expect(text.contains("The store takes readings again; none was lost."))
        #expect(text.contains("ended 0"))
    }

    @Test(
        "A disk that stays full is told at the end too, and what it did not take is put elsewhere",
        .enabled(if: tool.isHere && RecordingTests.canMount, "needs root, to mount a small disk"))
    func fullToTheEnd() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (text, status) = try shell(Self.small(freed: false), variables, unshared: true)
        #expect(status == 0)
        #expect(text.contains("ended 1"))
        #expect(text.contains("of the last readings and remarks are in "))
        // The store and the rest are together without a hole.
        let all = times(text)
        #expect(all.count > 25)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 < $1 && $1 - $0 < 0.25 })
    }

    /// Records on a disk of 1 MB that fills up.
    private static func small(freed: Bool) -> String {
        """
        set -e
        mkdir "$D/disk"; mount -t tmpfs -o size=1m none "$D/disk"
        "$T" drift --against raw --every 100ms --for 60s --store "$D/disk/a.study" > "$D/out" 2> "$D/err" &
        sleep 1.5
        dd if=/dev/zero of="$D/disk/fill" bs=1k 2>/dev/null || true
        sleep 2.5
        \(freed ? "rm \"$D/disk/fill\"; sleep 1" : "")
        kill -INT $!
        ended=0; wait $! || ended=$?
        echo "ended $ended"
        cat "$D/out" "$D/err"
        rm -f "$D/disk/fill"
        "$T" study export "$D/disk/a.study"
        if ls "$D"/timeball-drift-*.csv >/dev/null 2>&1; then cat "$D"/timeball-drift-*.csv; fi
        umount "$D/disk"
        """
    }
}
