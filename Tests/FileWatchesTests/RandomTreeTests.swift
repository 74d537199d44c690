import FileWatches
import Foundation
import Testing
import TimeBase

@Suite("Watched directories under random changes")
struct RandomTreeTests {
    /// What others do to the files, and which files must have been told of.
    private final class Life {
        var random: RandomSource
        var chance = 0.5
        var next = 0
        /// Files that were made below /w, and lay still since: nothing above them was moved or removed.
        var still: Set<String> = []

        init(seed: UInt64) { random = RandomSource(seed: seed) }

        func act(_ files: SimulatedFiles) {
            guard random.uniform() < chance else { return }
            let folders = (files.directories("/w").union(files.directories("/o"))).map {
                String(decoding: $0, as: UTF8.self)
            }
            .sorted()
            guard let folder = folders.randomElement(using: &random), let other = folders.randomElement(using: &random)
            else { return }
            next += 1
            let isWatched = folder.hasPrefix("/w")
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                if files.make("\(folder)/f\(next)", isDirectory: false), isWatched {
                    still.insert("\(folder)/f\(next)")
                }
            case 5, 6:
                if folders.count < 25 { files.make("\(folder)/d\(next)", isDirectory: true) }
            case 7:
                if folder != "/w", folder != "/o" {
                    disturb(folder)
                    files.remove(folder)
                }
            default:
                if folder != "/w", folder != "/o", !other.hasPrefix(folder) {
                    disturb(folder)
                    files.move(folder, "\(other)/m\(next)")
                }
            }
        }

        private func disturb(_ folder: String) { still = still.filter { !$0.hasPrefix(folder + "/") } }
    }

    private func live(seed: UInt64, limit: Int) -> (WatchRig, Life) {
        var rig = WatchRig()
        let life = Life(seed: seed)
        for path in ["/w", "/o"] { rig.files.make(path, isDirectory: true) }
        rig.load("/w IN_CREATE x\n")
        rig.settle()
        rig.files.limit = limit
        rig.meanwhile = { files in life.act(files) }
        for _ in 0..<12 {
            for _ in 0..<8 { life.act(rig.files) }
            rig.settle()
            rig.files.time += 50
        }
        life.chance = 0
        rig.files.limit = .max
        rig.settle()
        return (rig, life)
    }

    /// Whether a file made in each directory is told of once, under its right name.
    private func probed(_ rig: WatchRig) -> Bool {
        var rig = rig
        rig.forgetRuns()
        var wanted: [String] = []
        for folder in rig.files.directories("/w").map({ String(decoding: $0, as: UTF8.self) }).sorted() {
            rig.files.make("\(folder)/probe", isDirectory: false)
            wanted.append("IN_CREATE \(folder)/probe")
        }
        rig.settle()
        return rig.told == wanted
    }

    @Test(
        "Whatever is made, moved and removed while directories are being watched: every file that stays is told of, and every directory is watched under its name"
    )
    func nothingLost() {
        let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] != nil
        var files = 0
        for seed in 0..<UInt64(isLong ? 5000 : 300) {
            let (rig, life) = live(seed: seed, limit: .max)
            let names = Set(rig.runs.map { String(decoding: $0.occurrence.name, as: UTF8.self) })
            for file in life.still {
                files += 1
                // Under the path that it has, unless its directory was on the move just then.
                let name = String(file.split(separator: "/").last ?? "")
                #expect(names.contains(name), "seed \(seed): \(file)")
            }
            #expect(rig.files.watched() == rig.files.directories("/w"), "seed \(seed)")
            #expect(probed(rig), "seed \(seed)")
        }
        #expect(files > 1000)
    }

    @Test("The same where the kernel's queue is too short and events are lost")
    func nothingLostWithOverflow() {
        var (files, overflows) = (0, 0)
        for seed in 0..<UInt64(200) {
            let (rig, life) = live(seed: 10_000 + seed, limit: 6)
            overflows += rig.files.overflows
            let names = Set(rig.runs.map { String(decoding: $0.occurrence.name, as: UTF8.self) })
            for file in life.still {
                files += 1
                let name = String(file.split(separator: "/").last ?? "")
                #expect(names.contains(name), "seed \(10_000 + seed): \(file)")
            }
            #expect(rig.files.watched() == rig.files.directories("/w"), "seed \(10_000 + seed)")
            #expect(probed(rig), "seed \(10_000 + seed)")
        }
        #expect(files > 1000 && overflows > 100)
    }
}
