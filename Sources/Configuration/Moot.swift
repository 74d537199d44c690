extension Directive {
    /// Of sources that nobody asked to be authenticated by NTS there is nothing to be kept, renewed or checked: default
    /// files of distributions say where the keys would be kept, whether there are any or not.
    var isMootWithoutNTS: Bool { topic == "NTS client" && group == .noEffectYet }
}

extension Parser {
    /// Takes back the remarks about what nothing depends on, when all lines are known.
    mutating func dropMoot() {
        guard !asksForNTS else { return }
        diagnostics.removeAll { remark in
            remark.severity == .warning && Directive.named(remark.word.lowercased())?.isMootWithoutNTS == true
        }
    }
}
