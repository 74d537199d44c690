import ArgumentParser
import NTPWire

struct KeyGenerationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "A new key for the key file of servers and clients.",
        discussion: """
            Prints a line as it stands in a key file (directive keyfile). Add it to the files of both machines, which only \
            root should be able to read, and let their daemons read them: chronyc rekey.
            """)

    @Argument(help: "The key's number: the option key of a source names it.") var id: UInt32 = 1
    @Argument(help: "\(KeyAlgorithm.allCases.map(\.name).joined(separator: ", ")).") var type = "SHA1"
    @Argument(help: "Bits of a hash's key, 80 to 4096; a cipher's has as many as its name says.") var bits = 160

    func run() throws {
        guard id != 0 else { throw ToolError.usage("A key's number is 1 to 4294967295.") }
        guard let algorithm = KeyAlgorithm(name: type) else {
            let names = KeyAlgorithm.allCases.map(\.name).joined(separator: ", ")
            throw ToolError.usage("There is no key type \(type). Next: take one of \(names).")
        }
        guard (80...4096).contains(bits) else { throw ToolError.usage("A key has 80 to 4096 bits, not \(bits).") }
        print(Self.line(id, algorithm, bits: bits))
    }

    /// A key file's line with a key from the system's random numbers.
    static func line(_ id: UInt32, _ algorithm: KeyAlgorithm, bits: Int) -> String {
        var random = SystemRandomNumberGenerator()
        let length = algorithm.secretLength ?? (bits + 7) / 8
        let secret = (0..<length).map { _ in
            let octet = UInt8.random(in: .min ... .max, using: &random)
            return (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
        }
        return "\(id) \(algorithm.name) HEX:\(secret.joined())"
    }
}
