import Configuration
import Testing
import Timekeeping

@Suite("Files and directories are read in chrony's order")
struct Files {
    @Test("An included file is read in its place, and its mistakes bear its name")
    func include() throws {
        let files = ["/etc/a.conf": "port 2\n", "/etc/b.conf": "port 3\nprot 4\n"]
        #expect(try settings("port 1\ninclude /etc/a.conf\n", files).serverPort == 2)
        #expect(try settings("include /etc/a.conf\nport 1\n", files).serverPort == 1)
        #expect(
            errors("include /etc/b.conf\nprot 1\n", files).map(\.description) == [
                "/etc/b.conf:2:1: error: 'prot' is not a directive; did you mean 'port'?",
                "\(mainFile):2:1: error: 'prot' is not a directive; did you mean 'port'?",
            ])
    }

    @Test("A pattern includes what it matches, sorted, and may match nothing")
    func pattern() throws {
        let files = [
            "/c/d1/a.conf": "server 1a", "/c/d1/b.conf": "server 1b", "/c/d2/a.conf": "server 2a",
            "/c/d2/.x.conf": "server no",
            "/c/d1/a.txt": "server no",
        ]
        func names(_ pattern: String) throws -> [String] {
            try settings("include \(pattern)", files).timekeeper.sources.map(\.name)
        }
        #expect(try names("/c/*/*.conf") == ["1a", "1b", "2a"])
        #expect(try names("/c/d?/a.conf") == ["1a", "2a"])
        #expect(try names("/c/d[12]/b.conf") == ["1b"])
        #expect(try names("/c/d[!1]/*.conf") == ["2a"])
        #expect(try names("/c/d[2-9]/*.conf") == ["2a"])
        #expect(try names("/c/*.none").isEmpty && names("/none/*").isEmpty)
        #expect(errors("include /c/d1/none.conf", files).map(\.column) == [9])
    }

    @Test("A file that includes itself, or too deep a chain, is an error at the line that asks for it")
    func loops() {
        #expect(errors("include \(mainFile)").map(\.sentence) == ["'\(mainFile)' is not read: it includes itself"])
        var chain: [String: String] = [:]
        for depth in 1...12 { chain["/\(depth)"] = "include /\(depth + 1)" }
        #expect(
            errors("include /1", chain).map(\.description) == [
                "/9:1:9: error: '/10' is not read: files are included more than 10 deep"
            ])
    }

    @Test("confdir reads by name over all directories, a name only from the first; other names are left")
    func confdir() throws {
        let files = [
            "/a/20.conf": "server a20", "/b/10.conf": "server b10", "/b/20.conf": "server b20",
            "/b/30.conf": "server b30",
            "/a/05.conf.off": "server no", "/b/.15.conf": "server no",
        ]
        let settings = try settings("confdir /a /none /b/\nserver last", files)
        #expect(settings.timekeeper.sources.map(\.name) == ["b10", "a20", "b30", "last"])
    }

    @Test("sourcedir adds sources after all others, whose mistakes don't keep the daemon from starting")
    func sourcedir() throws {
        let files = [
            "/a/x.sources": "server a iburst\nport 0\nserver\npool b\n", "/b/w.sources": "server c\n",
            "/b/x.sources": "server no", "/a/y.conf": "server no",
        ]
        let settings = try settings("sourcedir /a\nsourcedir /b\nserver first\n", files)
        #expect(settings.timekeeper.sources.map(\.name) == ["first", "c", "a", "b"])
        #expect(settings.directorySources.map(\.name) == ["c", "a", "b"])
        #expect(settings.warnings.map(\.line) == [2, 3] && settings.warnings.allSatisfy { $0.file == "/a/x.sources" })
        #expect(settings.serverPort == 123)
    }

    @Test("Without -f the first default file that exists is read, even if it can't be")
    func defaults() throws {
        let options = CommandLineOptions()
        var files = ["/etc/chrony.conf": "port 3"]
        #expect(try Configuration.load(options, FileReader(files: files)).serverPort == 3)
        files["/etc/chrony/chrony.conf"] = "port 2"
        #expect(try Configuration.load(options, FileReader(files: files)).serverPort == 2)
        files["/etc/timeball/timeball.conf"] = "port 1"
        #expect(try Configuration.load(options, FileReader(files: files)).serverPort == 1)
        let none = #expect(throws: ConfigurationErrors.self) {
            try Configuration.load(options, FileReader(files: [:]))
        }
        #expect(none?.description.contains("none of /etc/timeball/timeball.conf, /etc/chrony/chrony.conf") == true)
        var reader = FileReader(files: files)
        reader.read = { path in
            path.hasPrefix("/etc/timeball")
                ? .failure(.unreadable("Permission denied")) : .success(Array("port 2".utf8))
        }
        let unreadable = #expect(throws: ConfigurationErrors.self) { try Configuration.load(options, reader) }
        #expect(unreadable?.description == "/etc/timeball/timeball.conf: error: it can't be read: Permission denied")
    }
}
