internal import CSQLite

/// SQLite said no.
public struct HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite's number for it.
    public var code: Int32
    public var description: String

    /// The disk is full, or the file has reached its limit.
    public var isFull: Bool { code == SQLITE_FULL }
    /// The file is no database, or a broken one.
    public var isBroken: Bool { code == SQLITE_NOTADB || code == SQLITE_CORRUPT }
}

/// A value of a row.
enum Value {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    init(_ number: Int64?) { self = number.map(Value.integer) ?? .null }
    init(_ text: String?) { self = text.map(Value.text) ?? .null }

    var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var blob: [UInt8]? { if case .blob(let octets) = self { octets } else { nil } }
}

/// A SQLite database; one connection, used by one thread.
@safe final class Database {
    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = unsafe [:]

    init(_ path: String, isReadOnly: Bool = false) throws(HistoryError) {
        var handle: OpaquePointer?
        let flags =
            (isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOFOLLOW
            | SQLITE_OPEN_NOMUTEX
        let code = unsafe sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let opened = unsafe handle else {
            let text = unsafe String(cString: sqlite3_errmsg(handle))
            unsafe sqlite3_close(handle)
            throw HistoryError(code: code & 0xff, description: "\(path): \(text)")
        }
        unsafe self.handle = opened
    }

    deinit {
        while let (_, statement) = unsafe statements.popFirst() { unsafe sqlite3_finalize(statement) }
        unsafe sqlite3_close(handle)
    }

    /// Runs statements that give nothing back.
    func script(_ text: String) throws(HistoryError) {
        try check(unsafe sqlite3_exec(handle, text, nil, nil, nil))
    }

    /// Runs one statement; it is prepared once.
    @discardableResult
    func run(_ text: String, _ values: [Value] = []) throws(HistoryError) -> [[Value]] {
        let statement = unsafe try prepared(text)
        defer {
            unsafe sqlite3_reset(statement)
            unsafe sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() { unsafe try bind(value, Int32(index + 1), statement) }
        var rows: [[Value]] = []
        while true {
            let code = unsafe sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else { throw failure(code) }
            rows.append((0..<(unsafe sqlite3_column_count(statement))).map { unsafe column($0, statement) })
        }
    }

    private func prepared(_ text: String) throws(HistoryError) -> OpaquePointer {
        if let statement = unsafe statements[text] { return unsafe statement }
        var statement: OpaquePointer?
        try check(unsafe sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement = unsafe statement else { throw failure(SQLITE_MISUSE) }
        unsafe statements[text] = statement
        return unsafe statement
    }

    private func bind(_ value: Value, _ index: Int32, _ statement: OpaquePointer) throws(HistoryError) {
        // SQLite copies what it is told is transient: -1 in its header.
        let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: try check(unsafe sqlite3_bind_null(statement, index))
        case .integer(let number): try check(unsafe sqlite3_bind_int64(statement, index, number))
        case .text(let text):
            let octets = Array(text.utf8)
            // Right because SQLite is told the array's own size.
            let code = unsafe octets.withUnsafeBytes { buffer in
                unsafe sqlite3_bind_text(
                    statement, index, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count),
                    transient)
            }
            try check(octets.isEmpty ? unsafe sqlite3_bind_text(statement, index, "", 0, transient) : code)
        case .blob(let octets):
            // Right as above.
            let code = unsafe octets.withUnsafeBytes { buffer in
                unsafe sqlite3_bind_blob(statement, index, buffer.baseAddress, Int32(buffer.count), transient)
            }
            try check(octets.isEmpty ? unsafe sqlite3_bind_zeroblob(statement, index, 0) : code)
        }
    }

    private func column(_ index: Int32, _ statement: OpaquePointer) -> Value {
        switch unsafe sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(statement, index))
        case SQLITE_TEXT, SQLITE_BLOB:
            let isText = unsafe sqlite3_column_type(statement, index) == SQLITE_TEXT
            let count = Int(unsafe sqlite3_column_bytes(statement, index))
            guard count > 0, let start = unsafe sqlite3_column_blob(statement, index) else {
                return isText ? .text("") : .blob([])
            }
            // Right because SQLite says how many octets there are, and they stay until the next step.
            let octets = unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
            return isText ? .text(String(decoding: octets, as: UTF8.self)) : .blob(octets)
        default: return .null
        }
    }

    private func check(_ code: Int32) throws(HistoryError) {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> HistoryError {
        HistoryError(code: code & 0xff, description: unsafe String(cString: sqlite3_errmsg(handle)))
    }
}
