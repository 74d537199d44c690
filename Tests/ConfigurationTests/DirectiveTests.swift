import Configuration
import Foundation
import Testing

@Suite("The table of directives")
struct Directives {
    @Test("It has chrony's 100 words and our own, each once, in lower case, with a sentence")
    func complete() {
        #expect(Directive.all.count { $0.topic != "Timeball's own" } == 100)
        #expect(Set(Directive.all.map(\.word)).count == Directive.all.count)
        #expect(Directive.all.allSatisfy { $0.word == $0.word.lowercased() && $0.sentence.count > 10 })
        #expect(Directive.all.count { $0.group == .ignored } == 5)
    }

    @Test("A directive that works says nothing of itself", arguments: Directive.all.filter { $0.group == .works })
    func works(directive: Directive) {
        // Some need arguments that are not given here: then that is an error, but never "no effect".
        let found = diagnostics(directive.word)
        #expect(found.allSatisfy { $0.severity == .error && $0.sentence.contains("needs a") }, "\(found)")
    }

    @Test(
        "A directive without effect is accepted with a warning that says what is so instead",
        arguments: Directive.all.filter { $0.group != .works })
    func withoutEffect(directive: Directive) throws {
        // Nothing depends on the directives about NTS until a source asks for it.
        let nts = directive.topic == "NTS client" ? "\nserver a nts" : ""
        let all = try settings("  \(directive.word.uppercased()) 1 \(nts)").warnings
        let found = all.filter { $0.line == 1 }
        #expect(found.count == 1 && found[0].column == 3 && found[0].line == 1)
        #expect(found[0].sentence.hasSuffix(": \(directive.sentence)"))
        #expect(found[0].sentence.contains("yet") == (directive.group == .noEffectYet))
    }

    @Test("The documentation lists them as the program does")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "Documentation/Directives.md"), encoding: .utf8)
        // To write it anew: TIMEBALL_WRITE_DIRECTIVES=1 swift test --filter Directives
        if ProcessInfo.processInfo.environment["TIMEBALL_WRITE_DIRECTIVES"] != nil {
            try Directive.markdownTable.write(
                to: root.appending(path: "Documentation/Directives.md"), atomically: true, encoding: .utf8)
        }
        #expect(page == Directive.markdownTable)
    }
}
