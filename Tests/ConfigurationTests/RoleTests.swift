import Configuration
import Testing
import Timekeeping

@Suite("role") struct RoleTests {
    @Test("An island has the stratum that is asked for, and is told again as it was")
    func understood() throws {
        #expect(try settings("").timekeeper.island == nil)
        #expect(try settings("role island").timekeeper.island?.stratum == 10)
        #expect(try settings("Role Island stratum 7").timekeeper.island?.stratum == 7)
        for line in ["role island", "role island stratum 12"] {
            let text = Configuration.describe(try settings(line))
            #expect(text.split(separator: "\n").contains { $0 == line }, "\(text)")
        }
    }

    @Test(
        "Mistakes are told with the word",
        arguments: [
            ("role", 1, "needs a role"), ("role king", 6, "is no role"), ("role island stratum 1", 21, "out of range"),
            ("role island stratum 16", 21, "out of range"), ("role island strata 5", 13, "did you mean 'stratum'"),
        ])
    func mistakes(line: String, column: Int, sentence: String) {
        let found = errors(line)
        #expect(found.count == 1 && found[0].sentence.contains(sentence), "\(found)")
        #expect(found.first?.column == column, "\(found)")
    }

    @Test("Beside it `local` has no effect, and that is said, in whatever order they stand")
    func local() {
        for text in ["role island\nlocal", "local stratum 8\nrole island"] {
            let found = diagnostics(text)
            #expect(found.count == 1 && found[0].severity == .warning, "\(found)")
            #expect(found.first?.sentence.contains("no effect") == true)
        }
    }
}
