/// A reference clock of ntp.conf: `server 127.127.28.0` with its `fudge`, or NTPsec's `refclock shm unit 0`.
struct NTPReferenceClock {
    private var driver: String
    private var unit: String
    private var options: [String] = []
    private var stratum: String?

    /// - Parameter address: `127.127.DRIVER.UNIT`.
    init(address: String, _ arguments: ArraySlice<String>, _ fudge: [String]) {
        let parts = address.split(separator: ".").map(String.init)
        let drivers = ["1": "local", "20": "nmea", "22": "pps", "28": "shm", "46": "gpsd"]
        driver = parts.count == 4 ? drivers[parts[2]] ?? parts[2] : address
        unit = parts.count == 4 ? parts[3] : "0"
        take(Array(arguments))
        take(fudge)
    }

    /// - Parameter words: `shm unit 0 refid GPS …`.
    init(named words: [String]) {
        driver = words.first?.lowercased() ?? ""
        unit = "0"
        take(Array(words.dropFirst()))
    }

    private mutating func take(_ words: [String]) {
        var rest = words[...]
        while let word = rest.popFirst()?.lowercased() {
            switch word {
            case "prefer", "noselect": options.append(word)
            case "true": options.append("trust")
            case "unit": unit = rest.popFirst() ?? unit
            case "refid": options.append("refid \(rest.popFirst() ?? "")")
            case "time1":
                // ntpd adds it to what the clock says, and so is it here.
                options.append("offset \(rest.popFirst() ?? "0")")
            case "stratum": stratum = rest.popFirst()
            case "minpoll": options.append("poll \(rest.popFirst() ?? "4")")
            default: if let value = rest.first, Double(value) != nil { rest.removeFirst() }
            }
        }
    }

    func translate(_ line: inout Translation) {
        let words = (options + (stratum.map { ["stratum \($0)"] } ?? [])).joined(separator: " ")
        let tail = words.isEmpty ? "" : " \(words)"
        switch driver {
        case "local": Translation.used("local stratum \(stratum ?? "5")")(&line)
        case "shm": Translation.used("refclock SHM \(unit)\(tail)")(&line)
        case "pps": Translation.used("refclock PPS /dev/pps\(unit)\(tail)")(&line)
        case "gpsd", "gpsd_json", "nmea":
            Translation.unsupported(
                "the receiver is read by gpsd, and not by us",
                next: "run gpsd, and write refclock SHM 0 refid GPS (or SOCK)")(&line)
        default:
            Translation.unsupported(
                "there is no driver for reference clock \(driver)", next: "let gpsd read it, or do without it")(&line)
        }
    }
}
