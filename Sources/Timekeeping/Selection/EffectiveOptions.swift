internal import Control

/// What the options of a source come to, with the others in view.
extension Timekeeper {
    /// The options that the configuration gives a source.
    func configured(_ source: Source) -> SelectOptions {
        var options: SelectOptions = []
        if source.settings.noselect { options.insert(.noselect) }
        if source.settings.prefer { options.insert(.prefer) }
        if source.settings.trust { options.insert(.trust) }
        if source.settings.require { options.insert(.require) }
        return options
    }

    /// Those, and what `authselectmode` makes of them: an attacker on the path must not outvote who can prove who it is
    /// by pretending to be many who can't.
    func effective(_ source: Source) -> SelectOptions {
        var options = configured(source)
        guard settings.authentication != .ignore else { return options }
        if source.settings.kind == .referenceClock {
            // Nobody on the network can pretend to be it.
            if settings.authentication == .mix,
                sources.contains(where: { $0.settings.isAuthenticated && !$0.settings.noselect }),
                sources.contains(where: { $0.settings.isOpen && !$0.settings.noselect })
            {
                options.formUnion([.trust, .require])
            }
            return options
        }
        let isMixed: Bool
        if source.settings.isAuthenticated {
            guard settings.authentication == .mix else { return options }
            isMixed = sources.contains { $0.settings.isOpen && !$0.settings.noselect }
            if isMixed { options.formUnion([.trust, .require]) }
            return options
        }
        switch settings.authentication {
        case .require: options.insert(.noselect)
        case .prefer:
            isMixed = sources.contains { $0.settings.isAuthenticated && !$0.settings.noselect }
            if isMixed { options.insert(.noselect) }
        case .mix, .ignore: break
        }
        return options
    }
}

extension SourceSettings {
    /// Whether anybody on the network can pretend to be it.
    var isOpen: Bool { !isAuthenticated && kind != .referenceClock }
}
