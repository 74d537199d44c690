/// Why a file in at's spool is not run.
public enum SpoolError: Error, Hashable, Sendable {
    /// Its name is none that at gives.
    case name
    /// A symbolic link, a directory, a pipe or a device.
    case kind
    /// It is not yet complete: whoever writes it has not said so by the execute bit.
    case incomplete
    /// So many names lead to it.
    case links(UInt64)
    /// Others than its owner may write it.
    case writable(mode: UInt32)
    /// More than ``SpoolFile/largest`` octets.
    case size(UInt64)
    /// What is wrong with a line of its head, counted from 1.
    case head(line: Int, String)
    /// The user it names is not the file's owner.
    case owner(named: UInt32, owner: UInt32)

    /// For the log.
    public var sentence: String {
        switch self {
        case .name: "its name is not that of a job"
        case .kind: "it is no regular file"
        case .incomplete: "it is not complete yet"
        case .links(let count): "\(count) names lead to it"
        case .writable(let mode): "others than its owner may write it (mode \(String(mode, radix: 8)))"
        case .size(let size): "it is too large (\(size) octets)"
        case .head(let line, let reason): "line \(line): \(reason)"
        case .owner(let named, let owner): "it is to run as user \(named) and belongs to user \(owner)"
        }
    }
}
