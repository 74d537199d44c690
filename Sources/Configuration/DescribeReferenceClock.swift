internal import TimeBase
internal import Timekeeping

extension Configuration {
    /// A reference clock's line; what the defaults say is left out.
    ///
    /// - Parameter place: how many such lines stand before it.
    static func referenceClockLine(
        _ clock: ReferenceClockSettings, _ place: Int, _ defaults: SourceDefaults
    ) -> String {
        let (word, parameter) = driverWords(clock.driver)
        let standard = ReferenceClockSettings(driver: clock.driver, identifier: .none)
        var options = Lines()
        if clock.identifier != ReferenceClockSettings.standardIdentifier(word, place) {
            options.add("refid \(clock.name)")
        }
        if let lock = clock.lock?.letters { options.add("lock \(lock)") }
        options.add("poll", clock.poll, unless: standard.poll)
        options.add("dpoll", clock.driverPoll, unless: standard.driverPoll)
        options.add("filter", clock.filterLength, unless: standard.filterLength)
        options.add("rate", clock.rate, unless: standard.rate)
        options.add("maxlockage", clock.maximumLockAge, unless: standard.maximumLockAge)
        options.add("offset", clock.offset, unless: standard.offset)
        if clock.isDelayGiven { options.add("delay \(clock.delay.decimalSeconds)") }
        if let precision = clock.precision { options.add("precision \(precision.decimalSeconds)") }
        if let width = clock.width { options.add("width \(width.decimalSeconds)") }
        if let limit = clock.maximumDispersion { options.add("maxdispersion \(limit.decimalSeconds)") }
        options.add("stratum", clock.stratum, unless: standard.stratum)
        options.add("minsamples", clock.minimumSamples, unless: defaults.minimumSamples)
        options.add("maxsamples", clock.maximumSamples, unless: defaults.maximumSamples)
        options.add("maxunreach", clock.maximumUnreachable, unless: standard.maximumUnreachable)
        let flags = [
            ("pps", clock.isPulse), ("tai", clock.countsTAI), ("local", clock.isLocal), ("prefer", clock.prefer),
            ("noselect", clock.noselect), ("trust", clock.trust), ("require", clock.require),
        ]
        for (flag, isSet) in flags where isSet { options.add(flag) }
        return (["refclock", word, parameter] + options.all).joined(separator: " ")
    }

    private static func driverWords(_ driver: ReferenceClockSettings.Driver) -> (word: String, parameter: String) {
        switch driver {
        case .sharedMemory(let unit, let permissions):
            ("SHM", "\(unit)" + (permissions == 0o600 ? "" : ":perm=0" + String(permissions, radix: 8)))
        case .socket(let path): ("SOCK", path)
        case .pulse(let path, let falling): ("PPS", path + (falling ? ":clear" : ""))
        case .hardwareClock(let clock):
            (
                "PHC",
                ([clock.name] + (clock.avoidsCrossStamps ? ["nocrossts"] : []) + (clock.stampsPulses ? ["extpps"] : [])
                    + (clock.pin == 0 ? [] : ["pin=\(clock.pin)"])
                    + (clock.channel == 0 ? [] : ["channel=\(clock.channel)"])
                    + (clock.falling ? ["clear"] : [])).joined(separator: ":")
            )
        }
    }
}
