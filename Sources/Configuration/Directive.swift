/// A word of chrony.conf, and what it does here.
public struct Directive: Hashable, Sendable {
    /// How far it is done.
    public enum Group: String, Hashable, Sendable {
        case works
        /// Accepted with a warning. This version does without what it asks for.
        case noEffectYet
        /// Accepted, but chrony itself no longer does anything with it.
        case ignored
    }

    /// In lower case; a file may write it in any.
    public let word: String
    public let group: Group
    /// What it does; for one without effect, what is so instead.
    public let sentence: String
    /// The heading that it stands under in the documentation.
    public let topic: String

    private static func works(_ word: String, _ sentence: String) -> Entry { (word, .works, sentence) }
    private static func notYet(_ word: String, _ sentence: String) -> Entry { (word, .noEffectYet, sentence) }
    private static func ignored(_ word: String, _ sentence: String) -> Entry { (word, .ignored, sentence) }
    private typealias Entry = (word: String, group: Group, sentence: String)

    /// Every directive of chrony, by topic, and our own.
    public static let all: [Directive] = topics.flatMap { topic, entries in
        entries.map { Directive(word: $0.word, group: $0.group, sentence: $0.sentence, topic: topic) }
    }

    private static let byWord = Dictionary(all.map { ($0.word, $0) }) { first, _ in first }

    /// The directive of this word, in lower case.
    public static func named(_ word: String) -> Directive? { byWord[word] }

    private static let topics: [(String, [Entry])] = [
        (
            "Sources",
            [
                works("server", "Polls one NTP server."),
                works("pool", "Polls several of the addresses that a name has."),
                works("peer", "Exchanges packets with one host in symmetric mode."),
                works(
                    "initstepslew",
                    "Corrects the clock once by a few servers before the sources start, by a step if it is far off."
                ),
                works(
                    "refclock",
                    "Reads a clock of this machine: shared memory, a socket, a pulse or a PTP hardware clock."),
                works("manual", "Lets somebody enter the time by hand (settime)."),
                works("acquisitionport", "The local port of requests, instead of a random one for each."),
                works("bindacqaddress", "The local address that requests are sent from."),
                works("bindacqdevice", "The network interface that requests leave by."),
                works("dscp", "What kind of service packets ask routers for (DSCP)."),
                works("dumpdir", "Where each source's samples are kept over a restart (`dump`, and the option -r)."),
                works("maxsamples", "The most samples that a source's fit uses, unless its line says otherwise."),
                works("minsamples", "The fewest samples that a source's fit keeps, unless its line says otherwise."),
                works("refresh", "How often the names of sources that answer are looked up again; 0 = never."),
                works("sourcedir", "Reads sources from the `*.sources` files of directories."),
            ]
        ),
        (
            "NTS client",
            [
                notYet("ntsaeads", "there is no NTS; sources with the option nts are measured but not selected"),
                notYet("ntsdumpdir", "there is no NTS, so no keys and cookies are kept"),
                notYet("ntscachedir", "there is no NTS, so no keys and cookies are kept"),
                notYet("ntsrefresh", "there is no NTS, so no keys are renewed"),
                notYet("ntstrustedcerts", "there is no NTS, so no certificates are checked"),
                notYet("nosystemcert", "there is no NTS, so no certificates are checked"),
                notYet("nocerttimecheck", "there is no NTS, so no certificates are checked"),
            ]
        ),
        (
            "Selection",
            [
                works(
                    "authselectmode",
                    "How authenticated and other sources go together: require, prefer, mix or ignore."),
                works("combinelimit", "How much farther than the best a source may be to be combined with it."),
                works("maxdistance", "The largest root distance of a selectable source."),
                works("maxjitter", "The largest jitter of a selectable source."),
                works("maxstratum", "The largest stratum of a selectable source."),
                works("minstratum", "The smallest stratum of a selectable source, unless its line says otherwise."),
                works("minsources", "How many selectable sources must agree before the clock is corrected."),
                works("reselectdist", "How much closer another source must be to replace the selected one."),
                works("stratumweight", "How much distance a stratum counts for in the choice of the best source."),
            ]
        ),
        (
            "System clock",
            [
                works("driftfile", "Where the clock's frequency is remembered over a restart."),
                works(
                    "makestep",
                    "Steps the clock instead of slewing it, if the offset is large, in the first updates or always."
                ),
                works("maxupdateskew", "Ignores a measured frequency that is less certain than this."),
                works("leapsectz", "Reads when leap seconds are, and how far TAI is ahead, from a zone of `right/`."),
                works("leapseclist", "Reads the same from a leap-seconds.list, which says how long it is good."),
                works("leapsecmode", "What the clock does at a leap second: system, step, slew or ignore."),
                works("maxchange", "Refuses large corrections, and ends after too many."),
                works("maxslewrate", "The fastest slew."),
                works("maxclockerror", "How fast the clock's error is assumed to grow when it is not corrected."),
                works("maxdrift", "The largest frequency that is believed."),
                works("corrtimeratio", "How slowly an offset is worked off; 3 is usual."),
                works("clockprecision", "The clock's precision, instead of measuring it."),
                works("fallbackdrift", "Without sources, goes over to averages of the frequency."),
                works("tempcomp", "Compensates the frequency for temperature by given coefficients."),
            ]
        ),
        (
            "NTP server",
            [
                works("allow", "Whom the server answers."),
                works("deny", "Whom the server does not answer."),
                works("local", "Serves this host's own clock although no source confirms it."),
                works("bindaddress", "The local address of the server."),
                works("binddevice", "The network interface of the server."),
                works("port", "The UDP port of the server; 0 = no server."),
                works("broadcast", "Sends the time to a broadcast or multicast address, unasked."),
                works("clientloglimit", "How much memory the list of clients and their timestamps may take."),
                works("noclientlog", "Keeps no list of clients; ratelimit goes on."),
                works("ratelimit", "How often one client is answered."),
                notYet("ntsratelimit", "there is no NTS server, so nobody asks it for keys"),
                works("smoothtime", "Smooths the time that clients are served: all corrections, or leap seconds."),
                notYet("ntsserverkey", "there is no NTS server"),
                notYet("ntsservercert", "there is no NTS server"),
                notYet("ntsport", "there is no NTS server"),
                notYet("ntsprocesses", "there is no NTS server"),
                notYet("maxntsconnections", "there is no NTS server"),
                notYet("ntsntpserver", "there is no NTS server"),
                notYet("ntsrotate", "there is no NTS server"),
                notYet(
                    "ntpsigndsocket",
                    "replies are not signed by Samba for members of a Windows domain (MS-SNTP); they get plain ones"),
            ]
        ),
        (
            "Control",
            [
                works(
                    "bindcmdaddress",
                    "A local address of the control protocol, or the path of its socket; `/` = no socket."
                ),
                works("bindcmddevice", "The network interface of the control protocol."),
                works("cmdallow", "Who may ask by the control protocol over UDP."),
                works("cmddeny", "Who may not ask by the control protocol over UDP."),
                works("cmdport", "The UDP port of the control protocol; 0 = none."),
                works("cmdratelimit", "How often one client of the control protocol is answered."),
                works("opencommands", "Which monitoring commands are answered over UDP."),
            ]
        ),
        (
            "Real-time clock",
            [
                works("rtcsync", "Lets the kernel set the real-time clock from the system clock."),
                works(
                    "rtcfile",
                    "Measures the real-time clock, and remembers what was learned; goes together with rtcsync."),
                works(
                    "rtcdevice",
                    "The real-time clock's device, then others that are watched besides, or `all`; without this line, all are."
                ),
                works("rtconutc", "The real-time clock keeps UTC; without a word, `/etc/adjtime` says what it keeps."),
                works("rtcautotrim", "Sets the real-time clock when it is wrong by more than this; not with rtcsync."),
                works("hwclockfile", "hwclock's file, which says whether the real-time clock keeps UTC."),
            ]
        ),
        (
            "Logging",
            [
                works("logdir", "Where measurement logs are written."),
                works("log", "Which measurement logs are written: `measurements`, `tracking` and others."),
                works("logbanner", "After how many lines the heading of a log comes again; 0 = none."),
                works("logchange", "Logs a correction that is larger than this."),
                works("mailonchange", "Mails a correction that is larger than this."),
            ]
        ),
        (
            "Miscellaneous",
            [
                works("include", "Reads other files here."),
                works("confdir", "Reads the `*.conf` files of directories here."),
                works(
                    "hwtimestamp",
                    "Lets a network interface stamp requests and their answers by its own clock; the kernel, if it can't."
                ),
                works("hwtstimeout", "How long an answer waits for the interface's stamp of its request."),
                works("maxtxbuffers", "How many packets of the server may wait for the stamp of their leaving."),
                works("keyfile", "Where the symmetric keys stand that authenticate packets; `rekey` reads it again."),
                works("lock_all", "Keeps all memory resident."),
                works("sched_priority", "The priority among real-time processes."),
                works("pidfile", "Where the process's number is written; `/` = nowhere."),
                notYet(
                    "ptpport",
                    "NTP is not carried in PTP packets; it helps only network cards that stamp nothing but PTP"),
                notYet("ptpdomain", "NTP is not carried in PTP packets, so they have no domain"),
                works("user", "Whom to become after the start."),
            ]
        ),
        (
            "Timeball's own",
            [
                works("timefile", "Where the time is saved for the next start of a machine without a real-time clock."),
                works(
                    "temperature",
                    "Learns what the temperature, which a sensor's file tells, does to the frequency, and compensates it."
                ),
                works(
                    "role",
                    "island: without a reference, agrees with other members on a common time; see Islands.md."),
                works("workers", "How many processes of their own answer clients; 0 = the daemon itself."),
                works(
                    "boundfile", "Where other programs find the time and how far it may be wrong; `/` = nowhere."),
            ]
        ),
        (
            "Obsolete",
            [
                ignored("dumponexit", "chrony ignores it too; dumpdir and the option -r replaced it"),
                ignored("commandkey", "chrony ignores it too; commands come by the socket of bindcmdaddress"),
                ignored("generatecommandkey", "chrony ignores it too; commands come by the socket of bindcmdaddress"),
                ignored("linux_freq_scale", "chrony ignores it too; the kernel needs no scale"),
                ignored("linux_hz", "chrony ignores it too; the kernel's rate is read from the kernel"),
            ]
        ),
    ]
}
