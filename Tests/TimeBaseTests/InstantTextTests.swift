import Testing
import TimeBase

@Suite("Instants as people type them")
struct InstantTextTests {
    @Test(
        "RFC 3339 and epoch seconds are read",
        arguments: [
            ("@0", 0, 0), ("@-5", -5, 0), ("@1774746000.9", 1_774_746_000, 0), ("1970-01-01T00:00:00Z", 0, 0),
            ("2026-03-29 03:00:00+02:00", 1_774_746_000, 7200), ("2026-03-28t22:00:00.5-03:00", 1_774_746_000, -10800),
            ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
        ])
    func good(text: String, seconds: Int, offset: Int) {
        let parsed = InstantText.parse(text)
        #expect(parsed?.seconds == seconds)
        #expect(parsed?.offset == offset)
    }

    @Test(
        "Anything else is not",
        arguments: [
            "", "@", "@x", "@1 ", "2026-03-29", "2026-02-30T00:00:00Z", "2026-03-29T24:00:00Z", "2026-03-29T03:00:00",
            "2026-03-29T03:00:00+2:00", "2026-03-29T03:00:00.Z", "@99999999999999999999", "2026-13-01T00:00:00Z",
        ])
    func bad(text: String) {
        #expect(InstantText.parse(text) == nil)
    }
}
