import AtomicTime
import FoundationEssentials
import Glibc
import TimeZones

/// A system's files about its time zone, the running one's or those below another root.
struct ZoneSystem {
    var root: String

    func path(_ name: String) -> String { root.hasSuffix("/") ? root + name : "\(root)/\(name)" }

    private func octets(_ name: String) -> [UInt8]? { InputFile.octets(path(name), most: 4 << 20) }

    /// Whether it is the running system, and systemd runs it.
    var isRunning: Bool {
        guard root == "/" else { return false }
        return unsafe access("/run/systemd/system", F_OK) == 0
    }

    /// The file of a zone: of that system, or, where it has none, of the running one.
    func zone(_ name: String) -> [UInt8]? {
        let isSafe = name.split(separator: "/", omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        guard isSafe, !name.utf8.contains(0) else { return nil }
        return octets("usr/share/zoneinfo/\(name)") ?? InputFile.octets("\(ZoneDirectory.path)/\(name)", most: 1 << 20)
    }

    /// What its files say.
    func setup() -> ZoneSetup {
        var setup = ZoneSetup(localTime: localTime)
        let words = octets("etc/timezone").map {
            String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        }
        setup.name = words?.first.map(String.init)
        let here = localOctets
        if setup.localTime != .missing {
            do throws(ZoneError) {
                _ = try Zone(file: here ?? [])
            } catch {
                setup.zoneError = error
            }
        }
        if let here, let name = setup.name, let named = zone(name) { setup.isSame = here == named }
        let data = octets("usr/share/zoneinfo/tzdata.zi")
        setup.version = data.flatMap { Self.version(String(decoding: $0.prefix(200), as: UTF8.self)) }
        setup.made = changed("usr/share/zoneinfo/tzdata.zi")
        if let list = octets("usr/share/zoneinfo/leap-seconds.list") {
            let text = String(decoding: list, as: UTF8.self)
            setup.leapListExpires = (try? LeapSecondsList.history(text, origin: "tzdata"))?.expires
        }
        if let record = octets("etc/adjtime") {
            let lines = String(decoding: record, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            if lines.count >= 3 { setup.isRTCLocal = lines[2].hasPrefix("LOCAL") }
        }
        return setup
    }

    /// `# version 2025b`
    private static func version(_ text: String) -> String? {
        let words = text.split(separator: "\n").first?.split(separator: " ") ?? []
        return words.count == 3 && words[1] == "version" ? String(words[2]) : nil
    }

    private var localTime: ZoneSetup.LocalTime {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink(path("etc/localtime"), &buffer, buffer.count)
        if count > 0 {
            return .link(String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return errno == EINVAL ? .file : .missing
    }

    /// The octets that /etc/localtime leads to, inside that system.
    private var localOctets: [UInt8]? {
        guard case .link(let target) = localTime else { return octets("etc/localtime") }
        guard target.hasPrefix("/") else { return octets("etc/\(target)") }
        return octets(String(target.dropFirst())) ?? InputFile.octets(target, most: 1 << 20)
    }

    private func changed(_ name: String) -> Int? {
        let date = try? FileManager.default.attributesOfItem(atPath: path(name))[.modificationDate] as? Date
        return date.map { Int($0.timeIntervalSince1970.rounded(.down)) }
    }
}
