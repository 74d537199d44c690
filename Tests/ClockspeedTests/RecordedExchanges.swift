import Foundation

/// What clockspeed 0.62 was seen to send and answer (Vectors/clockspeed.json).
struct RecordedExchanges: Decodable {
    struct Served: Decodable {
        var name: String
        var queryLength: Int
        var replyLength: Int?
        var reply: String?

        enum CodingKeys: String, CodingKey {
            case name = "case"
            case queryLength = "query_len"
            case replyLength = "reply_len"
            case reply = "reply_hex"
        }
    }

    struct Measured: Decodable {
        var trueOffset: Double?
        var tableEntries: Int?
        var mode: String
        var firstOctet: String?
        var exitCode: Int32
        var output: String
        var complaint: String
        var decoded: Double?
        var firstQuery: String?

        enum CodingKeys: String, CodingKey {
            case trueOffset = "true_offset_s"
            case tableEntries = "table_entries"
            case mode
            case firstOctet = "first_byte"
            case exitCode = "rc"
            case output = "stdout_hex"
            case complaint = "stderr"
            case decoded = "decoded_s"
            case firstQuery = "first_query_hex"
        }
    }

    struct Viewed: Decodable {
        var input: String
        var exitCode: Int32
        var output: String
        var complaint: String

        enum CodingKeys: String, CodingKey {
            case input
            case exitCode = "rc"
            case output = "stdout"
            case complaint = "stderr"
        }
    }

    var taiclockd: [Served]
    var taiclock: [Measured]
    var clockview: [Viewed]
    var sntpclock: [Measured]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")

    static func read() throws -> RecordedExchanges {
        try JSONDecoder().decode(Self.self, from: Data(contentsOf: folder.appending(path: "clockspeed.json")))
    }

    static func octets(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count - 1, by: 2).compactMap { place in
            let start = hex.index(hex.startIndex, offsetBy: place)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
        }
    }

    static func hex(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
