import Foundation
import Testing

/// Real-time clocks that do not exist, for programs that are started with ``environment`` (`fake-rtcs.c`).
struct FakeClocks {
    let folder: String
    let environment: [String: String]

    /// Compiles what stands between a program and the kernel.
    init(_ rig: Rig) throws {
        folder = rig.folder.path + "/clocks"
        let library = rig.folder.path + "/rtcs.so"
        let (status, output) = try rig.run(
            "cc", NeededProgram.cc.path, ["-shared", "-fPIC", "-o", library, Places.script("fake-rtcs.c"), "-ldl"])
        try #require(status == 0, "\(output)")
        environment = ["LD_PRELOAD": library, "TIMEBALL_FAKE_RTC": folder, "TZ": "Europe/Berlin"]
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
    }

    /// Puts one in, or sets it.
    ///
    /// - Parameters:
    ///   - ahead: by how many microseconds it is ahead of the wall clock.
    ///   - voltage: what RTC_VL_READ says; -1 where the driver says nothing.
    func put(_ name: String, chip: String, ahead: Int, voltage: Int = 0) throws {
        let file = folder + "/" + name
        try "\(ahead) \(voltage) 100 0 0\n".write(toFile: file, atomically: false, encoding: .utf8)
        let facts = folder + "/sys/" + name
        try FileManager.default.createDirectory(atPath: facts, withIntermediateDirectories: true)
        try "\(chip)\n".write(toFile: facts + "/name", atomically: false, encoding: .utf8)
        // Also for a daemon that became another user.
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file)
    }

    /// What a clock's file holds: microseconds ahead, voltage, correction, how often it was set.
    func state(_ name: String) throws -> [Int] {
        try String(contentsOfFile: folder + "/" + name, encoding: .utf8).split(whereSeparator: \.isWhitespace)
            .compactMap { Int($0) }
    }

    /// What the kernel was asked to do with its own clock since this was asked last.
    func calls() throws -> [String] {
        let file = folder + "/calls"
        defer { try? FileManager.default.removeItem(atPath: file) }
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
