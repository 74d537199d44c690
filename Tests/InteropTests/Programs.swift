import Foundation
import Testing

/// A program that a test needs.
enum NeededProgram: String, CaseIterable {
    // Ours.
    case timeballd, timeball
    case simulator = "timeball-sim"
    /// Ours, as it is shipped: optimised, with Swift's library linked statically.
    case releasedTimeballd
    // Debian's, unpacked by Scripts/install-test-programs.
    case chronyd, chronyc, ntpdig, openntpd
    case ntpsec
    case gpsd
    case hwclock
    /// daemontools'.
    case tai64n, tai64nlocal, multilog
    // Debian's, installed by Scripts/setup.
    case python3, ip, setpriv, unshare, nsenter
    /// Any C compiler.
    case cc

    var isOurs: Bool { self == .timeballd || self == .timeball || self == .simulator || self == .releasedTimeballd }

    var path: String {
        switch self {
        case .timeballd, .timeball, .simulator: Places.binaries.appending(path: rawValue).path
        case .releasedTimeballd: Places.checkout.appending(path: ".build/release/timeballd").path
        case .chronyd: Places.unpacked.appending(path: "usr/sbin/chronyd").path
        case .chronyc: Places.unpacked.appending(path: "usr/bin/chronyc").path
        case .ntpdig: Places.unpacked.appending(path: "usr/bin/ntpdig").path
        case .openntpd: Places.unpacked.appending(path: "usr/sbin/ntpd").path
        case .tai64n, .tai64nlocal, .multilog: Places.unpacked.appending(path: "usr/bin/\(rawValue)").path
        case .hwclock: Places.unpacked.appending(path: "sbin/hwclock").path
        // Apart, because its name is OpenNTPD's.
        case .ntpsec: Places.unpacked.appending(path: "ntpsec/usr/sbin/ntpd").path
        case .gpsd: Places.unpacked.appending(path: "usr/sbin/gpsd").path
        case .python3, .setpriv, .unshare, .nsenter, .cc: "/usr/bin/\(rawValue)"
        case .ip: "/usr/sbin/ip"
        }
    }

    var isHere: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// What to do when it is missing.
    var remedy: String {
        switch self {
        case .timeballd, .timeball, .simulator: "swift build --build-tests"
        case .releasedTimeballd: "swift build -c release --static-swift-stdlib --product timeballd"
        case .chronyd, .chronyc, .ntpdig, .openntpd, .ntpsec, .hwclock, .gpsd, .tai64n, .tai64nlocal, .multilog:
            "Scripts/install-test-programs"
        case .python3, .ip, .setpriv, .unshare, .nsenter, .cc: "Scripts/setup test"
        }
    }
}

/// Where things lie.
enum Places {
    /// The checkout that this file was compiled from.
    static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let unpacked = checkout.appending(path: ".build-programs")

    /// Beside the test bundle, unless the environment says otherwise.
    static let binaries: URL = {
        if let folder = ProcessInfo.processInfo.environment["TIMEBALL_BIN"] { return URL(filePath: folder) }
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            return URL(filePath: argument).deletingLastPathComponent()
        }
        return checkout.appending(path: ".build/debug")
    }()

    /// A script that lies beside this file.
    static func script(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: name).path
    }
}

/// What stands between this machine and a test.
struct Missing: Error, CustomStringConvertible {
    var description: String
}

/// What the environment asks for.
enum Asked {
    static let isCI = ProcessInfo.processInfo.environment["CI"] != nil
    static let isLong = ProcessInfo.processInfo.environment["TIMEBALL_LONG"] == "1"
    static let mayControlClock = ProcessInfo.processInfo.environment["TIMEBALL_TEST_CLOCK"] == "1"

    /// Ends the test unless everything is here: as cancelled with a sentence, or as failed where `CI` is set.
    static func need(_ programs: NeededProgram..., root: Bool = false) throws {
        var reasons = programs.filter { !$0.isHere }.map { "\($0.path) is missing (\($0.remedy))" }
        if root && getuid() != 0 { reasons.append("only root may do this (network and mount namespaces)") }
        guard !reasons.isEmpty else { return }
        let sentence = reasons.joined(separator: "; ")
        if isCI { throw Missing(description: sentence) }
        print("Not tested: \(sentence)")
        try Test.cancel(Comment(rawValue: sentence))
    }
}
