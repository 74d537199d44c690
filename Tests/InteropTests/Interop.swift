import Testing

/// All that is tried against real programs and a real kernel, one test after the other: they look at the clock, at idle
/// processes and at ports, and would disturb each other.
///
/// A program that is missing cancels a test with a sentence, and fails it where `CI` is set. Environment:
/// - `TIMEBALL_BIN`: folder of the programs under test; else the build folder of the tests.
/// - `TIMEBALL_TEST_CLOCK=1`: run the test that steers this machine's clock (rate only; everything is put back).
/// - `TIMEBALL_LONG=1`: ten times as many hostile packets, and more kills.
@Suite("With real programs", .serialized)
struct Interop {}
