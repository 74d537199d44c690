import Control
import Rendering
import Testing

struct SourceWordsTests {
    @Test("The words of chrony.conf become the fields of the request")
    func words() throws {
        let source = try SourceWords.parse(
            kind: "pool", name: "pool.ntp.org",
            options: ["iburst", "minpoll", "4", "maxpoll", "8", "prefer", "offset", "-0.5", "offline", "port", "1123"]
        ).get()
        #expect(source.kind == .pool)
        #expect(source.options == [.initialBurst, .prefer])
        #expect(source.minimumPoll == 4 && source.maximumPoll == 8)
        #expect(source.offset == .milliseconds(-500))
        #expect(source.port == 1123)
    }

    @Test("Unless told otherwise a source has chrony's defaults")
    func defaults() {
        #expect(
            SourceWords.parse(kind: "server", name: "a", options: [])
                == .success(SourceAddition(kind: .server, name: "a")))
    }

    @Test(
        "What is wrong is said",
        arguments: [
            ("satellite", [], "A source is a `server`, a `pool` or a `peer`, not `satellite`."),
            ("server", ["bogus"], "`bogus` is not an option of a source."),
            ("server", ["minpoll"], "`minpoll` needs a whole number."),
            ("server", ["minpoll", "x"], "`minpoll` needs a whole number."),
            ("server", ["port", "70000"], "`port` needs a whole number."),
            ("server", ["offset", "nan"], "`offset` needs a number."),
            ("server", ["extfield"], "extfield needs F323 or 010A."),
        ])
    func problems(kind: String, options: [String], sentence: String) {
        guard case .failure(let problem) = SourceWords.parse(kind: kind, name: "a", options: options) else {
            Issue.record("accepted")
            return
        }
        #expect(problem.sentence == sentence)
    }
}
