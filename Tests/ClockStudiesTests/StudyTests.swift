import Testing

@testable import ClockStudies

@Test("Every kind of happening is found again by the word that stands for it in files")
func kindsByWord() {
    for kind in Study.Kind.allCases { #expect(Study.Kind(rawValue: kind.rawValue) == kind) }
    #expect(Set(Study.Kind.allCases.map(\.rawValue)).count == Study.Kind.allCases.count)
}
