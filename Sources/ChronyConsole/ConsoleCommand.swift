internal import Addresses
internal import Control
internal import NTPWire
internal import TimeBase

/// One of chronyc's commands, as it was typed. Names of hosts are not resolved in it yet.
enum ConsoleCommand: Equatable {
    /// How much of a table is wanted.
    struct TableOptions: OptionSet, Hashable {
        let rawValue: Int
        /// Sources without an address, too (-a).
        static let all = TableOptions(rawValue: 1)
        /// With captions (-v).
        static let verbose = TableOptions(rawValue: 2)
    }

    // Reading.
    case tracking, activity, serverStatistics, smoothing, rtc, manualList
    case sources(TableOptions)
    case statistics(TableOptions)
    case selection(TableOptions)
    case authentication(TableOptions)
    case packets(TypedSource?)
    case sourceName(TypedSource)
    case clients(minimumHits: UInt32, keyExchange: Bool, reset: Bool)
    case checkAccess(AccessSubject, String)
    case waitUntilSynchronised(tries: Int, correction: Double, skew: Double, interval: Double)

    // Asking for something.
    case plain(ControlRequest)
    case online(TypedSelector)
    case offline(TypedSelector)
    case burst(good: Int32, total: Int32, TypedSelector)
    case modify(TypedSource, SourceModification)
    case selectOptions(TypedSource, mask: SelectOptions, options: SelectOptions)
    case offset(TypedSource, Duration)
    case delete(TypedSource)
    case local(LocalReference?)
    case setTime(TypedDate)

    // Of the console itself.
    case names(ConsoleOptions.Names)
    case family(AddressFamily?)
    case timeout(milliseconds: Int)
    case retries(Int)
    case newKey(UInt32, KeyAlgorithm, bits: Int)
    case help
    case leftover
    case quit
}

/// A source as it was typed: an address, `ID#0000000001`, a reference identifier, or a name.
enum TypedSource: Equatable {
    case known(SourceAddress)
    case name(String)
}

/// Sources as they were typed: nothing (all), one, or a subnet.
enum TypedSelector: Equatable {
    case known(SourceSelector)
    case name(String)
}

/// Why a line is not a command.
struct ConsoleMistake: Error, Equatable {
    /// As chronyc says it, where it says something; then what is wrong, and what to do.
    var sentence: String
}
