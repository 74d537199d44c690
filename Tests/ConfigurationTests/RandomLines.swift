import TimeBase

/// Lines of a configuration that are right, drawn from all that the language offers.
struct RandomLines {
    var random: RandomSource

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int(random.next() % UInt64(choices.count))]
    }

    private mutating func whole(_ range: ClosedRange<Int>) -> String {
        String(range.lowerBound + Int(random.next() % UInt64(range.count)))
    }

    private mutating func decimal(below limit: Int) -> String {
        whole(0...limit - 1) + pick(["", "." + whole(0...999_999_999)])
    }

    mutating func line() -> String {
        switch random.next() % 6 {
        case 0, 1: source()
        case 2: clock()
        case 3: server()
        case 4: referenceClock()
        default: process()
        }
    }

    private mutating func source() -> String {
        var words = [pick(["server", "pool", "peer"]), pick(["192.0.2.1", "2001:db8::1", "a.example"])]
        for _ in 0..<random.next() % 6 {
            words.append(
                pick([
                    pick([
                        "iburst", "burst", "prefer", "noselect", "trust", "require", "offline", "auto_offline", "ipv4",
                        "ipv6",
                    ]),
                    "minpoll " + whole(-7...24), "maxpoll " + whole(-7...24), "presend " + whole(1...99),
                    "polltarget " + whole(1...60),
                    "port " + whole(1...65535), "version " + whole(1...4), "maxsources " + whole(1...16),
                    "maxunreach " + whole(0...99),
                    "offset -" + decimal(below: 10), "maxdelay " + decimal(below: 10), "mindelay " + decimal(below: 10),
                    "maxdelayratio " + decimal(below: 10), "maxdelaydevratio " + decimal(below: 10),
                    "maxdelayquant 0." + whole(0...999), "asymmetry -0." + whole(0...4999),
                    "minsamples " + whole(1...64),
                    "maxsamples " + whole(0...64), "minstratum " + whole(0...16), "key " + whole(1...70000), "nts",
                    "xleave", "copy",
                    "extfield F323",
                ]))
        }
        return words.joined(separator: " ")
    }

    private mutating func referenceClock() -> String {
        let driver = pick([
            "SHM " + whole(0...9) + pick(["", ":perm=0644"]), "SOCK /s" + whole(0...3),
            "PPS /dev/pps0" + pick(["", ":clear"]),
            "PHC " + pick(["eth0", "/dev/ptp1"]) + pick(["", ":nocrossts"])
                + pick(["", ":extpps:pin=" + whole(0...3) + ":channel=" + whole(0...3), ":clear"]),
        ])
        var words = ["refclock", driver]
        for _ in 0..<random.next() % 6 {
            words.append(
                pick([
                    pick(["prefer", "noselect", "trust", "require", "pps", "tai", "local"]), "poll " + whole(-7...10),
                    "dpoll " + whole(-7...10), "refid " + pick(["GPS", "NMEA", "P"]), "lock " + pick(["GPS", "NMEA"]),
                    "rate " + whole(1...10), "maxlockage " + whole(1...9), "filter " + whole(1...99),
                    "offset -" + decimal(below: 2), "delay " + decimal(below: 2), "precision 0.0" + whole(0...9999),
                    "width 0." + whole(0...999), "maxdispersion " + decimal(below: 2), "stratum " + whole(0...15),
                    "minsamples " + whole(1...64), "maxsamples " + whole(0...64), "maxunreach " + whole(0...99),
                ]))
        }
        return words.joined(separator: " ")
    }

    private mutating func clock() -> String {
        pick([
            "driftfile /d interval " + whole(1...9999), "makestep " + decimal(below: 10) + " " + whole(-1...9),
            "maxchange " + decimal(below: 9) + " 1 " + whole(-1...3), "maxslewrate 1" + decimal(below: 90_000),
            "maxupdateskew " + decimal(below: 1000), "maxclockerror " + decimal(below: 100),
            "maxdrift " + decimal(below: 100_000),
            "corrtimeratio " + decimal(below: 10), "clockprecision 0.0" + whole(0...9999), "rtcsync",
            "logchange " + decimal(below: 5),
            "combinelimit " + decimal(below: 5), "maxdistance " + decimal(below: 5), "maxjitter " + decimal(below: 5),
            "maxstratum " + whole(0...16), "minsources " + whole(1...9), "reselectdist 1e-" + whole(1...17),
            "authselectmode " + pick(["require", "prefer", "mix", "ignore"]), "stratumweight 0." + whole(0...9999),
            "minsamples " + whole(1...64), "maxsamples " + whole(0...64),
            "minstratum " + whole(0...16),
        ])
    }

    private mutating func server() -> String {
        let table = pick(["allow", "deny", "cmdallow", "cmddeny"]) + pick(["", " all"])
        return pick([
            table, table + " " + whole(0...255) + "." + whole(0...255) + pick(["", "/" + whole(0...32)]),
            table + " 2001:db8::" + whole(1...9) + "/" + whole(0...128), "port " + whole(0...65535),
            "local" + pick(["", " orphan"]) + pick(["", " stratum " + whole(1...15)])
                + pick(["", " distance " + decimal(below: 3)])
                + pick(["", " waitsynced " + whole(0...99)]) + pick(["", " waitunsynced " + whole(0...99)])
                + pick(["", " activate " + decimal(below: 2)]),
            "ratelimit" + pick(["", " interval " + whole(-4...12)]) + pick(["", " burst " + whole(1...255)])
                + pick(["", " leak " + whole(1...4)]) + pick(["", " kod " + whole(0...4)]),
            "cmdratelimit" + pick(["", " interval " + whole(-4...12)]) + pick(["", " burst " + whole(1...255)]),
            "clientloglimit " + whole(0...9_999_999), "noclientlog", "workers " + whole(0...32),
            "broadcast " + whole(1...9999) + " 192.0.2.255" + pick(["", " " + whole(1...65535)]),
            pick(["binddevice", "bindacqdevice", "bindcmddevice"]) + " eth" + whole(0...3),
            "acquisitionport " + whole(0...65535), "dscp " + whole(0...63),
            "bindaddress " + pick(["192.0.2." + whole(0...255), "::" + whole(0...9)]),
            "bindacqaddress " + pick(["192.0.2." + whole(0...255), "::" + whole(0...9)]),
        ])
    }

    private mutating func process() -> String {
        pick([
            "cmdport " + whole(0...65535), "bindcmdaddress " + pick(["/", "/x", "127.0.0.1", "0.0.0.0", "::", "::1"]),
            "user me",
            "pidfile " + pick(["/", "/x"]), "boundfile " + pick(["/", "/x"]), "lock_all",
            "sched_priority " + whole(0...99), "sourcedir /s",
            "opencommands" + pick(["", " tracking"]) + pick(["", " sources activity"]), "keyfile /k", "manual",
            "hwtimestamp " + pick(["*", "eth0"]) + pick(["", " minpoll " + whole(-6...6)])
                + pick(["", " rxfilter " + pick(["all", "none", "ptp"])]) + pick(["", " txcomp 0.00" + whole(0...999)])
                + pick(["", " nocrossts"]) + pick(["", " precision 1e-8"]),
            "hwtstimeout 0.0" + whole(0...99), "maxtxbuffers " + whole(0...999),
            "dumponexit", "logdir /l", "dumpdir /d", "logbanner " + whole(0...99),
            "log " + pick(["tracking", "rawmeasurements", "measurements rtc", "refclocks tempcomp selection"]),
        ])
    }
}
