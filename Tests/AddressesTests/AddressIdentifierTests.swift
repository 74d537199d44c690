import Addresses
import Testing

@Suite("Four octets that stand for an address")
struct AddressIdentifier {
    @Test(
        "Of IPv4 the address itself, of IPv6 the begin of its MD5 sum, as chronyc prints them",
        arguments: [
            ("203.0.101.89", 0xcb00_6559), ("2001:db8::6989:0", 0x5937_0866), ("2001:db8::feae:0:0", 0x138c_4b4a),
            ("2001:db8::", 0x0f89_e00e), ("2001:db8:44ca::a785:0:6731", 0xc120_8652),
            ("2001:db8:af0a:0:aa91::", 0xb829_db06),
            ("2001:db8:0:7978::cb26", 0xc749_d81b),
        ] as [(String, UInt32)])
    func identifiers(text: String, identifier: UInt32) throws {
        #expect(try #require(IPAddress(text)).identifier == identifier)
    }
}
