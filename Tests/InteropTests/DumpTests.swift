import Foundation
import Testing

extension Interop {
    @Suite("Samples outlive a restart, in chrony's files")
    struct Dumps {
        private static func starting(_ rig: Rig, _ program: NeededProgram, _ name: String, _ directives: [String])
            throws
            -> (RunningProgram, String)
        {
            let inner = try rig.privateFolder(name)
            let configuration = try rig.write(
                "\(name).conf",
                ([
                    "port 0", "cmdport 0", "bindcmdaddress \(inner)/control.sock", "pidfile \(inner)/pid",
                ] + (program == .chronyd ? [] : ["boundfile \(inner)/bound"]) + directives).joined(separator: "\n")
                    + "\n")
            let user =
                program == .chronyd && getuid() == 0 ? ["-u", "root"] : program == .chronyd ? ["-U"] : rig.ourUser
            let started = try rig.start(name, program.path, ["-d", "-x", "-r"] + user + ["-f", configuration])
            return (started, "\(inner)/control.sock")
        }

        private static func source(_ rig: Rig, _ socket: String) throws -> Row {
            let (status, output) = try rig.run(.chronyc, ["-n", "-c", "-h", socket, "sourcestats"])
            guard status == 0, let line = output.split(separator: "\n").first else {
                throw Waited(description: output)
            }
            return Row(line)
        }

        @Test(
            "Each loads what it dumped itself, and what the other dumped",
            arguments: [
                (NeededProgram.timeballd, NeededProgram.timeballd), (.timeballd, .chronyd), (.chronyd, .timeballd),
            ])
        func loaded(writer: NeededProgram, reader: NeededProgram) throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let server = try rig.chronyd("server", "local stratum 1", "allow all")
                let folder = try rig.privateFolder("dumps")
                let directives = ["\(server.line) minpoll 1 maxpoll 1 iburst", "dumpdir \(folder)"]
                let (first, socket) = try Self.starting(rig, writer, "writer", directives)
                try wait(for: "eight samples", within: .seconds(40)) {
                    guard first.isRunning else { throw Hopeless(description: "it ended: \(first.output)") }
                    return try Self.source(rig, socket).number(1) >= 8
                }
                let (status, output) = try rig.run(.chronyc, ["-h", socket, "dump"])
                #expect(status == 0 && output.contains("200 OK"), "\(output)")
                #expect(FileManager.default.fileExists(atPath: "\(folder)/127.0.0.1.dat"))
                try FileManager.default.removeItem(atPath: "\(folder)/127.0.0.1.dat")
                first.stop()
                // Also when it ends.
                let text = try String(contentsOfFile: "\(folder)/127.0.0.1.dat", encoding: .utf8)
                #expect(text.hasPrefix("SRC0\n127.0.0.1\n0 "), "\(text)")
                let (second, other) = try Self.starting(rig, reader, "reader", directives)
                try wait(for: "the samples to be loaded", within: .seconds(20)) {
                    guard second.isRunning else { throw Hopeless(description: "it ended: \(second.output)") }
                    return second.output.contains("Loaded dump file for 127.0.0.1")
                }
                #expect(try Self.source(rig, other).number(1) >= 6)
                // Half of a microsecond for each second is what the clock may really have done meanwhile.
                #expect(abs(try Self.source(rig, other).number(4)) < 50, "residual frequency, ppm")
            }
        }

        @Test("A file that nobody can have written is named with its line, and does no harm")
        func hostile() throws {
            try Asked.need(.timeballd, .chronyd, .chronyc)
            try Rig.with { rig in
                let server = try rig.chronyd("server", "local stratum 1", "allow all")
                let folder = try rig.privateFolder("dumps")
                _ = try rig.write("dumps/127.0.0.1.dat", "SRC0\n127.0.0.1\n0 377 8 3 0\n99999999999999 0\n")
                _ = try rig.write("dumps/no.address.dat", "SRC0\n")
                let (ours, socket) = try Self.starting(
                    rig, .timeballd, "reader", ["\(server.line) minpoll 0 maxpoll 0", "dumpdir \(folder)"])
                try wait(for: "a sample", within: .seconds(20)) { try Self.source(rig, socket).number(1) >= 1 }
                #expect(ours.output.contains("\(folder)/127.0.0.1.dat:4: \"99999999999999\" is no number of samples"))
            }
        }
    }
}
