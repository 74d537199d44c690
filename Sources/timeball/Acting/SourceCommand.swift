import ArgumentParser
import Control
import Rendering
import TimeBase

struct SourceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "Change the sources of a running daemon.",
        subcommands: [
            AddCommand.self, DeleteCommand.self, OnlineCommand.self, OfflineCommand.self,
            SourceByRouteCommand.self, BurstCommand.self, SourceSetCommand.self, SourceOptionsCommand.self,
            SourceRefreshCommand.self, SourceReloadCommand.self, SourceResetCommand.self, SourceReselectCommand.self,
        ])
}

struct SourceByRouteCommand: PlainCommand {
    static let word = "onoffline"
    static let abstract = "Set each source online or offline as there is a way to it."
    static var request: ControlRequest { .onOffline }
    @OptionGroup var act: ActOptions
}

struct SourceRefreshCommand: PlainCommand {
    static let word = "refresh"
    static let abstract = "Look the names of all sources up again, and replace addresses that they have no more."
    static var request: ControlRequest { .refresh }
    @OptionGroup var act: ActOptions
}

struct SourceReloadCommand: PlainCommand {
    static let word = "reload"
    static let abstract = "Read the *.sources files of the source directories again."
    static var request: ControlRequest { .reloadSources }
    @OptionGroup var act: ActOptions
}

struct SourceResetCommand: PlainCommand {
    static let word = "reset"
    static let abstract = "Forget everything that was measured, and measure anew."
    static var request: ControlRequest { .resetSources }
    @OptionGroup var act: ActOptions
}

struct SourceReselectCommand: PlainCommand {
    static let word = "reselect"
    static let abstract = "Choose the best source anew, without loyalty to the present one."
    static var request: ControlRequest { .reselect }
    @OptionGroup var act: ActOptions
}

struct SourceSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a number of a source until the daemon ends.",
        usage:
            "timeball source set SOURCE minpoll|maxpoll|minstratum|polltarget|maxdelay|maxdelayratio|maxdelaydevratio|offset VALUE"
    )

    @OptionGroup var act: ActOptions
    @Argument(
        parsing: .allUnrecognized,
        help: "Address or configured name (for offset also a reference identifier), the word of chrony.conf, the value."
    )
    var words: [String] = []

    func run() throws {
        guard words.count == 3 else {
            throw ToolError.usage("It takes a source, a word and a value. Next: timeball source set --help")
        }
        let (source, what, value) = (words[0], words[1], words[2])
        let said = words.joined(separator: " ")
        if what == "offset" {
            let offset = Duration(clampingSeconds: try Typed.number(value))
            return try act.perform(said) {
                let (address, identifier) = try Typed.source(source, $0)
                return .modifyOffset(address, identifier, offset)
            }
        }
        let modification = try Self.modification(what, value)
        try act.perform(said) { .modify(try $0.address(source), modification) }
    }

    private static func modification(_ what: String, _ value: String) throws(ToolError) -> SourceModification {
        switch what {
        case "minpoll": .minimumPoll(try Typed.whole(value))
        case "maxpoll": .maximumPoll(try Typed.whole(value))
        case "minstratum": .minimumStratum(try Typed.whole(value))
        case "polltarget": .pollTarget(try Typed.whole(value))
        case "maxdelay": .maximumDelay(Duration(clampingSeconds: try Typed.number(value, least: 0)))
        case "maxdelayratio": .maximumDelayRatio(try Typed.number(value, least: 0))
        case "maxdelaydevratio": .maximumDelayDeviationRatio(try Typed.number(value, least: 0))
        default:
            throw ToolError.usage(
                "'\(what)' cannot be set. Next: one of minpoll, maxpoll, minstratum, polltarget, maxdelay, "
                    + "maxdelayratio, maxdelaydevratio, offset")
        }
    }
}

struct SourceOptionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "options", abstract: "Give or take noselect, prefer, trust, require of a source.",
        usage: "timeball source options SOURCE +prefer -trust ...")

    @OptionGroup var act: ActOptions
    @Argument(help: "Address, configured name, or reference identifier.") var source: String
    @Argument(parsing: .allUnrecognized, help: "+OPTION or -OPTION.") var changes: [String] = []

    func run() throws {
        let known: [String: SelectOptions] = [
            "noselect": .noselect, "prefer": .prefer, "trust": .trust, "require": .require,
        ]
        var (mask, options): (SelectOptions, SelectOptions) = ([], [])
        for word in changes {
            guard let option = known[String(word.dropFirst())], word.hasPrefix("+") || word.hasPrefix("-") else {
                throw ToolError.usage("'\(word)' is none of +noselect, -noselect, and alike prefer, trust, require.")
            }
            mask.insert(option)
            if word.hasPrefix("+") { options.insert(option) }
        }
        guard mask != [] else {
            throw ToolError.usage("An option is missing. Next: timeball source options NAME +prefer")
        }
        let (changed, values) = (mask, options)
        try act.perform("\(source) \(changes.joined(separator: " "))") {
            let (address, identifier) = try Typed.source(source, $0)
            return .modifySelectOptions(address, identifier, mask: changed, options: values)
        }
    }
}

/// Words that people typed.
enum Typed {
    static func whole<Number: FixedWidthInteger>(_ word: String) throws(ToolError) -> Number {
        guard let number = Number(word) else { throw .usage("'\(word)' is not a whole number in range.") }
        return number
    }

    static func number(_ word: String, least: Double = -1e12) throws(ToolError) -> Double {
        guard let number = Double(word), number.isFinite, number >= least, number <= 1e12 else {
            throw .usage("'\(word)' is not a number in range.")
        }
        return number
    }

    /// A source, or the reference identifier of a reference clock.
    static func source(
        _ word: String, _ session: ControlSession
    ) throws(ToolError) -> (SourceAddress, ReferenceIdentifier) {
        do {
            return (try session.address(word), .none)
        } catch {
            guard case .no = error, (1...4).contains(word.utf8.count) else { throw error }
            var bits: UInt32 = 0
            for (index, octet) in word.utf8.enumerated() { bits |= UInt32(octet) << UInt32(24 - 8 * index) }
            return (.unspecified, ReferenceIdentifier(bits: bits))
        }
    }
}
