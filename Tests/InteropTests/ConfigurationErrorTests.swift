import Foundation
import Testing

extension Interop {
    @Suite("A wrong configuration ends timeballd with its place")
    struct ConfigurationErrors {
        @Test(
            "An error is printed as file:line:column with the word, and the exit status is 1",
            arguments: [
                ("port 0\nsever 127.0.0.1\n", "2:1", "sever", "server"),
                ("server 127.0.0.1 minpol 3\n", "1:18", "minpol", "minpoll"),
                ("\n# comment\n  makestep 1.0 many\n", "3:16", "many", ""),
                ("server 127.0.0.1 iburst\nallow 10.0.0.0/99\n", "2:7", "10.0.0.0/99", ""),
            ])
        func wrong(text: String, place: String, word: String, nearest: String) throws {
            try Asked.need(.timeballd)
            try Rig.with { rig in
                let file = try rig.write("wrong.conf", text)
                for options in [["-p"], ["-d", "-x"] + rig.ourUser] {
                    let (status, output) = try rig.run(.timeballd, options + ["-f", file], within: .seconds(5))
                    #expect(status == 1)
                    #expect(output.contains("\(file):\(place)"), "\(output)")
                    #expect(output.contains(word) && (nearest.isEmpty || output.contains(nearest)), "\(output)")
                }
            }
        }

        @Test("A file that is not there is an error with its name, never a silent default")
        func missing() throws {
            try Asked.need(.timeballd)
            try Rig.with { rig in
                let file = rig.folder.appending(path: "none.conf").path
                let (status, output) = try rig.run(
                    .timeballd, ["-d", "-x"] + rig.ourUser + ["-f", file], within: .seconds(5))
                #expect(status == 1 && output.contains(file), "\(output)")
            }
        }

        @Test("Debian's own chrony.conf is accepted")
        func debian() throws {
            try Asked.need(.timeballd, .chronyd)
            try Rig.with { rig in
                let file = Places.unpacked.appending(path: "usr/share/chrony/chrony.conf").path
                let (status, output) = try rig.run(.timeballd, ["-p", "-f", file], within: .seconds(5))
                #expect(status == 0, "\(output)")
                #expect(output.contains("pool 2.debian.pool.ntp.org iburst"), "\(output)")
            }
        }
    }
}
