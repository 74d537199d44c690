/// The headings of chronyc's tables, and the captions over them that the option -v adds.
enum Legends {
    static let sources = [
        "MS Name/IP address         Stratum Poll Reach LastRx Last sample               ",
        String(repeating: "=", count: 79),
    ]
    static let statistics = [
        "Name/IP Address            NP  NR  Span  Frequency  Freq Skew  Offset  Std Dev",
        String(repeating: "=", count: 78),
    ]
    static let selection = [
        "S Name/IP Address        Auth COpts EOpts Last Score     Interval  Leap",
        String(repeating: "=", count: 71),
    ]
    static let authentication = [
        "Name/IP address             Mode KeyID Type KLen Last Atmp  NAK Cook CLen",
        String(repeating: "=", count: 73),
    ]
    static let manual = [
        "#    Date     Time(UTC)    Slewed   Original   Residual",
        String(repeating: "=", count: 55),
    ]

    static func clients(keyExchange: Bool) -> [String] {
        [
            "Hostname                      NTP   Drop Int IntL Last  \(keyExchange ? "NTS-KE" : "   Cmd")   Drop Int  Last",
            String(repeating: "=", count: 79),
        ]
    }

    static let sourcesCaption = #"""

          .-- Source mode  '^' = server, '=' = peer, '#' = local clock.
         / .- Source state '*' = current best, '+' = combined, '-' = not combined,
        | /             'x' = may be in error, '~' = too variable, '?' = unusable.
        ||                                                 .- xxxx [ yyyy ] +/- zzzz
        ||      Reachability register (octal) -.           |  xxxx = adjusted offset,
        ||      Log2(Polling interval) --.      |          |  yyyy = measured offset,
        ||                                \     |          |  zzzz = estimated error.
        ||                                 |    |           \
        """#
    static let statisticsCaption = #"""
                                     .- Number of sample points in measurement set.
                                    /    .- Number of residual runs with same sign.
                                   |    /    .- Length of measurement set (time).
                                   |   |    /      .- Est. clock freq error (ppm).
                                   |   |   |      /           .- Est. error in freq.
                                   |   |   |     |           /         .- Est. offset.
                                   |   |   |     |          |          |   On the -.
                                   |   |   |     |          |          |   samples. \
                                   |   |   |     |          |          |             |
        """#
    static let selectionCaption = #"""
          . State: N - noselect, s - unsynchronised, M - missing samples,
         /         d/D - large distance, ~ - jittery, w/W - waits for others,
        |          S - stale, O - orphan, T - not trusted, P - not preferred,
        |          U - waits for update,, x - falseticker, + - combined, * - best.
        |   Effective options   ---------.  (N - noselect, P - prefer
        |   Configured options  ----.     \  T - trust, R - require)
        |   Auth. enabled (Y/N) -.   \     \     Offset interval --.
        |                        |    |     |                       |
        """#
    static let authenticationCaption = #"""
                                     .- Auth. mechanism (NTS, SK - symmetric key)
                                    |   Key length -.  Cookie length (bytes) -.
                                    |       (bits)  |  Num. of cookies --.    |
                                    |               |  Key est. attempts  |   |
                                    |               |           |         |   |
        """#

    /// A caption's lines.
    static func lines(_ caption: String) -> [String] {
        caption.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
