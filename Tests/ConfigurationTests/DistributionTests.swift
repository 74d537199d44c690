import Addresses
import Configuration
import Simulation
import Testing
import TimeBase
import Timekeeping

/// The directives of the default files, as the distributions document them.
private let distributions = [
    "Debian": """
    # Include configuration files found in /etc/chrony/conf.d.
    confdir /etc/chrony/conf.d
    pool 2.debian.pool.ntp.org iburst
    sourcedir /run/chrony-dhcp
    sourcedir /etc/chrony/sources.d
    keyfile /etc/chrony/chrony.keys
    driftfile /var/lib/chrony/chrony.drift
    ntsdumpdir /var/lib/chrony
    #log tracking measurements statistics
    logdir /var/log/chrony
    maxupdateskew 100.0
    rtcsync
    makestep 1 3
    leapsectz right/UTC
    """,
    "Ubuntu": """
    confdir /etc/chrony/conf.d
    pool ntp.ubuntu.com        iburst maxsources 4
    pool 0.ubuntu.pool.ntp.org iburst maxsources 1
    pool 1.ubuntu.pool.ntp.org iburst maxsources 1
    pool 2.ubuntu.pool.ntp.org iburst maxsources 2
    sourcedir /run/chrony-dhcp
    sourcedir /etc/chrony/sources.d
    keyfile /etc/chrony/chrony.keys
    driftfile /var/lib/chrony/chrony.drift
    ntsdumpdir /var/lib/chrony
    logdir /var/log/chrony
    maxupdateskew 100.0
    rtcsync
    makestep 1 3
    leapsectz right/UTC
    """,
    "Fedora": """
    # Use public servers from the pool.ntp.org project.
    pool 2.fedora.pool.ntp.org iburst
    # Use NTP servers from DHCP.
    sourcedir /run/chrony-dhcp
    driftfile /var/lib/chrony/drift
    makestep 1.0 3
    rtcsync
    #hwtimestamp *
    #minsources 2
    #allow 192.168.0.0/16
    #local stratum 10
    #authselectmode require
    keyfile /etc/chrony.keys
    ntsdumpdir /var/lib/chrony
    leapseclist /usr/share/zoneinfo/leap-seconds.list
    logdir /var/log/chrony
    #log measurements statistics tracking
    """,
    "Raspberry Pi OS": """
    pool 2.debian.pool.ntp.org iburst
    sourcedir /run/chrony-dhcp
    sourcedir /etc/chrony/sources.d
    confdir /etc/chrony/conf.d
    keyfile /etc/chrony/chrony.keys
    driftfile /var/lib/chrony/chrony.drift
    ntsdumpdir /var/lib/chrony
    logdir /var/log/chrony
    maxupdateskew 100.0
    rtcsync
    makestep 1 3
    leapseclist /usr/share/zoneinfo/leap-seconds.list
    """,
    "a headset that follows a router": """
    server 192.168.100.1 iburst

    keyfile /etc/chrony/chrony.keys
    driftfile /var/lib/chrony/chrony.drift

    log tracking measurements statistics
    logdir /var/log/chrony

    rtcsync

    makestep 1 -1
    """,
    "a subnotebook of 2010": """
    server 0.debian.pool.ntp.org offline minpoll 8
    server 1.debian.pool.ntp.org offline minpoll 8
    keyfile /etc/chrony/chrony.keys
    commandkey 1
    driftfile /var/lib/chrony/chrony.drift
    log tracking measurements statistics
    logdir /var/log/chrony
    maxupdateskew 100.0
    dumponexit
    dumpdir /var/lib/chrony
    local stratum 10
    allow 10/8
    allow 192.168/16
    allow 172.16/12
    logchange 0.5
    rtcfile /var/lib/chrony/chrony.rtc
    rtconutc
    """,
]

@Test(
    "The default file of a distribution is accepted, and sources, drift file and steps are as it says",
    arguments: distributions)
func distribution(name: String, text: String) throws {
    let settings = try settings(text)
    #expect(!settings.timekeeper.sources.isEmpty)
    #expect(settings.driftFile?.hasPrefix("/var/lib/chrony/") == true && settings.timekeeper.keepsDrift)
    #expect((settings.timekeeper.makeStep != nil) == text.contains("makestep"))
    #expect(settings.timekeeper.synchronisesRTC == text.contains("\nrtcsync"))
    #expect(settings.access.allowsAnybody == text.contains("\nallow"))
    // Each remark is about a directive of which this version says that it has no effect.
    for warning in settings.warnings { #expect(Directive.named(warning.word).map { $0.group != .works } == true) }
    #expect(diagnostics(Configuration.describe(settings)).isEmpty)
}

@Test(
    "With the default file of a distribution the clock comes right in simulation, and stays inside its bound",
    arguments: distributions)
func distributionSynchronises(name: String, text: String) throws {
    var scenario = try #require(Scenario.named("inet1"))
    (scenario.length, scenario.statisticsFrom) = (.seconds(4000), .seconds(2000))
    let standard = scenario.settings
    scenario.settings = try settings(text).timekeeper
    scenario.settings.keepsDrift = standard.keepsDrift
    let server = try #require(scenario.servers.first)
    scenario.servers = []
    for index in scenario.settings.sources.indices {
        let source = scenario.settings.sources[index]
        // The network came up, and its hook said `chronyc online`.
        scenario.settings.sources[index].offline = false
        var addresses = (0..<UInt32(source.kind == .pool ? 4 : 1)).map {
            IPAddress.v4(0xcb00_7164 + UInt32(index * 8) + $0)
        }
        if let address = IPAddress(source.name) { addresses = [address] }
        scenario.names[source.name] = addresses
        for address in addresses {
            var member = server
            member.address = address
            scenario.servers.append(member)
        }
    }
    let result = simulate(scenario, seed: 7)
    #expect(result.maximum < 0.01, "\(result.maximum) s")
    #expect(result.bounded > 1900 && result.inside == result.bounded)
}
